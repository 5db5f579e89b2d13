#!/usr/bin/env python3
"""Scripts without pipeline.name that are edited between two starts: which job goes on with which
checkpoints, and several jobs of one script.

edited_script_test.py THALWEG [unittest options]
"""
import collections
import sys
import unittest

from cli_test import Cli, write_counts
from recovery_test import SOON, Job, Recovery

TABLES = """\
CREATE TABLE s (id INT) WITH ('connector' = 'filesystem', 'path' = 'in', 'format' = 'csv',
  'source.monitor-interval' = '20 ms');
CREATE TABLE a (id INT) WITH ('connector' = 'filesystem', 'path' = 'a', 'format' = 'csv',
  'sink.rolling-policy.file-size' = '1 b');
CREATE TABLE b (id INT) WITH ('connector' = 'filesystem', 'path' = 'b', 'format' = 'csv',
  'sink.rolling-policy.file-size' = '1 b');
"""
A = "INSERT INTO a SELECT id FROM s;\n"
B = "INSERT INTO b SELECT id FROM s;\n"


def statement_set(inserts):
    return f"EXECUTE STATEMENT SET BEGIN\n{inserts}END;\n"


class EditedScripts(Recovery):
    def write(self, inserts):
        self.file("job.sql", TABLES + inserts)

    def rows_of(self, table):
        found = collections.Counter()
        for path in (self.folder / table).glob("part-*"):
            found.update(path.read_text().split())
        return found

    def live(self, name, inserts, first, tables):
        """One life of the script: ten more rows, which `tables` are to have once."""
        self.write(inserts)
        rows = self.feed(1, 10) if first == 1 else self.feed(first, first + 9)
        job = Job(self, name, *SOON)
        for table in tables:
            job.wait_for(f"{rows} in {table}",
                         lambda t=table: all(self.rows_of(t)[r] > 0 for r in rows))
        job.stop()
        for table in tables:
            self.assertEqual(set(self.rows_of(table).values()), {1}, job.text())
        return job.text()

    def test_an_insert_leaves_the_statement_set_and_comes_back(self):
        self.live("both", statement_set(A + B), 1, "ab")
        log = self.live("one", A, 11, "a")
        self.assertIn("goes on from checkpoint", log)
        self.assertIn("the job no longer has these sinks", log)
        log = self.live("again", statement_set(A + B), 21, "a")
        self.assertIn("goes on from checkpoint", log)

    def test_an_insert_is_put_before_another(self):
        self.live("one", B, 1, "b")
        log = self.live("two", A + B, 11, "ab")
        self.assertEqual(log.count("goes on from checkpoint"), 1)

    def test_a_job_that_is_gone_is_named(self):
        self.live("one", A, 1, "a")
        log = self.live("another", B, 11, "b")
        self.assertIn("stay unused", log)
        self.assertIn("insert-into_default_catalog.default_database.a", log)

    def test_a_set_of_many_sinks(self):
        names = [f"a_table_with_quite_a_long_name_{i}" for i in range(12)]
        self.file("job.sql", "".join(
            f"CREATE TABLE {n} (id INT) WITH ('connector' = 'filesystem', 'path' = 'out/{n}', "
            "'format' = 'csv');\n" for n in names) + statement_set("".join(
                f"INSERT INTO {n} VALUES (1);\n" for n in names)))
        done = self.thalweg("run", "job.sql")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(sum(self.visible().values()), 12)


class SeveralJobs(Cli):
    ENDLESS = ("CREATE TABLE g (n INT) WITH ('connector' = 'datagen', 'rows-per-second' = '100');\n"
               "CREATE TABLE h (n INT) WITH ('connector' = 'blackhole');\n"
               "INSERT INTO h SELECT n FROM g;\n")

    def test_one_that_fails_ends_the_others(self):
        for script in (self.ENDLESS + "INSERT INTO h SELECT n / 0 FROM g;\n",
                       "SET 'restart-strategy.type' = 'none';\n" + self.ENDLESS
                       + "INSERT INTO h SELECT n / 0 FROM g;\nSELECT n FROM g;\n",
                       self.ENDLESS + "INSERT INTO h SELECT n / 0 FROM g;\n"
                       + "INSERT INTO h SELECT n FROM g;\n"):
            text = self.error(script, "division by zero", "job.sql:", "SELECT n / 0 FROM g")
            self.assertIn("^^^^", text)

    def test_a_mistake_after_one_ends_it(self):
        self.error(self.ENDLESS + "INSERT INTO nowhere SELECT n FROM g;\n", "nowhere", "job.sql:4")


if __name__ == "__main__":
    outcome = unittest.main(exit=False).result
    write_counts(outcome)
    sys.exit(not outcome.wasSuccessful())
