#!/usr/bin/env python3
"""The promises of docs/checkpoints.md, held against the program itself: processes are stopped,
continued, killed and started again, checkpoints lost and damaged; what a reader of the table sees
must be exactly what is promised.

recovery_test.py THALWEG [unittest options]

The jobs read a folder that the test adds files to, so that the test decides when there is something
to do; it waits for what can be seen (rows, log lines, an exit), never for time to pass.
"""
import array
import collections
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import termios
import time
import unittest

from cli_test import LIMIT_S, SANITIZED, THALWEG, Cli, write_counts

# Every checkpoint publishes what there is.
ROLL = ", 'sink.rolling-policy.file-size' = '1 b'"
TABLES = """\
SET 'pipeline.name' = 'job';
SET 'execution.checkpointing.dir' = '{dir}/state';
SET 'parallelism.default' = '2';
CREATE TABLE s (id INT, ts AS TO_TIMESTAMP_LTZ(id, 3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND)
  WITH ('connector' = 'filesystem', 'path' = '{dir}/in', 'format' = 'csv'{monitor});
CREATE TABLE o (id INT) WITH ('connector' = 'filesystem', 'path' = '{dir}/out', 'format' = '{format}'{roll});
CREATE TABLE w (k INT, n BIGINT)
  WITH ('connector' = 'filesystem', 'path' = '{dir}/out', 'format' = '{format}'{roll});
"""
ROWS = "INSERT INTO o SELECT id FROM s;\n"
# A window that ends with the input: its state grows until then.
KEYS = 20000  # their state is too large to stand in the manifest
COUNTS = (f"INSERT INTO w SELECT MOD(id, {KEYS}), COUNT(*) FROM TABLE(TUMBLE(TABLE s, DESCRIPTOR(ts), "
          f"INTERVAL '10' DAY)) GROUP BY MOD(id, {KEYS}), window_start, window_end;\n")
SOON = ("-D", "execution.checkpointing.interval=50 ms")
LATE = ("-D", "execution.checkpointing.interval=1 h")


class Job:
    """A running process of the job."""

    def __init__(self, test, name, *options):
        self.log = test.folder / f"{name}.log"
        self.out = open(self.log, "wb")
        self.process = subprocess.Popen([THALWEG, "run", "job.sql", *options], cwd=test.folder,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=self.out)
        self.test = test
        test.addCleanup(self.end)

    def end(self):
        self.process.kill()
        self.process.wait()
        self.out.close()

    def text(self):
        return self.log.read_text(errors="replace")

    def last_lines(self):
        return "\n".join(self.text().splitlines()[-15:])

    def signal(self, number):
        self.process.send_signal(number)

    def wait_for(self, what, condition):
        end = time.monotonic() + LIMIT_S
        while not condition():
            if self.process.poll() is not None:
                self.test.fail(f"the job ended with {self.process.returncode} before {what}:\n"
                               + self.last_lines())
            if time.monotonic() > end:
                self.test.fail(f"waited in vain for {what}:\n" + self.last_lines())
            time.sleep(0.005)  # between two looks

    def wait_for_end_or_checkpoints(self, count):
        end = time.monotonic() + LIMIT_S
        while self.process.poll() is None and self.checkpoints() < count:
            if time.monotonic() > end:
                self.test.fail(f"waited in vain for {count} checkpoints:\n" + self.last_lines())
            time.sleep(0.005)  # between two looks

    def wait_for_rows(self, expected):
        self.wait_for("the rows", lambda: self.test.visible() == expected)

    def wait_for_checkpoints(self, count):
        """`count` further ones."""
        wanted = self.checkpoints() + count
        self.wait_for("a checkpoint", lambda: self.checkpoints() >= wanted)

    def checkpoints(self):
        return sum(" ms, " in line and ": checkpoint " in line for line in self.text().splitlines())

    def checkpoints_with_state(self):
        return sum("iB of state written" in line for line in self.text().splitlines())

    def exit_code(self):
        try:
            return self.process.wait(LIMIT_S)
        except subprocess.TimeoutExpired:
            self.test.fail("it does not end:\n" + self.last_lines())
            return None

    def stop(self):
        self.signal(signal.SIGTERM)
        self.test.assertEqual(self.exit_code(), 0, self.text())

    def kill(self):
        self.process.kill()
        self.process.wait()


