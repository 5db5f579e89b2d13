#!/usr/bin/env python3
"""Runs one streaming job and kills its process again and again; the files it has published must
equal those of a run that nothing disturbs.

    soak.py THALWEG [--failpoints PROGRAM] [--minutes N] [--kills N] [--seed S] [--rows N] [--keep]

The job: a rate-limited generator with event time -> five INSERTs of one statement set (rows as they
are, tumbling windows, sessions, cumulating windows with COUNT(DISTINCT)) -> CSV, JSON and Parquet
files, two tables compacted, one partitioned and with success files; a checkpoint every 200 ms. It is started again
by the same command line, at parallelism 1 to 3. How a life ends is drawn from the seed, which is
printed and replays the draws (the instants remain the machine's):

    kill       SIGKILL at a random moment
    failpoint  killed at the N-th visit of a failpoint (base/failpoint.h), by the program that has
               them; those that the sources name take turns
    term       SIGTERM: exit code 0 within two seconds, and the next start goes on
    zombie     SIGSTOP, a second instance takes over, SIGCONT: the first must end with an error
    end        left alone until the input is exhausted

Rounds follow each other until the minutes, and at least the kills, are over. A failpoint that no life
comes to, though several were to, is an error.
"""
import argparse
import collections
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

TERM_LIMIT_S = 2.0
ZOMBIE_LIMIT_S = 20.0
LIFE_LIMIT_S = 300.0
FAILPOINT_LIMIT_S = 4.0
SOURCES = pathlib.Path(__file__).resolve().parents[2] / "src"
ATTEMPTS = 6  # lives that are to end at a failpoint, of which one must

SQL = """\
SET 'pipeline.name' = 'soak';
SET 'execution.checkpointing.interval' = '{interval}';
SET 'execution.checkpointing.dir' = '{dir}/checkpoints';
SET 'table.local-time-zone' = 'UTC';
CREATE TABLE events (
  id BIGINT,
  k AS MOD(id * 7919, 97),
  v AS MOD(id * 31, 1009),
  ts AS TO_TIMESTAMP_LTZ(id * 10 - MOD(id * 37, 50) * 10, 3),
  WATERMARK FOR ts AS ts - INTERVAL '1' SECOND
) WITH ('connector' = 'datagen', 'rows-per-second' = '{rate}', 'scan.parallelism' = '3',
        'fields.id.kind' = 'sequence', 'fields.id.start' = '1', 'fields.id.end' = '{rows}');
CREATE TABLE plain (id BIGINT, k BIGINT, v BIGINT)
  WITH ('connector' = 'filesystem', 'path' = '{dir}/plain', 'format' = 'csv');
CREATE TABLE tumbled (k BIGINT, w TIMESTAMP(3), n BIGINT, total BIGINT, lowest BIGINT)
  WITH ('connector' = 'filesystem', 'path' = '{dir}/tumbled', 'format' = 'json');
CREATE TABLE sessions (k BIGINT, s TIMESTAMP(3), e TIMESTAMP(3), n BIGINT)
  WITH ('connector' = 'filesystem', 'path' = '{dir}/sessions', 'format' = 'parquet');
CREATE TABLE merged (id BIGINT, v BIGINT)
  WITH ('connector' = 'filesystem', 'path' = '{dir}/merged', 'format' = 'parquet',
        'auto-compaction' = 'true');
CREATE TABLE cumulated (w TIMESTAMP(3), n BIGINT, users BIGINT, part BIGINT) PARTITIONED BY (part)
  WITH ('connector' = 'filesystem', 'path' = '{dir}/cumulated', 'format' = 'csv',
        'auto-compaction' = 'true', 'compaction.file-size' = '2 kb',
        'sink.partition-commit.trigger' = 'process-time', 'sink.partition-commit.delay' = '0 s',
        'sink.partition-commit.policy.kind' = 'success-file');
"""
INSERTS = """\
EXECUTE STATEMENT SET BEGIN
INSERT INTO plain SELECT id, k, v FROM events WHERE MOD(id, 3) = 0;
INSERT INTO merged SELECT id, v FROM events WHERE MOD(id, 5) = 0;
INSERT INTO tumbled
  SELECT k, CAST(window_start AS TIMESTAMP(3)), COUNT(*), SUM(v), MIN(v)
  FROM TABLE(TUMBLE(TABLE events, DESCRIPTOR(ts), INTERVAL '20' SECOND))
  GROUP BY k, window_start, window_end;
INSERT INTO sessions
  SELECT m, CAST(window_start AS TIMESTAMP(3)), CAST(window_end AS TIMESTAMP(3)), COUNT(*)
  FROM TABLE(SESSION(TABLE (SELECT ts, MOD(id * id, 1999) AS m FROM events) PARTITION BY m,
                     DESCRIPTOR(ts), INTERVAL '8' SECOND))
  GROUP BY m, window_start, window_end;
INSERT INTO cumulated
  SELECT CAST(window_end AS TIMESTAMP(3)), COUNT(*), COUNT(DISTINCT v), part
  FROM TABLE(CUMULATE(TABLE (SELECT ts, v, MOD(k, 4) AS part FROM events), DESCRIPTOR(ts),
                      INTERVAL '5' SECOND, INTERVAL '30' SECOND))
  GROUP BY part, window_start, window_end;
END;
"""
TABLES = ("plain", "merged", "tumbled", "sessions", "cumulated")


