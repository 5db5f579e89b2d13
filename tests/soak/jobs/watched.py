"""Watched: jobs over folders to which files are added while their lives come and go.

Files are put there whole, by a rename, in the order of their times. One look at a folder may show a
file and miss one that came just before it, so watermarks wait for the rows of four files.
"""
import gzip
import json
import os
import random
import subprocess
import threading
import time

from jobs.job import RUN_LIMIT_S, Failure, Job

FILES = 60
ROWS = 600  # a file's; they span six seconds
SETTINGS = """\
SET 'execution.checkpointing.interval' = '200 ms';
SET 'execution.checkpointing.dir' = '{dir}/checkpoints';
SET 'table.local-time-zone' = 'UTC';
"""
EVENTS = """\
CREATE TABLE events (
  id BIGINT, k BIGINT, v BIGINT, name STRING,
  ts AS TO_TIMESTAMP_LTZ(id * 10 - MOD(id * 37, 50) * 10, 3),
  WATERMARK FOR ts AS ts - INTERVAL '24' SECOND
) WITH ('connector' = 'filesystem', 'path' = '{input}/events', 'format' = 'csv'{monitor});
"""


def events(first):
    """CSV, every third file compressed."""
    text = "".join(f"{i},{i * 7919 % 97},{i * 31 % 1009},name-{i % 13}\n"
                   for i in range(first, first + ROWS)).encode()
    compressed = first // ROWS % 3 == 2
    return (".csv.gz", gzip.compress(text, 1)) if compressed else (".csv", text)


def orders(first):
    """JSON, every second file compressed."""
    text = "".join(json.dumps({"id": i, "item": f"item {i % 5}", "price": i % 250 / 4}) + "\n"
                   for i in range(first, first + ROWS)).encode()
    compressed = first // ROWS % 2 == 1
    return (".json.gz", gzip.compress(text, 1)) if compressed else (".json", text)


INPUTS = {"events": events, "orders": orders}


class Feeder(threading.Thread):
    """Moves files into the folders, one now and then, until flush()."""
    PAUSE_S = (0.0, 0.3)

    def __init__(self, pool, target, seed):
        super().__init__(daemon=True)
        self.files = sorted(path.relative_to(pool) for path in pool.rglob("*.*"))
        # Those of both folders alternate.
        self.files.sort(key=lambda path: path.name)
        self.pool = pool
        self.target = target
        self.draw = random.Random(seed)
        self.at_once = threading.Event()
        for path in pool.iterdir():
            (target / path.name).mkdir(parents=True)
        self.start()

    def run(self):
        for path in self.files:
            new = self.target / path
            aside = new.with_name("." + new.name)
            os.link(self.pool / path, aside)
            aside.rename(new)
            # Never so fast that one look at the folder could miss one and see those long after it.
            self.at_once.wait(self.draw.uniform(*self.PAUSE_S))
            time.sleep(0.002)

    def flush(self):
        self.at_once.set()
        self.join()


class Watched(Job):
    """Ends by `thalweg savepoint --drain`, once everything has been read."""
    ENDLESS = True
    LIVES = (8, 16)
    INPUTS = ("events",)

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.monitor = ", 'source.monitor-interval' = '50 ms'"
        self.pool = self.folder.parent / ("pool-" + "-".join(self.INPUTS))
        if not self.pool.exists():
            for name in self.INPUTS:
                (self.pool / name).mkdir(parents=True)
                for first in range(1, FILES * ROWS, ROWS):
                    suffix, content = INPUTS[name](first)
                    (self.pool / name / f"{first:06}{suffix}").write_bytes(content)
        self.input = self.folder / "in"
        self.feeder = None

    def sources(self, undisturbed, tables):
        """The settings, the table `events` and further `tables`."""
        return (SETTINGS + EVENTS + tables).format(
            dir=self.folder, input=self.pool if undisturbed else self.input,
            monitor="" if undisturbed else self.monitor, **self.blanks())

    def blanks(self):
        """What else the text of the tables leaves open."""
        return {}

    def before_start(self):
        if self.feeder is None:
            self.feeder = Feeder(self.pool, self.input, self.draw.random())
        return super().before_start()

    def close(self):
        if self.feeder is not None:
            self.feeder.flush()

    def job_folder(self):
        """The one that was written to last: of an edited script there may be several."""
        folders = {path.parent for path in (self.folder / "checkpoints").glob("**/owner-*")}
        return max(folders, key=lambda folder: folder.stat().st_mtime_ns)

    def has_read_all(self):
        """Whether what does not wait for later rows is complete."""
        raise NotImplementedError

    def wait_until_all_is_read(self, process):
        self.feeder.flush()
        end = time.monotonic() + RUN_LIMIT_S
        while not self.has_read_all():
            if process.ends_well_within(0.1):
                raise Failure("it has ended though its input has not; " + process.last_lines())
            if time.monotonic() > end:
                raise Failure(f"it does not read everything: {self.check()}; " + process.last_lines())

    def drain(self, process):
        """False if it was killed meanwhile and has not come to its end."""
        asking = subprocess.Popen([self.program, "savepoint", self.job_folder(), "--drain"],
                                  stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                  stderr=subprocess.PIPE, text=True)
        if self.draw.random() < 0.4:
            killed = process.ends_well_within(self.draw.uniform(0, 0.3)) is False
            process.kill()
            asking.kill()
            asking.communicate()
            # The next life would still obey it: whoever asked may have died, or just be slow.
            for request in self.job_folder().glob("requests/*.request"):
                request.unlink()
            return not killed or not any(self.check())
        _, errors = asking.communicate(timeout=RUN_LIMIT_S)
        if asking.returncode != 0:
            raise Failure(f"savepoint --drain: exit code {asking.returncode}: {errors}")
        process.must_end(RUN_LIMIT_S)
        return True

    def end(self, process):
        self.wait_until_all_is_read(process)
        return self.drain(process)