class Recovery(Cli):
    def setUp(self):
        super().setUp()
        (self.folder / "in").mkdir()
        self.rows = collections.Counter()

    def script(self, insert=ROWS, bounded=False, file_format="csv"):
        monitor = "" if bounded else ", 'source.monitor-interval' = '20 ms'"
        self.file("job.sql", TABLES.format(dir=self.folder, monitor=monitor, format=file_format,
                                            roll=ROLL)
                  + insert)

    def feed(self, first, last):
        """A file of ids; put there whole, by a rename."""
        hidden = self.file("next", "".join(f"{i}\n" for i in range(first, last + 1)))
        hidden.rename(self.folder / "in" / f"{first}.csv")
        return [str(i) for i in range(first, last + 1)]

    def visible(self):
        found = collections.Counter()
        for path in (self.folder / "out").rglob("part-*"):
            found.update(path.read_text().split())
        return found

    def hidden(self):
        return sorted((self.folder / "out").rglob(".part-*"))

    def checkpoint_files(self, pattern="chk-*"):
        return sorted((self.folder / "state").glob(f"job/{pattern}"))

    def drain(self, job):
        done = self.thalweg("savepoint", "state/job", "--drain")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(job.exit_code(), 0, job.text())

    @staticmethod
    def counts(ids):
        counts = collections.Counter(int(i) % KEYS for i in ids)
        return collections.Counter(f"{k},{n}" for k, n in counts.items())


class Starts(Recovery):
    def test_a_finished_job_runs_again_beside_its_output(self):
        self.script(bounded=True)
        rows = self.feed(1, 100)
        for times in (1, 2, 3):
            self.assertEqual(Job(self, f"run-{times}", *SOON).exit_code(), 0)
            self.assertEqual(self.visible(), collections.Counter(rows * times))
        self.assertEqual(self.hidden(), [])

    def test_it_goes_on_after_a_kill(self):
        self.script()
        job = Job(self, "first", *SOON)
        rows = self.feed(1, 100)
        job.wait_for_rows(collections.Counter(rows))
        job.kill()
        rows += self.feed(101, 200)
        second = Job(self, "second", *SOON)
        second.wait_for_rows(collections.Counter(rows))
        self.assertIn("goes on from checkpoint", second.text())
        second.stop()
        self.assertEqual(self.visible(), collections.Counter(rows))

    def test_restore_none_begins_a_new_history_beside_the_old_output(self):
        self.script()
        first = Job(self, "first", *SOON)
        rows = self.feed(1, 100)
        first.wait_for_rows(collections.Counter(rows))
        first.kill()  # with a file in progress, perhaps
        old = {path.name.split("-")[1] for path in (self.folder / "out").rglob("part-*")}
        second = Job(self, "second", *SOON, "--restore", "none")
        second.wait_for_rows(collections.Counter(rows * 2))
        # Two checkpoints are kept, so the old history is over with the second one.
        second.wait_for("the old history's files to go",
                        lambda: not any(path.name.split("-")[1] in old for path in self.hidden())
                        and all("-g2" in path.name for path in self.checkpoint_files()))
        second.kill()
        third = Job(self, "third", *SOON)
        third.wait_for("the start", lambda: "goes on from checkpoint" in third.text())
        rows += rows + self.feed(101, 150)
        third.wait_for_rows(collections.Counter(rows))
        third.stop()
        self.assertEqual(self.visible(), collections.Counter(rows))
        self.assertEqual(self.hidden(), [])

    def test_restore_none_that_dies_before_its_first_checkpoint_changes_nothing(self):
        self.script()
        first = Job(self, "first", *SOON)
        rows = self.feed(1, 100)
        first.wait_for_rows(collections.Counter(rows))
        first.kill()
        second = Job(self, "second", *LATE, "--restore", "none")
        before = set(self.hidden())
        second.wait_for("rows in progress", lambda: set(self.hidden()) - before)
        second.kill()
        third = Job(self, "third", *SOON)
        rows += self.feed(101, 200)
        third.wait_for_rows(collections.Counter(rows))
        self.assertIn("goes on from checkpoint", third.text())
        third.stop()
        self.assertEqual(self.visible(), collections.Counter(rows))
        self.assertEqual(self.hidden(), [])

    def test_an_older_savepoint_begins_a_new_history(self):
        self.script()
        job = Job(self, "first", *SOON)
        before = self.feed(1, 100)
        job.wait_for_rows(collections.Counter(before))
        done = self.thalweg("savepoint", "state/job", "--to", "savepoint")
        self.assertEqual(done.returncode, 0, done.stderr)
        after = self.feed(101, 200)
        job.wait_for_rows(collections.Counter(before + after))
        job.kill()
        (self.folder / "savepoint").rename(self.folder / "moved")
        again = Job(self, "second", *SOON, "--restore", "moved")
        expected = collections.Counter(before + after * 2)
        again.wait_for_rows(expected)
        again.stop()
        self.assertEqual(self.visible(), expected)

    def test_a_savepoint_midway_and_a_crash(self):
        self.script(COUNTS)
        job = Job(self, "first", *SOON)
        ids = self.feed(1, 7000)
        job.wait_for_checkpoints(2)
        self.assertEqual(self.thalweg("savepoint", "state/job", "--to", "savepoint").returncode, 0)
        ids += self.feed(7001, 9000)
        job.wait_for_checkpoints(2)
        job.kill()
        again = Job(self, "second", *SOON)
        again.wait_for("the start", lambda: "goes on from checkpoint" in again.text())
        ids += self.feed(9001, 11000)
        again.wait_for_checkpoints(2)
        self.drain(again)
        self.assertEqual(self.visible(), self.counts(ids))
        self.assertEqual(self.thalweg("state", "show", "savepoint").returncode, 0)

    def test_a_lost_checkpoint_folder(self):
        self.script()
        job = Job(self, "first", *SOON)
        rows = self.feed(1, 100)
        job.wait_for_rows(collections.Counter(rows))
        job.kill()
        shutil.rmtree(self.folder / "state")
        again = Job(self, "second", *SOON)
        again.wait_for_rows(collections.Counter(rows * 2))
        self.assertNotIn("goes on", again.text())
        again.stop()
        self.assertEqual(self.visible(), collections.Counter(rows * 2))

    def test_parquet_after_a_kill(self):
        self.script(file_format="parquet")
        job = Job(self, "first", *SOON)
        rows = self.feed(1, 3000)
        job.wait_for_checkpoints(2)
        job.kill()
        rows += self.feed(3001, 4000)
        again = Job(self, "second", *SOON)
        again.wait_for_checkpoints(2)
        again.stop()
        tables = TABLES.format(dir=self.folder, monitor="", format="parquet", roll="")
        self.file("read.sql", tables + "SELECT id FROM o;")
        done = self.thalweg("run", "read.sql", "--output", "csv")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(collections.Counter(done.stdout.decode().split()[1:]),
                         collections.Counter(rows))


