#!/usr/bin/env python3
"""Watched folders: files that come while the job runs and while it does not, that vanish, grow and
shrink between two lives; folders of output and of checkpoints that vanish.

watched_folder_test.py THALWEG THALWEG_FAILPOINTS [unittest options]
"""
import collections
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import unittest

FAILPOINTS = str(pathlib.Path(sys.argv.pop(2)).resolve())
# pylint: disable=wrong-import-position
from cli_test import LIMIT_S, write_counts
from recovery_test import SOON, Job, Recovery

MANY = 1_000_000
OFTEN = ("-D", "execution.checkpointing.interval=10 ms", "-p", "1")
# Windows over windows: 97 groups a second, and their sum every two seconds.
WINDOWS = """\
SET 'pipeline.name' = 'job';
SET 'execution.checkpointing.dir' = '{dir}/state';
CREATE TABLE s (id INT, ts AS TO_TIMESTAMP_LTZ(id * 10, 3), WATERMARK FOR ts AS ts - INTERVAL '10' SECOND)
  WITH ('connector' = 'filesystem', 'path' = '{dir}/in', 'format' = 'csv',
        'source.monitor-interval' = '5 ms', 'scan.watermark.idle-timeout' = '{idle}');
CREATE TABLE o (n BIGINT) WITH ('connector' = 'filesystem', 'path' = '{dir}/out', 'format' = 'csv',
                                'sink.rolling-policy.file-size' = '1 b');
CREATE VIEW seconds AS
  SELECT MOD(id, 97) AS k, window_time AS t, COUNT(*) AS n
  FROM TABLE(TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '1' SECOND))
  GROUP BY MOD(id, 97), window_start, window_end, window_time;
INSERT INTO o SELECT SUM(n) FROM TABLE(TUMBLE(TABLE seconds, DESCRIPTOR(t), INTERVAL '2' SECOND))
  GROUP BY window_start, window_end;
"""
PARTITIONS = """\
SET 'pipeline.name' = 'job';
SET 'execution.checkpointing.dir' = '{dir}/state';
CREATE TABLE s (id INT) WITH ('connector' = 'filesystem', 'path' = '{dir}/in', 'format' = 'csv',
                              'source.monitor-interval' = '20 ms');
CREATE TABLE o (id INT, k INT) PARTITIONED BY (k)
  WITH ('connector' = 'filesystem', 'path' = '{dir}/out', 'format' = 'csv',
        'sink.rolling-policy.file-size' = '1 b', 'sink.partition-commit.delay' = '1 h',
        'sink.partition-commit.policy.kind' = 'success-file');
INSERT INTO o SELECT id, MOD(id, 2) FROM s;
"""


class Watching(Recovery):
    def test_no_row_is_late_because_somebody_had_nothing_to_read(self):
        for idle in ("0 s", "10 ms"):
            with self.subTest(idle):
                self.setUp()
                self.read_in_order(idle)

    def read_in_order(self, idle):
        """Files in the order of their times, one at a time and many at once, for three readers."""
        self.file("job.sql", WINDOWS.format(dir=self.folder, idle=idle))
        job = Job(self, "first", *SOON, "-p", "3")
        job.wait_for_checkpoints(1)
        first = 1
        for files in (1, 1, 1, 20, 1, 1, 1, 20, 1, 1):
            for _ in range(files):
                self.feed(first, first + 599)
                first += 600
            # The watermark has come to the last file, and everybody is without work again.
            due = (first - 1 - 1200) // 200 * 200 - 1
            job.wait_for("the windows", lambda d=due: sum(
                int(n) * times for n, times in self.visible().items()) >= d)
        self.drain(job)
        self.assertNotIn("late", job.text())
        self.assertEqual(sum(int(n) * times for n, times in self.visible().items()), first - 1)

    def test_a_folder_that_is_no_longer_watched_is_read_to_its_end(self):
        self.script()
        job = Job(self, "watching", *SOON)
        rows = self.feed(1, 100)
        job.wait_for_rows(collections.Counter(rows))
        job.stop()
        rows += self.feed(101, 200)
        self.script(bounded=True)
        self.assertEqual(Job(self, "bounded", *SOON).exit_code(), 0)
        self.assertEqual(self.visible(), collections.Counter(rows))


class Killed(Recovery):
    def kill_after_publishing(self, *options):
        """A first life that ends when its first checkpoint's output has become visible."""
        done = subprocess.run([FAILPOINTS, "run", "job.sql", *options], cwd=self.folder,
                              env={**os.environ, "THALWEG_FAILPOINT": "publish:done"},
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=LIMIT_S,
                              check=False)
        self.assertEqual(done.returncode, -signal.SIGKILL, done.stderr)


