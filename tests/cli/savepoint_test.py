#!/usr/bin/env python3
"""Savepoints from outside: read as tables, shown, and taken up by a changed script.

savepoint_test.py THALWEG [unittest options]
"""
import json
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest

from cli_test import LIMIT_S, THALWEG, write_counts

LOSE = ["-D", "execution.state-recovery.ignore-unclaimed-state=true"]


class Savepoints(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        (self.folder / "in").mkdir()

    def thalweg(self, *arguments):
        return subprocess.run([THALWEG, *map(str, arguments)], cwd=self.folder,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=LIMIT_S,
                              text=True)

    def source(self, endless, types="k STRING, price INT, d DECIMAL(10, 2), ts TIMESTAMP(3)"):
        monitor = ", 'source.monitor-interval' = '50 ms'" if endless else ""
        return (f"SET 'execution.checkpointing.dir' = '{self.folder}/state';\n"
                "SET 'pipeline.name' = 'job';\nSET 'table.local-time-zone' = 'UTC';\n"
                f"CREATE TABLE t ({types}, WATERMARK FOR ts AS ts) WITH ("
                f"'connector' = 'filesystem', 'path' = 'in', 'format' = 'csv'{monitor});\n")

    def sink(self, columns):
        return f"CREATE TABLE o ({columns}) WITH ('connector' = 'print');\n"

    def savepoint(self, insert, columns, lines, parallelism=1):
        """Runs the job over `lines`, and stops it with a savepoint."""
        (self.folder / "in" / "first.csv").write_text("".join(line + "\n" for line in lines))
        (self.folder / "job.sql").write_text(
            self.source(True) + "SET 'execution.checkpointing.interval' = '100 ms';\n"
            + self.sink(columns) + insert)
        job = subprocess.Popen([THALWEG, "run", "job.sql", "-p", str(parallelism), "--report",
                                "report.json"], cwd=self.folder, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(job.kill)
        # The rows are in a checkpoint once one has been made after they were printed.
        deadline = time.monotonic() + LIMIT_S
        self.wait_for_rows(deadline)
        target = self.folder / "savepoint"
        done = self.thalweg("savepoint", self.state_folder(), "--stop", "--to", target)
        self.assertEqual(done.returncode, 0, done.stderr)
        _, errors = job.communicate(timeout=LIMIT_S)
        self.assertEqual(job.returncode, 0, errors)
        report = json.loads((self.folder / "report.json").read_text())
        self.assertEqual(report["jobs"][0]["rows_in"], len(lines))
        pauses = report["jobs"][0]["checkpoint_pauses"]
        self.assertGreater(pauses["count"], 0)
        self.assertLessEqual(pauses["p99_us"], pauses["longest_us"])
        return target

    def state_folder(self):
        folders = [path.parent for path in (self.folder / "state").glob("**/owner-*")]
        return folders[0] if folders else None

    def wait_for_rows(self, deadline):
        """Until a checkpoint says that the file has been read to its end."""
        while time.monotonic() < deadline:
            folder = self.state_folder()
            if folder is not None and list(folder.glob("chk-*")) and self.has_read(folder):
                return
            time.sleep(0.005)  # between two looks
        self.fail("the job has made no checkpoint with its rows")

    def has_read(self, folder):
        done = self.read("SELECT name FROM e", "e (name STRING)", folder, "TableSourceScan",
                         "'table' = 'entries'")
        # A split that has been read to its end is nobody's any more.
        return done.returncode == 0 and "split" not in done.stdout

    def read(self, query, table, path, operator, *options):
        extra = "".join(f", {o}" for o in options)
        named = f", 'operator' = '{operator}'" if operator else ""
        (self.folder / "read.sql").write_text(
            f"CREATE TABLE {table} WITH ('connector' = 'savepoint', 'path' = '{path}'{named}"
            f"{extra});\n{query};")
        return self.thalweg("run", "read.sql", "--output", "csv")

    def rows(self, *arguments):
        done = self.read(*arguments)
        self.assertEqual(done.returncode, 0, done.stderr)
        return sorted(done.stdout.splitlines()[1:])

    def refused(self, wanted, *arguments):
        done = self.read(*arguments)
        self.assertEqual(done.returncode, 1, done.stdout)
        for word in wanted:
            self.assertIn(word, done.stderr)

    def prepare(self, insert, columns, lines, types=None):
        (self.folder / "in" / "second.csv").write_text("".join(line + "\n" for line in lines))
        source = self.source(True) if types is None else self.source(True, types)
        (self.folder / "job.sql").write_text(source + self.sink(columns) + insert)

    def refuses(self, savepoint, *options):
        """What the job says instead of starting from the savepoint."""
        done = self.thalweg("run", "job.sql", "--restore", savepoint, *options)
        self.assertEqual(done.returncode, 1, done.stdout)
        return done.stderr

    def resume(self, savepoint, wanted, *options):
        """Goes on from the savepoint until it prints the change `wanted`; what it says meanwhile."""
        job = subprocess.Popen([THALWEG, "run", "job.sql", "--restore", savepoint, *options],
                               cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True)
        self.addCleanup(job.kill)
        too_late = threading.Timer(LIMIT_S, job.kill)
        too_late.start()
        self.addCleanup(too_late.cancel)
        seen = []
        for line in job.stdout:
            seen.append(line)
            if wanted in line:
                job.send_signal(signal.SIGTERM)
                break
        _, errors = job.communicate(timeout=LIMIT_S)
        self.assertIn(wanted, "".join(seen), errors)
        self.assertEqual(job.returncode, 0, errors)
        return errors

    FIRST = ["a,1,1.50,2024-01-01 00:00:01", "b,2,2.50,2024-01-01 00:00:02",
             "a,3,0.50,2024-01-01 00:00:03", "aKeyThatIsRatherLong,4,9.99,2024-01-01 00:00:04"]
    GROUPS = "INSERT INTO o SELECT k, COUNT(*), SUM(price), AVG(price), MAX(d) FROM t GROUP BY k;"
    COLUMNS = "k STRING, n BIGINT, s INT, a INT, m DECIMAL(10, 2)"

    def test_groups_as_a_table(self):
        path = self.savepoint(self.GROUPS, self.COLUMNS, self.FIRST, parallelism=2)
        table = ("s (k STRING, `COUNT(*)` BIGINT, `SUM(price)` INT, avg_2 INT, "
                 "`MAX(d)` DECIMAL(10, 2))")
        self.assertEqual(self.rows("SELECT * FROM s", table, path, "GroupAggregate"),
                         ["a,2,4,2,1.50", "aKeyThatIsRatherLong,1,4,4,9.99", "b,1,2,2,2.50"])
        # The only operator with tables need not be named, and Flink's names do as well.
        self.assertEqual(self.rows("SELECT SUM(n) AS n FROM s", "s (n BIGINT)", path, "",
                                   "'fields.n.state-name' = 'COUNT(*)'"), ["4"])
        self.assertEqual(self.rows("SELECT k FROM s WHERE `SUM(price)` > 3",
                                   "s (k STRING, `SUM(price)` INT, g INT METADATA FROM 'key_group')",
                                   path, "GroupAggregate"), ["a", "aKeyThatIsRatherLong"])

    def test_mistakes(self):
        path = self.savepoint(self.GROUPS, self.COLUMNS, self.FIRST)
        group = "GroupAggregate"
        self.refused(["total", "SUM(price) INT", "k STRING"], "SELECT * FROM s",
                     "s (k STRING, total INT)", path, group)
        self.refused(["SUM(price)", "BIGINT", "INT in the state"], "SELECT * FROM s",
                     "s (`SUM(price)` BIGINT)", path, group)
        self.refused(["Nosuch", group], "SELECT * FROM s", "s (k STRING)", path, "Nosuch")
        self.refused(["nosuch", "groups"], "SELECT * FROM s", "s (k STRING)", path, group,
                     "'table' = 'nosuch'")
        self.refused(["state.backend.type"], "SELECT * FROM s", "s (k STRING)", path, group,
                     "'state.backend.type' = 'rocksdb'")
        self.refused(["state-type"], "SELECT * FROM s", "s (k STRING)", path, group,
                     "'fields.k.state-type' = 'VALUE'")
        self.refused(["nowhere"], "SELECT * FROM s", "s (k STRING)", "nowhere", group)
        self.refused(["can only be read"], "INSERT INTO s VALUES ('x')", "s (k STRING)", path, group)

    def test_damage_names_the_file(self):
        path = self.savepoint(self.GROUPS, self.COLUMNS, self.FIRST)
        manifest = path / "_metadata"
        data = bytearray(manifest.read_bytes())
        data[len(data) // 2] ^= 1
        manifest.write_bytes(data)
        self.refused(["_metadata", "damaged"], "SELECT * FROM s", "s (k STRING)", path, "Group")

    def test_flipped_and_cut_bytes(self):
        many = [f"key{i},{i % 100},1.50,2024-01-01 00:00:01" for i in range(4000)]
        path = self.savepoint(
            "CREATE TABLE b (k STRING, n BIGINT, d BIGINT) WITH ('connector' = 'blackhole');\n"
            "INSERT INTO b SELECT k, COUNT(*), COUNT(DISTINCT price) FROM t GROUP BY k;",
            "k STRING", many)
        files = sorted(path.iterdir())
        self.assertEqual(len(files), 2, "the manifest and a file of state")
        ask = ("SELECT k, n FROM s", "s (k STRING, n BIGINT)", path, "Group",
               "'fields.n.state-name' = 'COUNT(*)'")
        whole = self.rows(*ask)
        self.assertEqual(len(whole), 4000)
        draw = random.Random(1)
        noticed = 0
        for file in files:
            data = file.read_bytes()
            for damage in range(24):
                at = draw.randrange(len(data))
                if damage % 3 == 0:
                    file.write_bytes(data[:at])
                else:
                    flipped = data[at] ^ (1 << draw.randrange(8))
                    file.write_bytes(data[:at] + bytes([flipped]) + data[at + 1:])
                done = self.read(*ask)
                with self.subTest(file=file.name, at=at, damage=damage):
                    # What stands in a block of the other table is not read.
                    if done.returncode == 0:
                        self.assertNotEqual(file.name, "_metadata")
                        self.assertEqual(sorted(done.stdout.splitlines()[1:]), whole)
                    else:
                        noticed += 1
                        self.assertEqual(done.returncode, 1, done.stderr)
                        self.assertIn(file.name, done.stderr)
            file.write_bytes(data)
        self.assertGreater(noticed, 30)

    def test_show_and_ddl(self):
        path = self.savepoint("INSERT INTO o SELECT k, COUNT(DISTINCT price) FROM t GROUP BY k;",
                              "k STRING, n BIGINT", self.FIRST)
        shown = self.thalweg("state", "show", path)
        self.assertEqual(shown.returncode, 0, shown.stderr)
        for word in ["groups, 3 keys", "COUNT(DISTINCT price)", "BIGINT", "groups.distinct0: values of "
                     "COUNT(DISTINCT price), 4 keys", "value"]:
            self.assertIn(word, shown.stdout)
        ddl = self.thalweg("state", "show", path, "--ddl")
        self.assertEqual(ddl.returncode, 0, ddl.stderr)
        self.assertIn("CREATE TABLE group_aggregate_1 (", ddl.stdout)
        (self.folder / "ddl.sql").write_text(
            ddl.stdout + "SELECT COUNT(*) AS n, MAX(`value`) AS m FROM group_aggregate_1_distinct0;"
            "\nSELECT k, `COUNT(DISTINCT price)` FROM group_aggregate_1 WHERE k = 'a';")
        done = self.thalweg("run", "ddl.sql", "--output", "csv")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("4,4", done.stdout)
        self.assertIn("a,2", done.stdout)

    def test_windows(self):
        path = self.savepoint(
            "INSERT INTO o SELECT k, window_start, SUM(price) FROM TABLE(TUMBLE(TABLE t, "
            "DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY k, window_start, window_end;",
            "k STRING, w TIMESTAMP(3), s INT", self.FIRST)
        self.assertEqual(
            self.rows("SELECT * FROM s", "s (k STRING, window_start TIMESTAMP(3), "
                      "window_end TIMESTAMP(3), `SUM(price)` INT)", path, "WindowAggregate")[0],
            "a,2024-01-01 00:00:00.000,2024-01-01 00:01:00.000,4")

    def test_dropped_and_moved_aggregates_migrate(self):
        path = self.savepoint(self.GROUPS, self.COLUMNS, self.FIRST)
        self.prepare("INSERT INTO o SELECT k, SUM(price), COUNT(*) FROM t GROUP BY k;",
                     "k STRING, s INT, n BIGINT", ["a,10,1.00,2024-01-01 00:00:05"])
        said = self.resume(path, "+U[a, 14, 3]", "-p", "2")
        self.assertIn("migrated: GroupAggregate(groupBy=[k]): dropped AVG(price), MAX(d)", said)

    def test_an_added_aggregate_is_refused_unless_told(self):
        path = self.savepoint(self.GROUPS, self.COLUMNS, self.FIRST)
        self.prepare("INSERT INTO o SELECT k, SUM(price), MIN(d) FROM t GROUP BY k;",
                     "k STRING, s INT, m DECIMAL(10, 2)", ["a,10,7.00,2024-01-01 00:00:05"])
        said = self.refuses(path)
        self.assertIn("MIN(d)", said)
        self.assertIn("ignore-unclaimed-state", said)
        said = self.resume(path, "+U[a, 14, 7.00]", *LOSE)
        self.assertIn("starts empty", said)

    def test_another_type_is_lost_by_name(self):
        path = self.savepoint(self.GROUPS, self.COLUMNS, self.FIRST)
        self.prepare("INSERT INTO o SELECT k, COUNT(*), SUM(price) FROM t GROUP BY k;",
                     "k STRING, n BIGINT, s BIGINT", ["a,10,7.00,2024-01-01 00:00:05"],
                     types="k STRING, price BIGINT, d DECIMAL(10, 2), ts TIMESTAMP(3)")
        self.assertIn("SUM(price) (it was SUM(INT))", self.refuses(path))
        self.resume(path, "+U[a, 3, 10]", *LOSE)

    def test_other_keys_are_lost(self):
        path = self.savepoint(self.GROUPS, self.COLUMNS, self.FIRST)
        self.prepare("INSERT INTO o SELECT price, COUNT(*) FROM t GROUP BY price;",
                     "p INT, n BIGINT", [])
        self.assertIn("no longer has", self.refuses(path))

    def test_two_aggregations_of_the_same_keys_keep_apart(self):
        two = ("CREATE TABLE o2 (k STRING, n BIGINT) WITH ('connector' = 'blackhole');\n"
               "EXECUTE STATEMENT SET BEGIN\n{}\n{}\nEND;")
        sums = "INSERT INTO o SELECT k, SUM(price), MAX(price) FROM t GROUP BY k;"
        counts = "INSERT INTO o2 SELECT k, COUNT(price) FROM t GROUP BY k;"
        path = self.savepoint(two.format(sums, counts), "k STRING, s INT, m INT", self.FIRST)
        self.prepare(two.format(counts, sums.replace(", MAX(price)", ", 0")),
                     "k STRING, s INT, m INT", ["a,10,7.00,2024-01-01 00:00:05"])
        said = self.resume(path, "+U[a, 14, 0]")
        self.assertIn("dropped MAX(price)", said)

    def test_rows_of_sessions_are_no_others_of_the_same_name(self):
        sessions = ("INSERT INTO o SELECT k, x FROM TABLE(SESSION(TABLE (SELECT k, {} AS x, ts FROM t) "
                    "PARTITION BY k, DESCRIPTOR(ts), INTERVAL '1' MINUTE));")
        path = self.savepoint(
            "CREATE TABLE b (k STRING, x INT) WITH ('connector' = 'blackhole');\n"
            + sessions.format("price").replace("INTO o", "INTO b"), "k STRING, x INT", self.FIRST)
        self.prepare(sessions.format("-price"), "k STRING, x INT", [])
        self.assertIn("no longer has", self.refuses(path))
        self.prepare(sessions.format("price"), "k STRING, x INT",
                     ["z,1,1.00,2024-01-01 00:05:00"])
        self.resume(path, "+I[a, 3]")

    def test_windows_migrate(self):
        window = ("INSERT INTO o SELECT {} FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), "
                  "INTERVAL '1' MINUTE)) GROUP BY k, window_start, window_end;")
        path = self.savepoint(window.format("k, SUM(price), COUNT(DISTINCT price), MAX(d)"),
                              "k STRING, s INT, n BIGINT, m DECIMAL(10, 2)", self.FIRST)
        self.prepare(window.format("k, COUNT(DISTINCT price), SUM(price)"),
                     "k STRING, n BIGINT, s INT",
                     ["a,3,7.00,2024-01-01 00:00:59", "z,1,1.00,2024-01-01 00:05:00"])
        said = self.resume(path, "+I[a, 2, 7]", "-p", "1")
        self.assertIn("dropped MAX(d)", said)


if __name__ == "__main__":
    outcome = unittest.main(exit=False).result
    write_counts(outcome)
    sys.exit(not outcome.wasSuccessful())