class Zombies(Recovery):
    """A process that was stopped while another one took its place."""

    def overtake(self, first_options):
        self.script()
        first = Job(self, "first", *first_options)
        rows = self.feed(1, 100)
        if first_options is SOON:
            first.wait_for_rows(collections.Counter(rows))
        else:
            first.wait_for("rows in progress", self.hidden)
        first.signal(signal.SIGSTOP)
        unpublished = self.hidden()
        second = Job(self, "second", *SOON)
        rows += self.feed(101, 200)
        second.wait_for_rows(collections.Counter(rows))
        for path in unpublished:
            self.assertFalse(path.exists(), f"{path} can still be published")
        first.signal(signal.SIGCONT)
        rows += self.feed(201, 300)
        self.assertEqual(first.exit_code(), 1, first.text())
        self.assertIn("owned by another process", first.text())
        second.wait_for_rows(collections.Counter(rows))
        second.stop()
        self.assertEqual(self.visible(), collections.Counter(rows))

    def test_after_its_first_checkpoint(self):
        self.overtake(SOON)

    def test_before_its_first_checkpoint(self):
        self.overtake(LATE)

    def test_a_start_that_is_refused_takes_nothing_from_the_running_job(self):
        self.script(COUNTS)
        job = Job(self, "first", *SOON)
        self.feed(1, 100)
        job.wait_for_checkpoints(2)
        changed = COUNTS.replace(f"MOD(id, {KEYS})", f"MOD(id, {KEYS - 1})")
        self.file("other.sql", (self.folder / "job.sql").read_text().replace(COUNTS, changed))
        done = self.thalweg("run", "other.sql")
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"holds state of operators", done.stderr)
        done = self.thalweg("run", "job.sql", "-D", "pipeline.max-parallelism=64")
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"max-parallelism", done.stderr)
        job.wait_for_checkpoints(2)
        job.stop()