class Files(Killed):
    """What becomes of a file that was being read when the process was killed."""

    def killed_midway(self):
        self.script()
        rows = collections.Counter(self.feed(1, MANY))
        self.kill_after_publishing(*OFTEN)
        part = self.visible()
        self.assertTrue(0 < part.total() < rows.total(), "a part of it")
        return self.folder / "in" / "1.csv", rows

    def test_it_is_away_for_a_while(self):
        path, rows = self.killed_midway()
        path.rename(self.folder / "away")
        job = Job(self, "second", *SOON)
        job.wait_for("the reason", lambda: "1.csv: No such file" in job.text())
        self.assertIn("starts again in", job.text())
        (self.folder / "away").rename(path)
        job.wait_for_rows(rows)
        job.stop()

    def test_it_has_grown(self):
        path, rows = self.killed_midway()
        with path.open("a") as file:
            file.write("7000000\n")
        job = Job(self, "second", *SOON)
        job.wait_for_rows(rows + collections.Counter(["7000000"]))
        job.stop()

    def test_it_is_shorter_than_what_was_read(self):
        path, _ = self.killed_midway()
        path.write_text("1\n")
        before = self.visible()
        job = Job(self, "second", *SOON)
        job.wait_for("the reason", lambda: "holds 2 bytes, but" in job.text())
        job.kill()
        self.assertEqual(self.visible(), before)


class Folders(Killed):
    def begun(self, roll=True):
        self.script()
        if not roll:
            text = (self.folder / "job.sql").read_text()
            self.file("job.sql", text.replace("'1 b'", "'1 gb'"))
        job = Job(self, "first", *SOON)
        rows = self.feed(1, 100)
        if roll:
            job.wait_for_rows(collections.Counter(rows))
        else:
            job.wait_for("rows in progress", lambda: any(p.stat().st_size for p in self.hidden()))
            job.wait_for_checkpoints(2)
        return job, rows

    def test_the_output_is_taken_away(self):
        self.script()
        rows = self.feed(1, 100)
        self.kill_after_publishing(*SOON)
        self.assertEqual(self.visible(), collections.Counter(rows))
        shutil.rmtree(self.folder / "out")
        rows = self.feed(101, 200)
        again = Job(self, "second", *SOON)
        again.wait_for_rows(collections.Counter(rows))
        self.assertIn("has been removed since by another program", again.text())
        again.stop()

    def test_a_partition_is_taken_away_before_it_is_complete(self):
        self.file("job.sql", PARTITIONS.format(dir=self.folder))
        job = Job(self, "first", *SOON)
        self.feed(1, 100)
        job.wait_for("the rows", lambda: self.visible().total() == 100)
        shutil.rmtree(self.folder / "out" / "k=1")
        self.drain(job)
        self.assertTrue((self.folder / "out" / "k=0" / "_SUCCESS").exists())
        self.assertFalse((self.folder / "out" / "k=1").exists())

    def test_the_output_is_taken_away_with_rows_in_progress(self):
        job, rows = self.begun(roll=False)
        job.kill()
        shutil.rmtree(self.folder / "out")
        again = Job(self, "second", *SOON)
        self.assertEqual(again.exit_code(), 1)
        self.assertIn("is gone, and with it", again.text())
        self.assertIn("--restore none", again.text())
        afresh = Job(self, "third", *SOON, "--restore", "none")
        afresh.wait_for_checkpoints(2)
        self.drain(afresh)
        self.assertEqual(self.visible(), collections.Counter(rows))

    def test_the_checkpoints_are_moved(self):
        job, rows = self.begun(roll=False)
        job.kill()
        (self.folder / "state").rename(self.folder / "elsewhere")
        text = (self.folder / "job.sql").read_text()
        self.file("job.sql", text.replace("/state'", "/elsewhere'"))
        again = Job(self, "second", *SOON)
        again.wait_for_checkpoints(1)
        self.assertIn("goes on from checkpoint", again.text())
        done = self.thalweg("savepoint", "elsewhere/job", "--drain")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(again.exit_code(), 0, again.text())
        self.assertEqual(self.visible(), collections.Counter(rows))

    def failed(self, job):
        return job.text().count(" failed, the job goes on: ")

    def test_the_checkpoints_are_away_for_a_while(self):
        job, rows = self.begun()
        (self.folder / "state").rename(self.folder / "away")
        more = self.feed(101, 200)
        job.wait_for("failures", lambda: self.failed(job) >= 3)
        self.assertEqual(self.visible(), collections.Counter(rows))
        (self.folder / "away").rename(self.folder / "state")
        job.wait_for_rows(collections.Counter(rows + more))
        job.kill()
        again = Job(self, "second", *SOON)
        rows += more + self.feed(201, 300)
        again.wait_for_rows(collections.Counter(rows))
        again.stop()

    def test_the_disk_of_the_checkpoints_is_full_for_a_while(self):
        state = self.folder / "state"
        state.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=512k", "none", str(state)],
                                 capture_output=True, check=False)
        if mounted.returncode != 0:
            self.skipTest("needs the right to mount a file system")
        self.addCleanup(subprocess.run, ["umount", "--lazy", str(state)], check=True)
        job, rows = self.begun()
        filler = state / "filler"
        with self.assertRaises(OSError), filler.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))
        more = self.feed(101, 200)
        job.wait_for("failures", lambda: self.failed(job) >= 3)
        job.kill()
        self.assertEqual(self.visible(), collections.Counter(rows))
        refused = Job(self, "refused", *SOON)
        self.assertEqual(refused.exit_code(), 1)
        self.assertIn("No space left on device", refused.text())
        filler.unlink()
        again = Job(self, "second", *SOON)
        again.wait_for_rows(collections.Counter(rows + more))
        again.stop()


if __name__ == "__main__":
    outcome = unittest.main(exit=False).result
    write_counts(outcome)
    sys.exit(not outcome.wasSuccessful())
