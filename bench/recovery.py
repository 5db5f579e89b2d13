#!/usr/bin/env python3
"""Recovery: a job with a gigabyte of keyed state is ended and started again, some times.

recovery.py [THALWEG] [--keys N] [--checkpoints N] [--starts N] [--parallelism N]

The job counts rows by key, a tenth of its keys between two checkpoints, which come every second.
Printed: how long a checkpoint takes and its longest pause (once the keys are all there); what of all
pauses, of which a checkpoint has hundreds, 99 % were no longer than; the state's size; and for each
start the time from the process's begin to its first row of output. SIGKILL ends each but the first.
The first start reads the state from the disk (checkpoints are written past the page cache), later
ones mostly from the page cache.
"""
import argparse
import json
import pathlib
import re
import signal
import statistics
import subprocess
import tempfile
import threading
import time

JOB = """\
SET 'pipeline.name' = 'recovery';
SET 'execution.checkpointing.interval' = '1 s';
SET 'execution.checkpointing.dir' = '{dir}/checkpoints';
CREATE TABLE events (id BIGINT, k AS MOD(id * 7919, {keys}), v AS MOD(id * 31, 1009))
  WITH ('connector' = 'datagen', 'rows-per-second' = '{rate}', 'scan.parallelism' = '{parallelism}',
        'fields.id.kind' = 'sequence', 'fields.id.start' = '0', 'fields.id.end' = '100000000000');
CREATE TABLE printed (k BIGINT, n BIGINT, total BIGINT, first_id BIGINT, last_id BIGINT, mean BIGINT)
  WITH ('connector' = 'print');
INSERT INTO printed SELECT k, COUNT(*), SUM(v), MIN(id), MAX(id), AVG(v)
FROM events GROUP BY k
HAVING COUNT(*) > 1 AND MOD(MAX(id), 1000) = 0;
"""
CHECKPOINT = re.compile(r"checkpoint \d+: (\d+) ms, .* longest pause ([\d.]+) ms")


class Life:
    """One run of the job: notes the first row and the checkpoints' pauses as they come."""

    def __init__(self, thalweg, folder, parallelism):
        self.begin = time.monotonic()
        self.first_row_s = None
        self.durations = []  # of the checkpoints since the first row, ms
        self.pauses = []  # the longest of each, ms
        self.news = threading.Condition()
        self.process = subprocess.Popen(
            [thalweg, "run", "job.sql", "-p", str(parallelism), "--report", "report.json"],
            cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        threading.Thread(target=self.read_rows, daemon=True).start()
        threading.Thread(target=self.read_log, daemon=True).start()

    def read_rows(self):
        for _ in self.process.stdout:
            if self.first_row_s is None:
                with self.news:
                    self.first_row_s = time.monotonic() - self.begin
                    self.news.notify_all()
        with self.news:
            self.news.notify_all()

    def read_log(self):
        for line in self.process.stderr:
            found = CHECKPOINT.search(line)
            if found and self.first_row_s is not None:
                with self.news:
                    self.durations.append(int(found[1]))
                    self.pauses.append(float(found[2]))
                    self.news.notify_all()

    def wait(self, condition):
        with self.news:
            self.news.wait_for(lambda: condition() or self.process.poll() is not None)
        if self.process.poll() is not None:
            raise SystemExit("the job has ended by itself")

    def end(self, number=signal.SIGKILL):
        self.process.send_signal(number)
        self.process.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("thalweg", nargs="?", default="build/release/bin/thalweg")
    parser.add_argument("--keys", type=int, default=8_000_000)
    parser.add_argument("--checkpoints", type=int, default=30)
    parser.add_argument("--starts", type=int, default=5)
    parser.add_argument("--parallelism", type=int, default=2)
    options = parser.parse_args()
    thalweg = pathlib.Path(options.thalweg).resolve()
    with tempfile.TemporaryDirectory(prefix="thalweg-recovery-") as folder:
        (pathlib.Path(folder) / "job.sql").write_text(JOB.format(
            dir=folder, keys=options.keys, rate=options.keys // 10,
            parallelism=options.parallelism))
        life = Life(thalweg, folder, options.parallelism)
        life.wait(lambda: len(life.pauses) >= options.checkpoints)
        life.end(signal.SIGTERM)
        report = json.loads((pathlib.Path(folder) / "report.json").read_text())
        pauses = report["jobs"][0]["checkpoint_pauses"]
        print(f"{len(life.pauses)} checkpoints of {statistics.median(life.durations):.0f} ms in the "
              f"median; the longest pause of each: median {statistics.median(life.pauses):.1f} ms, at "
              f"most {max(life.pauses):.1f} ms; of all {pauses['count']} pauses 99 % took at most "
              f"{pauses['p99_us'] / 1000:.2f} ms")
        print(subprocess.run([thalweg, "state", "ls", f"{folder}/checkpoints/recovery"],
                             capture_output=True, text=True, check=True).stdout, end="")
        starts = []
        for _ in range(options.starts):
            life = Life(thalweg, folder, options.parallelism)
            life.wait(lambda: life.first_row_s is not None)
            life.end()
            starts.append(life.first_row_s)
        print("from the process's begin to its first row: "
              + ", ".join(f"{s:.2f}" for s in starts) + " s")


if __name__ == "__main__":
    main()