class Damage(Recovery):
    def test_a_flipped_bit_in_any_file(self):
        """The file is named; the checkpoint before it is used unless it needs the same file."""
        self.script(COUNTS)
        job = Job(self, "first", *SOON, "-D", "execution.checkpointing.num-retained=1000")
        ids = []
        for first in (1, KEYS + 1, 2 * KEYS + 1):  # every key changes each time
            written = job.checkpoints_with_state()
            ids += self.feed(first, first + KEYS - 1)
            job.wait_for("the state", lambda: job.checkpoints_with_state() > written)
        job.kill()
        expected = self.counts(ids)
        state = self.folder / "state"
        whole = self.folder / "whole"
        state.rename(whole)
        manifests = sorted(whole.rglob("chk-*"), key=lambda path: int(path.name.split("-")[1]))
        newest = manifests[-1]
        files = [newest, *whole.rglob("owner-*"), *whole.rglob("shared/*")]
        self.assertTrue(any(self.names(newest, path) for path in files), "there are state files")
        went_on = fell_back = 0
        for path in files:
            with self.subTest(file=path.name):
                shutil.rmtree(state, ignore_errors=True)
                shutil.rmtree(self.folder / "out", ignore_errors=True)
                shutil.copytree(whole, state)
                damaged = state / path.relative_to(whole)
                content = bytearray(damaged.read_bytes())
                content[len(content) // 2] ^= 16
                damaged.write_bytes(content)
                again = Job(self, f"after-{path.name}", *SOON)
                again.wait_for_end_or_checkpoints(3)
                if again.process.poll() is not None:
                    # Every checkpoint that is left needs this file.
                    self.assertIn("shared", path.parts, again.text())
                    self.assertEqual(again.exit_code(), 1)
                    self.assertIn(path.name, again.text())
                    self.assertIn("no checkpoint in", again.text())
                    continue
                went_on += 1
                fell_back += self.names(newest, path)
                if path == newest or path.name.startswith("owner") or self.names(newest, path):
                    self.assertIn(path.name, again.text())
                if path == newest:
                    self.assertFalse(damaged.exists(), "it is removed once it has been replaced")
                self.drain(again)
                self.assertEqual(self.visible(), expected)
        self.assertGreaterEqual(went_on, 3)
        self.assertGreaterEqual(fell_back, 1, "no state file of the newest checkpoint alone")

    @staticmethod
    def names(manifest, path):
        return "shared" in path.parts and f"shared/{path.name}".encode() in manifest.read_bytes()


class Signals(Recovery):
    def running(self, *options):
        self.script(COUNTS)
        job = Job(self, "first", *options)
        self.feed(1, 5000)
        job.wait_for("the start", lambda: any(path.stat().st_size > 0
                                              for path in self.checkpoint_files("owner-*")))
        if options[:2] == SOON:
            job.wait_for_checkpoints(1)
        return job

    def ended_in_time(self, job):
        begin = time.monotonic()
        job.stop()
        if not SANITIZED:
            self.assertLess(time.monotonic() - begin, 2.0)

    def goes_on(self):
        again = Job(self, "second", *SOON)
        again.wait_for("the start", lambda: "goes on from checkpoint" in again.text())
        ids = [str(i) for i in range(1, 5001)] + self.feed(5001, 6000)
        again.wait_for_checkpoints(2)
        self.drain(again)
        self.assertEqual(self.visible(), self.counts(ids))

    def test_sigterm_makes_a_last_checkpoint(self):
        self.ended_in_time(self.running(*SOON))
        self.goes_on()

    def test_sigterm_before_the_first_checkpoint(self):
        self.ended_in_time(self.running(*LATE))
        self.goes_on()

    def test_sigterm_with_a_savepoint(self):
        self.ended_in_time(self.running(*SOON, "--savepoint-on-stop", "savepoint"))
        self.assertTrue((self.folder / "savepoint" / "_metadata").exists())
        shutil.rmtree(self.folder / "state")
        again = Job(self, "restored", *SOON, "--restore", "savepoint")
        again.wait_for("the start", lambda: "goes on from checkpoint" in again.text())
        again.wait_for_checkpoints(1)
        self.drain(again)
        self.assertEqual(self.visible(), self.counts(str(i) for i in range(1, 5001)))

    def asked_while_it_does_not_run(self):
        """The process that waits for a savepoint, and the folder of its request."""
        self.script()
        self.feed(1, 10)
        job = Job(self, "first", *SOON)
        job.wait_for_checkpoints(1)
        job.stop()
        asking = subprocess.Popen([THALWEG, "savepoint", "state/job", "--stop"], cwd=self.folder,
                                  stderr=subprocess.PIPE)
        self.addCleanup(asking.stderr.close)
        self.addCleanup(asking.kill)
        requests = self.folder / "state/job/requests"
        self.wait_until("the request", lambda: list(requests.glob("*.request")))
        return asking, requests

    def test_a_savepoint_of_a_job_that_does_not_run(self):
        asking, requests = self.asked_while_it_does_not_run()
        # One that was given up a minute ago.
        left = requests / "00000000.request"
        shutil.copy(next(requests.glob("*.request")), left)
        os.utime(left, (time.time() - 60, time.time() - 60))
        _, errors = asking.communicate(timeout=LIMIT_S)
        self.assertEqual(asking.returncode, 1)
        self.assertIn(b"is the job running?", errors)
        self.assertEqual(list(requests.glob("*.request")), [left])
        job = Job(self, "second", *SOON)
        job.wait_for_checkpoints(3)
        self.assertEqual(list(requests.glob("*")), [], "it is removed, not obeyed")
        job.stop()

    def test_a_request_whose_asker_was_killed(self):
        asking, requests = self.asked_while_it_does_not_run()
        asking.kill()
        asking.wait()
        job = Job(self, "second", *SOON)
        job.wait_for_checkpoints(3)
        self.assertEqual(list(requests.glob("*.request")), [], "it is removed, not obeyed")
        self.assertFalse((self.folder / "state/job/savepoints").exists())
        job.stop()

    def wait_until(self, what, condition):
        end = time.monotonic() + LIMIT_S
        while not condition():
            self.assertLess(time.monotonic(), end, f"waited in vain for {what}")
            time.sleep(0.005)  # between two looks

    def stuck(self):
        """A running job: whoever is to read its output does not, so no checkpoint comes to its end."""
        self.file("stuck.sql", f"""\
SET 'pipeline.name' = 'stuck';
SET 'execution.checkpointing.dir' = '{self.folder}/state';
CREATE TABLE g (n INT) WITH ('connector' = 'datagen', 'rows-per-second' = '1000000');
CREATE TABLE p (n INT) WITH ('connector' = 'print');
INSERT INTO p SELECT n FROM g;
""")
        stuck = subprocess.Popen([THALWEG, "run", "stuck.sql", *LATE], cwd=self.folder,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(stuck.stderr.close)
        self.addCleanup(stuck.stdout.close)
        self.addCleanup(stuck.kill)
        self.wait_until_it_is_full(stuck.stdout)
        return stuck

    @unittest.skipIf("tsan" in THALWEG, "its _exit waits for whoever writes to stdout")
    def test_a_stop_that_cannot_make_its_checkpoint_in_time(self):
        stuck = self.stuck()
        begin = time.monotonic()
        stuck.send_signal(signal.SIGTERM)
        self.assertEqual(stuck.wait(LIMIT_S), 0)
        if not SANITIZED:
            self.assertLess(time.monotonic() - begin, 2.0)
        self.assertIn(b"ended without a last checkpoint", stuck.stderr.read())

    def test_a_job_that_is_killed_while_it_is_asked(self):
        stuck = self.stuck()
        asking = subprocess.Popen([THALWEG, "savepoint", "state/stuck", "--to", "savepoint"],
                                  cwd=self.folder, stderr=subprocess.PIPE)
        self.addCleanup(asking.kill)
        requests = self.folder / "state/stuck/requests"
        self.wait_until("its being taken", lambda: list(requests.glob("*.taken")))
        stuck.kill()
        _, errors = asking.communicate(timeout=LIMIT_S)
        self.assertEqual(asking.returncode, 1)
        self.assertIn(b"has ended before it had answered", errors)
        self.assertFalse((self.folder / "savepoint").exists())

    @staticmethod
    def wait_until_it_is_full(pipe):
        end = time.monotonic() + LIMIT_S
        full = fcntl.fcntl(pipe, fcntl.F_GETPIPE_SZ) - 2 * 4096
        unread = array.array("i", [0])
        while unread[0] < full and time.monotonic() < end:
            fcntl.ioctl(pipe, termios.FIONREAD, unread)

    @unittest.skipIf("tsan" in THALWEG, "its _exit waits for whoever writes to stdout")
    def test_a_second_signal_ends_it_at_once(self):
        # Its reader does not read, so the job cannot come to its end.
        self.file("stuck.sql", "CREATE TABLE g (n INT) WITH ('connector' = 'datagen', "
                  "'rows-per-second' = '1000000'); SELECT n FROM g;")
        job = subprocess.Popen([THALWEG, "run", "stuck.sql"], cwd=self.folder,
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.addCleanup(job.stdout.close)
        self.addCleanup(job.kill)
        self.wait_until_it_is_full(job.stdout)
        end = time.monotonic() + LIMIT_S
        while time.monotonic() < end:
            job.send_signal(signal.SIGTERM)
            try:
                self.assertEqual(job.wait(0.1), 1)
                return
            except subprocess.TimeoutExpired:
                pass
        self.fail("it does not end")


if __name__ == "__main__":
    outcome = unittest.main(exit=False).result
    write_counts(outcome)
    sys.exit(not outcome.wasSuccessful())
