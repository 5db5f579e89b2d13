#!/usr/bin/env python3
"""The filesystem sink from outside: compaction, and sinks that a changed script no longer has.

file_sink_test.py THALWEG THALWEG_FAILPOINTS [unittest options]
"""
import collections
import os
import pathlib
import re
import signal
import subprocess
import sys
import unittest

FAILPOINTS = str(pathlib.Path(sys.argv.pop(2)).resolve())
# pylint: disable=wrong-import-position
from cli_test import LIMIT_S, THALWEG, Cli, write_counts
from recovery_test import SOON, Job, Recovery

NUMBERS = """\
CREATE TABLE n (id INT) WITH ('connector' = 'datagen', 'scan.parallelism' = '3',
  'fields.id.kind' = 'sequence', 'fields.id.start' = '1', 'fields.id.end' = '{rows}');
"""
COMPACT = ", 'auto-compaction' = 'true'"


class Compaction(Cli):
    def write(self, rows, options, columns="id INT, k INT", partitioned=" PARTITIONED BY (k)",
              select="id, MOD(id, 2)", prefix=""):
        """The visible files of table o, as path below its folder -> bytes."""
        table = (f"CREATE TABLE o ({columns}){partitioned} WITH ('connector' = 'filesystem', "
                 f"'path' = '{self.folder}/out', {options});\n")
        done = self.run_sql(f"SET 'execution.checkpointing.dir' = '{self.folder}/state';\n" + prefix
                            + NUMBERS.format(rows=rows) + table
                            + f"INSERT INTO o SELECT {select} FROM n;\n", "-p", "3")
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        self.read = table
        out = self.folder / "out"
        self.assertEqual(sorted(out.rglob(".*")), [], "hidden files are left")
        return {str(path.relative_to(out)): path.stat().st_size for path in out.rglob("part-*")}

    def contents(self):
        return sorted(int(row) for row in self.rows(self.read + "SELECT id FROM o;\n", "-o",
                                                    "csv")[1:])

    def test_small_files_become_one_a_partition(self):
        for number, file_format in enumerate(("csv", "json", "parquet")):
            with self.subTest(file_format):
                self.setUp()
                files = self.write(300, f"'format' = '{file_format}'" + COMPACT)
                self.assertEqual(sorted(name.split("/")[0] for name in files), ["k=0", "k=1"])
                self.assertEqual(self.contents(), list(range(1, 301)))
                self.setUp()
                apart = self.write(300, f"'format' = '{file_format}'")
                self.assertGreater(len(apart), 2, "without the option there is more to do")

    def test_raw_lines_become_one_file(self):
        files = self.write(50, "'format' = 'raw'" + COMPACT, "s STRING", "",
                           "CAST(id AS STRING)")
        self.assertEqual(len(files), 1)
        lines = (self.folder / "out" / list(files)[0]).read_text().split()
        self.assertEqual(sorted(map(int, lines)), list(range(1, 51)))

    def test_the_target_size(self):
        # A file ends with the batch that makes it larger than 10 kb.
        small = "'format' = 'csv', 'sink.rolling-policy.file-size' = '10 kb'"
        apart = self.write(40_000, small, "id INT", "", "id")
        self.setUp()
        files = self.write(40_000, small + COMPACT + ", 'compaction.file-size' = '100 kb'",
                           "id INT", "", "id")
        self.assertEqual(self.contents(), list(range(1, 40_001)))
        self.assertLess(len(files), len(apart))
        self.assertLessEqual(max(files.values()), 100 << 10)
        self.assertLessEqual(len(files), sum(files.values()) // (50 << 10), files)

    def test_batch_mode_does_without(self):
        files = self.write(300, "'format' = 'csv'" + COMPACT, "id INT", "", "id",
                           "SET 'execution.runtime-mode' = 'batch';\n")
        self.assertEqual(len(files), 3)

    def test_success_files_come_last(self):
        self.write(300, "'format' = 'csv', 'sink.partition-commit.policy.kind' = 'success-file'"
                   + COMPACT)
        for k in (0, 1):
            self.assertTrue((self.folder / "out" / f"k={k}" / "_SUCCESS").exists())

    def test_options_that_are_none(self):
        for option in ("'auto-compaction' = 'perhaps'", "'compaction.file-size' = 'much'",
                       "'compaction.parallelism' = '2'"):
            self.error(NUMBERS.format(rows=1) + "CREATE TABLE o (id INT) WITH ('connector' = "
                       f"'filesystem', 'path' = 'out', 'format' = 'csv', {option});\n"
                       "INSERT INTO o SELECT id FROM n;\n", option.split("'")[1])


class Restarts(Recovery):
    """Jobs that read a folder for ever."""
    SCRIPT = """\
SET 'pipeline.name' = 'job';
SET 'execution.checkpointing.dir' = '{dir}/state';
SET 'parallelism.default' = '3';
CREATE TABLE s (id INT) WITH ('connector' = 'filesystem', 'path' = '{dir}/in', 'format' = 'csv',
  'source.monitor-interval' = '20 ms');
CREATE TABLE o (id INT) WITH ('connector' = 'filesystem', 'path' = '{dir}/out', 'format' = 'csv'{o});
CREATE TABLE o2 (id INT) WITH ('connector' = 'filesystem', 'path' = '{dir}/out2',
  'format' = 'csv', 'sink.rolling-policy.file-size' = '1 b');
EXECUTE STATEMENT SET BEGIN
{inserts}
END;
"""
    BOTH = "INSERT INTO o SELECT id FROM s;\nINSERT INTO o2 SELECT id FROM s;"
    SECOND = "INSERT INTO o2 SELECT id FROM s;"

    def write(self, inserts, options=""):
        self.file("job.sql", self.SCRIPT.format(dir=self.folder, o=options, inserts=inserts))

    def rows_of(self, table):
        found = collections.Counter()
        for path in (self.folder / table).rglob("part-*"):
            found.update(path.read_text().split())
        return found

    def wait_for_table(self, job, table, rows):
        job.wait_for(f"the rows of {table}",
                     lambda: self.rows_of(table) == collections.Counter(rows))

    def killed_at(self, failpoint):
        """Runs the job until it kills itself there."""
        done = subprocess.run([FAILPOINTS, "run", "job.sql", *SOON], cwd=self.folder,
                              env={**os.environ, "THALWEG_FAILPOINT": failpoint},
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=LIMIT_S,
                              text=True)
        self.assertEqual(done.returncode, -signal.SIGKILL, done.stderr)

    def test_an_epoch_has_one_file_through_kills(self):
        self.write(self.BOTH, COMPACT)
        rows = []
        for life in range(4):
            job = Job(self, f"life-{life}", *SOON, "-p", str(1 + life % 3))
            for batch in range(5):
                first = 1000 * life + 100 * batch + 1
                rows += self.feed(first, first + 49)
                rows += self.feed(first + 50, first + 99)
            self.wait_for_table(job, "out", rows)
            job.kill()
        last = Job(self, "last", *SOON)
        self.drain(last)
        self.assertEqual(self.rows_of("out"), collections.Counter(rows))
        self.assertEqual(self.hidden(), [])
        epochs = collections.Counter(
            re.search(r"-e(\d+)-", path.name)[1] for path in (self.folder / "out").glob("part-*"))
        self.assertEqual(set(epochs.values()), {1}, "one file an epoch")

    def test_the_option_may_come_and_go(self):
        rows = []
        for life, options in enumerate(("", COMPACT, "", COMPACT)):
            self.write(self.BOTH, options)
            job = Job(self, f"life-{life}", *SOON)
            rows += self.feed(100 * life + 1, 100 * life + 99)
            self.wait_for_table(job, "out2", rows)  # in the other table they may still be hidden
            job.kill()
        last = Job(self, "last", *SOON)
        self.drain(last)
        self.assertEqual(self.rows_of("out"), collections.Counter(rows))
        self.assertEqual(self.hidden(), [])

    def test_open_files_of_a_sink_that_is_gone_are_published(self):
        self.write(self.BOTH)
        first = Job(self, "first", *SOON)
        rows = self.feed(1, 100)
        self.wait_for_table(first, "out2", rows)
        first.kill()
        self.assertEqual(self.rows_of("out"), collections.Counter(), "they are in an open file")
        self.write(self.SECOND)
        second = Job(self, "second", *SOON)
        self.wait_for_table(second, "out", rows)
        self.assertIn("no longer has these sinks", second.text())
        second.wait_for_checkpoints(2)
        second.kill()
        # What has been published is not published again.
        third = Job(self, "third", *SOON)
        third.wait_for_checkpoints(1)
        self.assertNotIn("no longer has these sinks", third.text())
        rows_of_second = rows + self.feed(101, 200)
        self.wait_for_table(third, "out2", rows_of_second)
        third.stop()
        self.assertEqual(self.rows_of("out"), collections.Counter(rows))
        self.assertEqual(self.hidden(), [])

    def test_killed_again_before_its_first_checkpoint(self):
        self.write(self.BOTH)
        first = Job(self, "first", *SOON)
        rows = self.feed(1, 100)
        self.wait_for_table(first, "out2", rows)
        first.kill()
        self.write(self.SECOND)
        for failpoint in ("take-over:renamed#2", "manifest:begin", "publish:before"):
            self.killed_at(failpoint)
        second = Job(self, "second", *SOON)
        self.wait_for_table(second, "out", rows)
        second.stop()
        self.assertEqual(self.rows_of("out"), collections.Counter(rows))
        self.assertEqual(self.hidden(), [])

    def test_the_sink_comes_back(self):
        self.write(self.BOTH)
        first = Job(self, "first", *SOON)
        rows = self.feed(1, 100)
        self.wait_for_table(first, "out2", rows)
        first.kill()
        self.write(self.SECOND)
        self.killed_at("manifest:begin")
        self.write(self.BOTH)
        last = Job(self, "last", *SOON)
        rows += self.feed(101, 200)
        self.drain(last)
        self.assertEqual(self.rows_of("out"), collections.Counter(rows))
        self.assertEqual(self.rows_of("out2"), collections.Counter(rows))

    def test_sealed_files_of_a_sink_that_is_gone_are_published(self):
        for options in (", 'sink.rolling-policy.file-size' = '1 b'", COMPACT):
            with self.subTest(options):
                self.setUp()
                self.write(self.BOTH, options)
                rows = self.feed(1, 100)
                self.killed_at("publish:before")
                self.assertEqual(self.rows_of("out"), collections.Counter())
                self.write(self.SECOND)
                second = Job(self, "second", *SOON)
                self.wait_for_table(second, "out", rows)
                self.assertIn("no longer has these sinks", second.text())
                second.stop()
                self.assertEqual(self.rows_of("out"), collections.Counter(rows))
                self.assertEqual(self.hidden(), [])


if __name__ == "__main__":
    outcome = unittest.main(exit=False).result
    write_counts(outcome)
    sys.exit(not outcome.wasSuccessful())