def failpoint_names():
    names = set()
    for path in SOURCES.rglob("*.cc"):
        names.update(re.findall(r'TW_FAILPOINT\("([^"]+)"\)', path.read_text()))
    return sorted(names)


class Failure(Exception):
    """The job did what it must not do."""


class Soak:
    def __init__(self, options, folder):
        self.thalweg = options.thalweg
        self.rows = options.rows
        self.random = random.Random(options.seed)
        self.folder = folder
        self.counts = collections.Counter()
        self.processes = []
        self.expected = None
        self.failpoints = options.failpoints
        self.attempts = dict.fromkeys(failpoint_names() if options.failpoints else [], 0)
        self.visited = set()

    def script(self, folder, rate, interval, tail):
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / ("job.sql" if tail is INSERTS else "read.sql")
        sql = SQL.format(dir=folder, rate=rate, rows=self.rows, interval=interval)
        path.write_text(sql + tail)
        return path

    def start(self, script, parallelism, failpoint=""):
        log = script.parent / f"log-{len(self.processes)}.txt"
        environment = dict(os.environ)
        environment.pop("THALWEG_FAILPOINT", None)
        if failpoint:
            environment["THALWEG_FAILPOINT"] = failpoint
        with open(log, "wb") as out:
            process = subprocess.Popen(
                [self.failpoints if failpoint else self.thalweg, "run", str(script), "-p",
                 str(parallelism)],
                env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT)
        process.log = log
        self.processes.append(process)
        return process

    def committed(self, folder):
        """What a reader of the tables sees, as a multiset of CSV lines per table."""
        found = {}
        for table in TABLES:
            if not (folder / table).is_dir():
                found[table] = collections.Counter()
                continue
            script = self.script(folder, 1, "0 s", f"SELECT * FROM {table};\n")
            done = subprocess.run([self.thalweg, "run", str(script), "-o", "csv", "-p", "1"],
                                  capture_output=True, text=True, check=False)
            if done.returncode != 0:
                raise Failure(f"cannot read {table}: {done.stderr}")
            found[table] = collections.Counter(done.stdout.splitlines()[1:])
        return found

    def undisturbed(self):
        folder = self.folder / "undisturbed"
        process = self.start(self.script(folder, 100_000_000, "0 s", INSERTS), 1)
        if process.wait(LIFE_LIMIT_S) != 0:
            raise Failure("the undisturbed run failed: " + process.log.read_text())
        self.expected = self.committed(folder)
        sizes = ", ".join(f"{len(list(rows.elements()))} {t}" for t, rows in self.expected.items())
        if not all(self.expected.values()):
            raise Failure("the undisturbed run wrote nothing: " + sizes)
        print(f"undisturbed: {sizes}", flush=True)

    def difference(self, folder, complete):
        """Empty if what is published is right so far, or, when `complete`, all of it."""
        found = self.committed(folder)
        for table, rows in self.expected.items():
            extra = found[table] - rows
            if extra:
                return f"{table}: {extra.total()} rows too many, such as {list(extra)[:3]}"
            missing = rows - found[table]
            if complete and missing:
                return f"{table}: {missing.total()} rows missing, such as {list(missing)[:3]}"
        if complete:
            for part in (folder / "cumulated").iterdir():
                if part.is_dir() and not (part / "_SUCCESS").exists():
                    return f"{part} has no success file"
        return ""

    def complete(self, folder):
        return self.difference(folder, True) == ""

    def wait_some(self, process, shortest, longest):
        """True if the process has ended by itself meanwhile."""
        try:
            code = process.wait(self.random.uniform(shortest, longest))
        except subprocess.TimeoutExpired:
            return False
        if code != 0:
            raise Failure(f"a run that nobody disturbed ended with exit code {code}:\n"
                          + process.log.read_text()[-1000:])
        return True

    def round(self, number):
        folder = self.folder / f"round-{number}"
        script = self.script(folder, self.random.choice([15_000, 30_000, 60_000]), "200 ms", INSERTS)
        process = None
        lives = []
        patience = 40  # lives until the job is left alone
        while True:
            parallelism = self.random.randint(1, 3)
            fates = {"kill": 45, "failpoint": 35, "term": 10, "zombie": 10}
            if process is not None or not self.failpoints:
                del fates["failpoint"]
            fate = self.random.choices(list(fates), fates.values())[0]
            if len(lives) >= patience:
                fate = "end"
            failpoint, visit = self.next_failpoint() if fate == "failpoint" else ("", "")
            if process is None:
                process = self.start(script, parallelism, visit)
            lives.append(f"{visit or fate}@{parallelism}")
            if fate == "failpoint":
                ended = self.wait_for_failpoint(process, failpoint)
            elif fate == "end":
                ended = self.wait_some(process, LIFE_LIMIT_S, LIFE_LIMIT_S)
            else:
                ended = self.wait_some(process, 0.05, 1.2)
            if ended:
                break
            ends_with, process = process, None
            if fate == "failpoint":
                pass
            elif fate == "kill":
                ends_with.kill()
                ends_with.wait()
                self.counts["kills"] += 1
            elif fate == "term":
                self.terminate(ends_with)
            else:
                process = self.zombie(script, ends_with, folder)
                if process is None:
                    break
            # A finished job's next start would be a rerun.
            if process is None and self.complete(folder):
                break
            if process is None:
                wrong = self.difference(folder, False)
                if wrong:
                    raise Failure(f"after {' '.join(lives)}: {wrong}")
        wrong = self.difference(folder, True)
        if wrong:
            raise Failure(f"at the end of {' '.join(lives)}: {wrong}")
        self.counts["rounds"] += 1
        print(f"round {number}: {len(lives)} lives ({' '.join(lives)}): equal", flush=True)
        shutil.rmtree(folder)

    def next_failpoint(self):
        """The one that has had the fewest turns, and NAME#N: at which visit to kill."""
        fewest = min(self.attempts.values())
        name = self.random.choice([n for n, turns in self.attempts.items() if turns == fewest])
        self.attempts[name] += 1
        # Rare ones are met once a life.
        visit = self.random.randint(1, 4) if name in self.visited else 1 + self.attempts[name] % 2
        return name, f"{name}#{visit}"

    def wait_for_failpoint(self, process, name):
        """True if the process has ended by itself without coming to it."""
        try:
            code = process.wait(FAILPOINT_LIMIT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            self.counts["kills"] += 1
            return False
        if code == 0:
            return True
        if code != -signal.SIGKILL:
            raise Failure(f"{name}: exit code {code}:\n" + process.log.read_text()[-1000:])
        self.counts["kills at failpoints"] += 1
        self.visited.add(name)
        return False

    def unvisited(self):
        return sorted(n for n, turns in self.attempts.items()
                      if n not in self.visited and turns >= ATTEMPTS)

    def terminate(self, process):
        begin = time.monotonic()
        process.send_signal(signal.SIGTERM)
        try:
            code = process.wait(30)
        except subprocess.TimeoutExpired:
            raise Failure("SIGTERM did not end it within 30 s") from None
        took = time.monotonic() - begin
        if code == -signal.SIGTERM and not process.log.read_text():
            return  # it had not come to its first line yet: the system's own way to end it
        if code != 0:
            raise Failure(f"SIGTERM ended it with exit code {code}:\n" + process.log.read_text())
        self.counts["terms"] += 1
        if took > TERM_LIMIT_S:
            self.counts["slow terms"] += 1
            print(f"SIGTERM took {took:.1f} s, more than {TERM_LIMIT_S} s", flush=True)

    def zombie(self, script, first, folder):
        """The second instance, or None if the job has ended."""
        first.send_signal(signal.SIGSTOP)
        second = self.start(script, self.random.randint(1, 3))
        finished = self.wait_some(second, 0.3, 1.5)
        first.send_signal(signal.SIGCONT)
        try:
            code = first.wait(ZOMBIE_LIMIT_S)
        except subprocess.TimeoutExpired:
            raise Failure("the continued first instance did not end") from None
        self.counts["zombies"] += 1
        if code == 0 and not finished and not self.complete(folder):
            raise Failure("the continued first instance ended as if all were well")
        return None if finished else second

    def run(self, minutes, kills):
        end = time.monotonic() + 60 * minutes
        self.undisturbed()
        number = 0
        while time.monotonic() < end or self.counts["kills"] < kills:
            number += 1
            self.round(number)
        if self.unvisited():
            raise Failure("no life came to " + ", ".join(self.unvisited()))

    def end_processes(self):
        for process in self.processes:
            if process.poll() is None:
                process.kill()
                process.wait()


def main():
    parser = argparse.ArgumentParser(description="kills a job's process again and again")
    parser.add_argument("thalweg")
    parser.add_argument("--failpoints", default="", help="the program that has them")
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--kills", type=int, default=0, help="go on until there were so many")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--keep", action="store_true", help="keep the folder")
    options = parser.parse_args()
    if options.seed is None:
        options.seed = random.SystemRandom().randrange(1 << 31)
    options.thalweg = os.path.abspath(options.thalweg)
    if options.failpoints:
        options.failpoints = os.path.abspath(options.failpoints)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="thalweg-soak-"))
    print(f"seed {options.seed}, folder {folder}", flush=True)
    soak = Soak(options, folder)
    failure = None
    try:
        soak.run(options.minutes, options.kills)
    except Failure as error:
        failure = str(error)
    finally:
        soak.end_processes()
    counts = ", ".join(f"{n} {what}" for what, n in soak.counts.items())
    if soak.failpoints:
        counts += f", {len(soak.visited)} of {len(soak.attempts)} failpoints visited"
    if failure is not None:
        print(f"FAILED with seed {options.seed} ({counts}): {failure}\nits files: {folder}")
        return 1
    if not options.keep:
        shutil.rmtree(folder)
    print(f"{counts}: equal (seed {options.seed})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
