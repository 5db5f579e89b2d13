#!/usr/bin/env python3
"""The program from outside: exit codes, output forms, errors, signals.

cli_test.py THALWEG [unittest options]

Hostile inputs must give one clear error and exit code 1: no crash, no hang. The expected wording is
only what the user needs to find the place: a file, a line, a name.
"""
import ctypes
import fcntl
import json
import os
import pathlib
import pty
import random
import re
import resource
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import unittest

THALWEG = str(pathlib.Path(sys.argv.pop(1)).resolve())
SANITIZED = "asan" in THALWEG or "tsan" in THALWEG
LIMIT_S = 600 if SANITIZED else 60


def fill_the_disk():
    # Nothing more can be written to files. The signal must be ignored, or it ends the process.
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def drop_roots_right_to_read_everything():
    # CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH, so that file permissions hold in tests run by root.
    pr_capbset_drop = 24
    for capability in (1, 2):
        ctypes.CDLL(None).prctl(pr_capbset_drop, capability, 0, 0, 0)


class Cli(unittest.TestCase):
    before_exec = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        os.environ["XDG_STATE_HOME"] = str(self.folder / ".state")  # of jobs that name no other

    def thalweg(self, *arguments, stdin=None):
        return subprocess.run([THALWEG, *map(str, arguments)], cwd=self.folder, input=stdin,
                              capture_output=True, timeout=LIMIT_S,
                              preexec_fn=self.before_exec)

    def run_sql(self, sql, *options):
        (self.folder / "job.sql").write_bytes(sql if isinstance(sql, bytes) else sql.encode())
        return self.thalweg("run", "job.sql", *options)

    def rows(self, sql, *options):
        done = self.run_sql(sql, *options)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return done.stdout.decode().splitlines()

    def error(self, sql, *wanted, options=()):
        """One error that names all of `wanted`."""
        done = self.run_sql(sql, *options)
        text = done.stderr.decode()
        self.assertEqual(done.returncode, 1, f"exit code {done.returncode}\n{text[:2000]}")
        self.assertNotIn("Internal", text[:4000])
        self.assertLess(len(text), 5000, "an error is a few lines long")
        for word in wanted:
            self.assertIn(word.lower(), text.lower())
        return text

    def file(self, name, content):
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def source(self, path, columns, options="'format' = 'csv'"):
        return (f"CREATE TABLE t ({columns}) WITH ('connector' = 'filesystem', "
                f"'path' = '{path}', {options});\n")


class Running(Cli):
    def test_changelog_lines_when_standard_output_is_no_terminal(self):
        self.assertEqual(self.rows("SELECT 1 + 1 AS two, 'x' AS x"), ["+I[2, x]"])

    def test_table(self):
        self.assertEqual(self.rows("SELECT 1 + 1 AS two", "--output", "table"),
                         ["two", "---", "  2", "(1 row)"])

    def test_csv_and_json(self):
        sql = "SELECT * FROM (VALUES (1, 'a,b'), (2, CAST(NULL AS STRING))) AS v(n, s)"
        self.assertEqual(self.rows(sql, "--output", "csv"), ["n,s", '1,"a,b"', "2,"])
        self.assertEqual([json.loads(line) for line in self.rows(sql, "--output", "json")],
                         [{"n": 1, "s": "a,b"}, {"n": 2, "s": None}])

    def test_nested_values_as_json(self):
        sql = "SELECT ARRAY[1, 2] AS a, MAP['k', 1.5] AS m, CAST(ROW(1, 'z') AS ROW<x INT, y STRING>) AS r"
        self.assertEqual([json.loads(line) for line in self.rows(sql, "--output", "json")],
                         [{"a": [1, 2], "m": {"k": 1.5}, "r": {"x": 1, "y": "z"}}])

    def test_final_rows_of_a_changing_result(self):
        sql = "SELECT n, COUNT(*) AS c FROM (VALUES (1), (2), (1)) AS v(n) GROUP BY n"
        self.assertEqual(sorted(self.rows(sql, "--output", "csv")), ["1,2", "2,1", "n,c"])

    def test_standard_input_comments_and_crlf(self):
        script = "-- a comment\r\nSET 'parallelism.default' = '1';\r\nSELECT ';' AS s /* ; */;\r\n"
        done = self.thalweg("run", "-", stdin=script.encode())
        self.assertEqual((done.returncode, done.stdout), (0, b"+I[;]\n"), done.stderr)

    def test_settings_of_the_command_line(self):
        zone = ["-D", "table.local-time-zone=Asia/Tokyo"]
        sql = "SELECT CAST(TO_TIMESTAMP_LTZ(0, 3) AS STRING)"
        self.assertEqual(self.rows(sql, *zone), ["+I[1970-01-01 09:00:00.000]"])

    def test_settings_that_are_refused(self):
        for setting, wanted in (("paralelism.default=4", "did you mean 'parallelism.default'?"),
                                ("parallelism.default=0", "must be -1 or between 1 and 1024"),
                                ("table.local-time-zone=Mars", "Unknown time zone 'Mars'"),
                                ("table.exec.legacy-cast-behaviour=enabled", "not supported")):
            done = self.thalweg("run", "-", "-D", setting, stdin=b"SELECT 1;")
            self.assertEqual((done.returncode, done.stdout), (1, b""))
            self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
            self.assertIn(f"thalweg: -D: ", done.stderr.decode())
            self.assertIn(wanted, done.stderr.decode())
        for key in "parallelism.default", "table.exec.resource.default-parallelism":
            self.error("SELECT 1;", "the parallelism, 4", "pipeline.max-parallelism",
                       options=(f"-D{key}=4", "-Dpipeline.max-parallelism=2"))
        self.error("SELECT 1;", "pipeline.max-parallelism",
                   options=("--parallelism", "4", "-Dpipeline.max-parallelism=2"))

    def test_a_setting_without_meaning_is_said_by_every_command(self):
        self.file("job.sql", "SELECT 1;")
        for command in "run", "check", "explain":
            done = self.thalweg(command, "job.sql", "-D", "taskmanager.numberOfTaskSlots=4")
            self.assertEqual(done.returncode, 0)
            self.assertEqual(done.stderr.count(b"has no effect here"), 1, done.stderr)

    def test_several_statements_in_order(self):
        sql = ("CREATE TABLE s (n INT) WITH ('connector' = 'filesystem', 'path' = 'out', "
               "'format' = 'csv');\nINSERT INTO s VALUES (1), (2);\nSELECT SUM(n) AS n FROM s;")
        self.assertEqual(self.rows(sql, "--output", "csv"), ["n", "3"])

    def test_check_runs_nothing(self):
        self.file("job.sql", "CREATE TABLE s (n INT) WITH ('connector' = 'filesystem', "
                  "'path' = 'out', 'format' = 'csv'); INSERT INTO s VALUES (1);")
        done = self.thalweg("check", "job.sql")
        self.assertEqual((done.returncode, done.stdout), (0, b"job.sql: ok\n"), done.stderr)
        self.assertFalse((self.folder / "out").exists())
        self.file("job.sql", "SELECT 1;\nSELEC 2;")
        done = self.thalweg("check", "job.sql")
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"job.sql:2:1", done.stderr)

    def test_explain(self):
        self.file("job.sql", "SELECT n, COUNT(*) FROM (VALUES (1)) AS v(n) GROUP BY n")
        done = self.thalweg("explain", "job.sql")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(b"GroupAggregate", done.stdout)

    def test_functions(self):
        done = self.thalweg("functions")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("SUBSTRING", done.stdout.decode().upper())
        done = self.thalweg("functions", "substring")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("SUBSTRING", done.stdout.decode().upper())

    def test_misspelt_commands_and_functions(self):
        for words, wanted in ((("runn", "job.sql"), "no command 'runn'; did you mean 'run'?"),
                              (("functions", "NOPE"), "NOPE")):
            done = self.thalweg(*words)
            self.assertEqual(done.returncode, 1)
            self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
            self.assertIn(wanted, done.stderr.decode())

    def test_what_the_end_needs_is_checked_first(self):
        self.file("job.sql", "SELECT 1;")
        done = self.thalweg("run", "job.sql", "--report", "nowhere/report.json")
        self.assertEqual((done.returncode, done.stdout), (1, b""))
        self.assertIn(b"nowhere/report.json", done.stderr)
        done = self.thalweg("run", "job.sql", "--savepoint-on-stop", ".")
        self.assertEqual((done.returncode, done.stdout), (1, b""))
        self.assertIn(b"exists already", done.stderr)

    @unittest.skipIf(SANITIZED, "sanitizers start slowly")
    def test_the_writers_of_a_sink(self):
        tables = """
            CREATE TABLE t (k INT, p INT) WITH ('connector' = 'datagen', 'number-of-rows' = '4000',
                'fields.p.min' = '0', 'fields.p.max' = '3', 'scan.parallelism' = '4');
            CREATE TABLE o (k INT, p INT) PARTITIONED BY (p) WITH ('connector' = 'filesystem',
                'path' = 'o', 'format' = 'csv', 'sink.shuffle-by-partition.enable' = 'true');
            CREATE TABLE single (k INT, p INT) WITH ('connector' = 'filesystem', 'path' = 'one',
                'format' = 'csv', 'sink.parallelism' = '%d');"""
        self.rows(tables % 1 + "INSERT INTO o SELECT * FROM t; INSERT INTO single SELECT * FROM t;",
                  "--parallelism", 4)
        for p in range(4):
            self.assertEqual(len(list((self.folder / f"o/p={p}").glob("part-*"))), 1)
        self.assertEqual(len(list((self.folder / "one").glob("part-*"))), 1)
        self.rows(tables % 3 + "INSERT INTO single SELECT * FROM t;", "--parallelism", 1)
        written = "".join(f.read_text() for f in (self.folder / "one").glob("part-*"))
        self.assertEqual(len(written.splitlines()), 8000)
        self.error(tables % 0 + "INSERT INTO single SELECT * FROM t;", "sink.parallelism", "1 and 128")
        self.error("""CREATE TABLE v (p INT, c BIGINT)
            WITH ('connector' = 'print', 'sink.parallelism' = '2');
            INSERT INTO v SELECT p, COUNT(*) FROM (VALUES (1), (2)) AS t (p) GROUP BY p;""",
                   "sink.parallelism", "primary key", options=("--parallelism", "4"))

    def test_late_rows_are_counted_one_by_one(self):
        times = ["00:00:01", "00:10:00"] + ["00:00:02"] * 5
        (self.folder / "t.csv").write_text("".join(f"a,2024-01-01 {t}\n" for t in times))
        for phases in "ONE_PHASE", "TWO_PHASE":  # rows are added up before they are found late
            self.rows("""CREATE TABLE t (k STRING, ts TIMESTAMP(0), WATERMARK FOR ts AS ts)
                WITH ('connector' = 'filesystem', 'path' = 't.csv', 'format' = 'csv');
                SELECT k, COUNT(*) FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' MINUTE))
                GROUP BY k, window_start, window_end;""", "--parallelism", 1,
                      "-D", f"table.optimizer.agg-phase-strategy={phases}",
                      "--report", "report.json")
            report = json.loads((self.folder / "report.json").read_text())
            self.assertEqual(report["jobs"][0]["late_rows"], 5, report)

    def test_the_examples_of_the_aggregates(self):
        # Those of scalar functions are run by sql_test.
        page = (pathlib.Path(__file__).parents[2] / "docs/functions.md").read_text()
        page = re.search(r"^## Aggregate.*?(?=^## |\Z)", page, re.M | re.S)[0]
        examples = re.findall(r"\| `([^`]*)` → `([^`]*)` \|$", page, re.M)
        self.assertGreater(len(examples), 14)
        selects = "".join(f"SELECT {call} FROM (VALUES (1), (2), (3)) AS t (x);\n"
                          for call, _ in examples)
        self.assertEqual(self.rows(selects, "-Dexecution.runtime-mode=batch", "--parallelism", "1"),
                         [f"+I[{result}]" for _, result in examples])


class Signals(Cli):
    ENDLESS = ("CREATE TABLE g (n INT) WITH ('connector' = 'datagen', 'rows-per-second' = '1000');"
               "SELECT n FROM g;")

    def start(self, script=ENDLESS):
        self.file("job.sql", script)
        job = subprocess.Popen([THALWEG, "run", "job.sql"], cwd=self.folder,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(job.kill)
        job.stdout.readline()
        return job

    def test_sigint_and_sigterm_end_it_cleanly(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            job = self.start()
            job.send_signal(number)
            _, errors = job.communicate(timeout=LIMIT_S)
            self.assertEqual(job.returncode, 0, errors)

    def test_a_signal_that_arrives_twice_counts_once(self):
        # As timeout(1) sends it: to the process, then to its group.
        job = self.start()
        job.send_signal(signal.SIGINT)
        job.send_signal(signal.SIGINT)
        _, errors = job.communicate(timeout=LIMIT_S)
        self.assertEqual(job.returncode, 0, errors)

    def test_a_closed_reader_ends_it(self):
        # Not even a job that makes checkpoints starts again.
        for script in (self.ENDLESS, self.ENDLESS.replace(
                "SELECT n", "CREATE TABLE p (n INT) WITH ('connector' = 'print'); INSERT INTO p SELECT n")):
            job = self.start(script)
            job.stdout.close()
            self.assertEqual(job.wait(timeout=LIMIT_S), 1)
            self.assertEqual(job.stderr.read().splitlines()[-1],
                             b"thalweg: nobody reads standard output any more")
            job.stderr.close()

    def test_rows_that_change_for_ever_are_announced(self):
        self.file("job.sql", self.ENDLESS.replace("SELECT n", "SELECT n, COUNT(*) AS c")
                  .replace("FROM g;", "FROM g GROUP BY n;"))
        job = subprocess.Popen([THALWEG, "run", "job.sql", "--output", "csv"], cwd=self.folder,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(job.kill)
        self.assertIn(b"--output changelog", job.stderr.readline())
        job.send_signal(signal.SIGINT)
        rows, _ = job.communicate(timeout=LIMIT_S)
        self.assertTrue(rows.startswith(b"n,c\n"))

    def test_the_progress_line_fits_the_terminal(self):
        script = ("CREATE TABLE g (n INT) WITH ('connector' = 'datagen', 'rows-per-second' = '10');"
                  "CREATE TABLE p (n INT) WITH ('connector' = 'print'); INSERT INTO p SELECT n FROM g;")
        self.file("job.sql", script)
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 25, 30, 0, 0))
        job = subprocess.Popen([THALWEG, "run", "job.sql"], cwd=self.folder, stdin=theirs,
                               stdout=theirs, stderr=theirs)
        self.addCleanup(job.kill)
        shown = b""
        while shown.count(b"insert-into_p: ") < 3:
            shown += os.read(ours, 4096)
        job.send_signal(signal.SIGINT)
        os.close(theirs)
        self.assertEqual(job.wait(timeout=LIMIT_S), 0)
        os.close(ours)
        # What stands on the screen: a line is begun anew where it is erased.
        for line in shown.replace(b"\r\x1b[K", b"\n").replace(b"\r", b"").split(b"\n")[:-1]:
            self.assertLess(len(line), 30, line)
            self.assertRegex(line, rb"^(\d+> )?\+I\[-?\d+\]$|^insert-into_p: |^$")


class Mistakes(Cli):
    def test_files(self):
        done = self.thalweg("run", "nowhere.sql")
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"nowhere.sql", done.stderr)
        self.assertEqual(self.thalweg("run", self.folder).returncode, 1)

    def test_place_line_and_caret(self):
        text = self.error("SELECT 1;\n\nSELECT a +\n  nosuch FROM (VALUES (1)) AS t(a)",
                          "job.sql:4:3", "nosuch")
        lines = text.splitlines()
        self.assertIn("  nosuch FROM", lines[1])
        self.assertEqual(lines[2].index("^"), lines[1].index("nosuch"))

    def test_names_with_suggestions(self):
        table = "CREATE TABLE orders (amount INT) WITH ('connector' = 'datagen');\n"
        self.error(table + "SELECT amout FROM orders", "job.sql:2:8", "amout", "amount")
        self.error("SELECT NOSUCHFUNCTION(1)", "job.sql:1:8", "NOSUCHFUNCTION")
        self.error(table + "SELECT amount FROM oders", "job.sql:2:20", "oders", "orders")
        self.error("SELECT SUBSTRNG('a', 1)", "SUBSTRNG", "SUBSTRING")
        self.error("CREATE TABLE t (a INT) WITH ('connector' = 'datagen', "
                   "'rows-per-secnd' = '1'); SELECT a FROM t", "rows-per-secnd", "rows-per-second")
        self.error("SET 'table.local-time-zoe' = 'UTC'", "table.local-time-zoe",
                   "table.local-time-zone")
        self.error("SELECT 1", "paralelism.default", options=["-D", "paralelism.default=1"])

    def test_watermark_options(self):
        table = self.source("x.csv", "n INT", "'format' = 'csv', 'scan.watermark.{}'")
        self.file("x.csv", "1\n")
        self.error(table.format("idle-timout' = '1 s") + "SELECT * FROM t;",
                   "did you mean 'scan.watermark.idle-timeout'?")
        self.error(table.format("idle-timeout' = 'soon") + "SELECT * FROM t;",
                   "scan.watermark.idle-timeout", "soon", "job.sql:2")

    def test_types_and_arity(self):
        self.error("CREATE TABLE t (a INTEGR) WITH ('connector' = 'datagen')", "job.sql:1:", "INTEGR")
        table = "CREATE TABLE t (a INT, b INT) WITH ('connector' = 'blackhole');\n"
        self.error(table + "INSERT INTO t VALUES (1)", "t")
        self.error(table + "INSERT INTO t VALUES (1, 2, 3)", "t")

    def test_a_window_without_a_time_attribute(self):
        self.error("CREATE TABLE t (a INT, ts TIMESTAMP(3)) WITH ('connector' = 'datagen');\n"
                   "SELECT COUNT(*) FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' MINUTE))"
                   " GROUP BY window_start, window_end", "time attribute")

    def test_deep_nesting(self):
        for sql in ("SELECT " + "(" * 20000 + "1" + ")" * 20000,
                    "SELECT " + "-" * 1 + "(-" * 20000 + "1" + ")" * 20000,
                    "SELECT " + "NOT " * 20000 + "TRUE",
                    "SELECT " + "CASE WHEN TRUE THEN " * 20000 + "1" + " END" * 20000,
                    "SELECT * FROM " + "(SELECT * FROM " * 20000 + "t" + ")" * 20000,
                    "SELECT CAST(1 AS " + "ARRAY<" * 20000 + "INT" + ">" * 20000 + ")"):
            self.error(sql)

    def test_bytes_that_are_no_sql(self):
        self.error(b"SELECT '\xff\xfe' FROM \xff")
        self.error(bytes(random.Random(1).randrange(256) for _ in range(100_000)))
        self.error("SELECT 'no end")
        self.error("SELECT /* no end")
        self.error("SELECT `no end")

    def test_division_by_zero_at_run_time(self):
        self.error("SELECT 1 / n FROM (VALUES (0)) AS v(n)", "zero")


class HostileData(Cli):
    def test_binary_as_csv(self):
        data = bytes(random.Random(2).randrange(256) for _ in range(200_000))
        self.file("t.csv", data)
        self.error(self.source("t.csv", "a INT, b INT") + "SELECT a FROM t", "t.csv")

    def test_a_csv_row_of_the_wrong_type_names_file_and_line(self):
        self.file("t.csv", "1,2\n3,4\nx,6\n")
        self.error(self.source("t.csv", "a INT, b INT") + "SELECT a FROM t", "t.csv", "3")

    def test_ignore_parse_errors(self):
        self.file("t.csv", "1,2\nx,4\n5,6\n")
        sql = self.source("t.csv", "a INT, b INT", "'format' = 'csv', "
                          "'csv.ignore-parse-errors' = 'true'") + "SELECT b FROM t"
        self.assertEqual(sorted(self.rows(sql)), ["+I[2]", "+I[4]", "+I[6]"])

    def test_a_torn_gzip_file(self):
        import gzip
        whole = gzip.compress(os.urandom(100_000).hex().encode())
        self.file("t.csv.gz", whole[:len(whole) // 2])
        self.error(self.source("t.csv.gz", "a STRING") + "SELECT a FROM t", "t.csv.gz")

    def test_a_torn_zstd_file(self):
        # A frame of 100,000 zero bytes (one RLE block), cut in its middle.
        whole = b"\x28\xb5\x2f\xfd\xa0\xa0\x86\x01\x00\x03\x35\x0c\x00"
        for size in (3, 9, 12):
            self.file("t.csv.zst", whole[:size])
            self.error(self.source("t.csv.zst", "a STRING") + "SELECT a FROM t", "t.csv.zst")

    def test_a_torn_parquet_file(self):
        self.file("t.parquet", b"PAR1" + bytes(1000))
        self.error(self.source("t.parquet", "a INT", "'format' = 'parquet'") + "SELECT a FROM t",
                   "t.parquet")

    def test_a_torn_nexbin_file(self):
        person = ("id BIGINT, name STRING, emailAddress STRING, creditCard STRING, city STRING, "
                  "state STRING, `dateTime` TIMESTAMP(3), extra STRING")
        auction = ("id BIGINT, itemName STRING, description STRING, initialBid BIGINT, "
                   "reserve BIGINT, `dateTime` TIMESTAMP(3), expires TIMESTAMP(3), seller BIGINT, "
                   "category BIGINT, extra STRING")
        bid = ("auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, url STRING, "
               "`dateTime` TIMESTAMP(3), extra STRING")
        self.file("t.bin", b"\x02" + bytes(10))
        table = self.source("t.bin", f"event_type INT, person ROW<{person}>, "
                            f"auction ROW<{auction}>, bid ROW<{bid}>", "'format' = 'nexbin'")
        self.error(table + "SELECT bid.price FROM t", "t.bin")

    def test_a_line_of_ten_megabytes(self):
        self.file("t.csv", "1,2\n" + "x" * 10_000_000 + ",3\n")
        self.error(self.source("t.csv", "a INT, b INT") + "SELECT a FROM t", "t.csv")
        self.file("u.csv", "x" * 10_000_000 + "\n")
        sql = self.source("u.csv", "a STRING") + "SELECT CHAR_LENGTH(a) FROM t"
        self.assertEqual(self.rows(sql), ["+I[10000000]"])

    def test_deep_json(self):
        deep = '{"a":' + "[" * 100_000 + "]" * 100_000 + "}"
        self.file("t.json", '{"a":"1"}\n' + deep + "\n")
        self.error(self.source("t.json", "a STRING", "'format' = 'json'") + "SELECT a FROM t",
                   "t.json")

    def test_torn_json(self):
        self.file("t.json", '{"a":1}\n{"a":')
        self.error(self.source("t.json", "a INT", "'format' = 'json'") + "SELECT a FROM t",
                   "t.json", "2")

    def test_invalid_utf8(self):
        self.file("t.json", b'{"a":"\xff\xfe"}\n')
        self.error(self.source("t.json", "a STRING", "'format' = 'json'")
                   + "SELECT CHAR_LENGTH(a) FROM t", "t.json", "UTF-8", "line 1")
        self.file("t.csv", b"ok\n\xff\xfe\n")
        self.error(self.source("t.csv", "a STRING")
                   + "SELECT UPPER(a), CHAR_LENGTH(a), SUBSTRING(a, 1, 1) FROM t", "t.csv", "UTF-8",
                   "line 2")
        self.error(b"SELECT 1;\nSELECT CHAR_LENGTH('M\xfcller') AS n", "2:20", "UTF-8")
        self.assertEqual(self.rows(b"SELECT 1 -- M\xfcller"), ["+I[1]"])

    def test_paths(self):
        self.error(self.source("nowhere", "a INT") + "SELECT a FROM t", "nowhere")
        self.file("t.csv", "1\n")
        self.error(self.source("t.csv/deeper", "a INT") + "SELECT a FROM t", "t.csv/deeper")

    def test_unreadable_directory_and_file(self):
        self.before_exec = drop_roots_right_to_read_everything
        closed = self.folder / "closed"
        closed.mkdir(mode=0)
        self.error(self.source("closed", "a INT") + "SELECT a FROM t", "closed", "permission")
        self.file("t.csv", "1\n").chmod(0)
        self.error(self.source("t.csv", "a INT") + "SELECT a FROM t", "t.csv", "permission")
        self.error("CREATE TABLE s (a INT) WITH ('connector' = 'filesystem', "
                   "'path' = 'closed/out', 'format' = 'csv'); INSERT INTO s VALUES (1)",
                   "closed/out", "permission")


class Memory(Cli):
    """What is accounted is what the process takes: jobs that outgrow --memory and cannot page their
    state to disk fail by operator name and size when the accounts reach the limit, so the process's
    peak must be near it then."""
    LIMIT_MIB = 200
    # The program itself, its libraries, and what the allocator keeps in reserve.
    BASE_MIB = 50
    SHARE = 0.2

    GENERATOR = (
        "CREATE TABLE g (n BIGINT, s STRING, ts AS TO_TIMESTAMP_LTZ(n, 3), "
        "WATERMARK FOR ts AS ts - INTERVAL '10' DAY) WITH ('connector' = 'datagen', "
        "'number-of-rows' = '20000000', 'rows-per-second' = '1000000000', "
        "'fields.s.length' = '20', 'fields.n.kind' = 'sequence', 'fields.n.start' = '1', "
        "'fields.n.end' = '20000000');\n"
        "CREATE TABLE o (n BIGINT, s STRING) WITH ('connector' = 'blackhole');\n")

    def outgrow(self, operator, query):
        self.file("job.sql", self.GENERATOR + "INSERT INTO o " + query)
        job = subprocess.Popen([THALWEG, "run", "job.sql", "--memory", f"{self.LIMIT_MIB}mb",
                                "--parallelism", "2"], cwd=self.folder, stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                               preexec_fn=fill_the_disk, restore_signals=False)
        text = job.stderr.read().decode()
        job.stderr.close()
        _, status, usage = os.wait4(job.pid, 0)
        job.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(job.returncode, 1, text)
        self.assertRegex(text, "state cannot be paged to disk: .*(scratch|io.tmp.dirs)")
        # The largest holder of memory is the operator that is to blame, with its size.
        self.assertRegex(text, rf"The largest holders of memory:\n  \d+\.\d MiB  (Global)?{operator}\(")
        if SANITIZED:
            return  # they take several bytes for each
        held = re.search(r"(?:needs ([\d.]+) ([KM])iB more, but )?holds ([\d.]+) MiB of its "
                         rf"{self.LIMIT_MIB}.0 MiB limit", text)
        self.assertIsNotNone(held, text)
        needed, unit, holds = held.groups()
        accounted = float(holds) + (float(needed) / (1024 if unit == "K" else 1) if needed else 0)
        peak = usage.ru_maxrss / 1024
        self.assertGreater(peak, accounted * (1 - self.SHARE), text)
        self.assertLess(peak, accounted * (1 + self.SHARE) + self.BASE_MIB, text)

    def test_groups(self):
        self.outgrow("GlobalGroupAggregate", "SELECT n, MAX(s) FROM g GROUP BY n")

    def test_distinct_values_in_windows(self):
        self.outgrow("WindowAggregate",
                     "SELECT COUNT(DISTINCT n), MAX(s) FROM TABLE(TUMBLE(TABLE g, DESCRIPTOR(ts), "
                     "INTERVAL '1' DAY)) GROUP BY window_start, window_end")

    def test_sessions(self):
        self.outgrow("WindowAggregate",
                     "SELECT n, MAX(s) FROM TABLE(SESSION(TABLE g PARTITION BY n, DESCRIPTOR(ts), "
                     "INTERVAL '1' HOUR)) GROUP BY n, window_start, window_end")

    def test_rows_that_wait_to_be_sorted(self):
        self.outgrow("Sort", "SELECT n, s FROM g ORDER BY s")


class Paging(Cli):
    """State of ten times --memory: the right results, and never more memory than the limit."""
    LIMIT_MIB = 40
    BASE_MIB = 60
    # Groups of 170 bytes and their index; then some of them again, in any order.
    KEYS = 1_500_000 if not SANITIZED else 500_000
    WINDOW_KEYS = 600_000
    SORTED_KEYS = 1_500_000

    def use(self, keys):
        self.keys, self.rows_in = keys, keys + keys // 10
        self.generator = (
            "CREATE TABLE g (n BIGINT, ts AS TO_TIMESTAMP_LTZ(n, 3), "
            "WATERMARK FOR ts AS ts - INTERVAL '1' SECOND) WITH ('connector' = 'datagen', "
            f"'number-of-rows' = '{self.rows_in}', 'rows-per-second' = '%d', "
            f"'fields.n.kind' = 'sequence', 'fields.n.start' = '1', 'fields.n.end' = '{self.rows_in}');\n"
            f"CREATE VIEW k AS SELECT CASE WHEN n <= {keys} THEN n ELSE MOD(n * 7919, {keys}) "
            "END AS k, n, ts FROM g;\n")

    AGGREGATES = ("COUNT(*) AS c, SUM(n) AS s, MAX(n) AS x, MIN(n) AS m, AVG(n) AS a, SUM(n * 2) AS s2, "
                  "MAX(CAST(n AS STRING) || ' is a number') AS t")
    TOTALS = "COUNT(*) AS n, SUM(c) AS c, SUM(s) AS s, SUM(x) AS x, SUM(m) AS m, SUM(CHAR_LENGTH(t)) AS t"

    def start(self, *options, **more):
        return subprocess.Popen([THALWEG, "run", "job.sql", "--parallelism", "2", *options],
                                cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, **more)

    def finish(self, job):
        """Its output, its errors, and its peak of memory in MiB."""
        out = job.stdout.read().decode()
        errors = job.stderr.read().decode()
        job.stdout.close()
        job.stderr.close()
        _, status, usage = os.wait4(job.pid, 0)
        job.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(job.returncode, 0, errors)
        return out, errors, usage.ru_maxrss / 1024

    def within(self, peak, more=0):
        if not SANITIZED:
            self.assertLess(peak, self.LIMIT_MIB * 1.3 + self.BASE_MIB + more)

    def outgrow(self, query, *options):
        """The same output with and without a limit; returns it."""
        self.file("job.sql", self.generator % 1_000_000_000 + query)
        expected, _, unlimited = self.finish(self.start("--output", "csv", *options))
        out, errors, peak = self.finish(self.start("--output", "csv", "--report", "r.json", "--memory",
                                                   f"{self.LIMIT_MIB}mb", "-D", "io.tmp.dirs=/var/tmp",
                                                   *options))
        self.assertEqual(out, expected)
        self.assertIn("what is not in use is paged to /var/tmp", errors)
        self.assertGreater(unlimited, self.LIMIT_MIB * 3)
        self.within(peak)
        report = json.loads((self.folder / "r.json").read_text())
        self.assertGreater(report["state_paging"]["paged_out_bytes"], self.LIMIT_MIB << 19)
        return out

    def test_groups(self):
        self.use(self.KEYS)
        out = self.outgrow(f"SELECT {self.TOTALS} FROM (SELECT k, {self.AGGREGATES} FROM k GROUP BY k)")
        self.assertIn(f"{self.keys},{self.rows_in},", out)

    def test_windows_of_many_groups(self):
        self.use(self.WINDOW_KEYS)
        for window in "TUMBLE(TABLE k, DESCRIPTOR(ts), INTERVAL '1' DAY)", \
                      "HOP(TABLE k, DESCRIPTOR(ts), INTERVAL '1' DAY, INTERVAL '2' DAY)":
            with self.subTest(window):
                out = self.outgrow(f"SELECT {self.TOTALS} FROM (SELECT k, {self.AGGREGATES} FROM TABLE("
                                   f"{window}) GROUP BY k, window_start, window_end)")
                self.assertIn(f",{self.rows_in if window[0] == 'T' else 2 * self.rows_in},", out)

    def test_rows_that_wait_to_be_sorted(self):
        self.use(self.SORTED_KEYS)
        # What a child has taken at most includes what this process holds when it starts it, so the
        # rows are read one by one.
        self.outgrow("CREATE TABLE o (m BIGINT, n BIGINT, t STRING) WITH ('connector' = 'filesystem', "
                     "'path' = 'out', 'format' = 'csv');\n"
                     "INSERT INTO o SELECT MOD(n * 7919, 100000) AS m, n, CAST(n AS STRING) || "
                     "' is a number' AS t FROM k ORDER BY m, t DESC")
        outputs = [f for f in (self.folder / "out").iterdir() if f.name[0] not in "._"]
        self.assertEqual(len(outputs), 2)  # without a limit, and with one
        for output in outputs:
            rows, total, last = 0, 0, (-1, "")
            with output.open() as file:
                for line in file:
                    m, n, t = line.rstrip().split(",")
                    self.assertTrue(int(m) > last[0] or (int(m) == last[0] and t < last[1]), line)
                    last = (int(m), t)
                    rows += 1
                    total += int(n)
            self.assertEqual((rows, total), (self.rows_in, self.rows_in * (self.rows_in + 1) // 2))

    def test_sessions_of_many_keys(self):
        self.use(self.WINDOW_KEYS)
        out = self.outgrow(f"SELECT {self.TOTALS} FROM (SELECT k, {self.AGGREGATES} FROM TABLE(SESSION("
                           "TABLE k PARTITION BY k, DESCRIPTOR(ts), INTERVAL '1' HOUR)) GROUP BY k, "
                           "window_start, window_end)")
        self.assertIn(f"{self.keys},{self.rows_in},", out)

    def test_windows_that_are_killed_and_restored(self):
        self.use(self.WINDOW_KEYS)
        query = (f"CREATE VIEW w AS SELECT k, window_time AS wt, {self.AGGREGATES} FROM TABLE(TUMBLE("
                 "TABLE k, DESCRIPTOR(ts), INTERVAL '1' DAY)) GROUP BY k, window_start, window_end, "
                 "window_time;\n"
                 "CREATE TABLE o (n BIGINT, c BIGINT, s BIGINT, x BIGINT, m BIGINT, t BIGINT) WITH "
                 "('connector' = 'filesystem', 'path' = '%s', 'format' = 'csv');\n"
                 f"INSERT INTO o SELECT {self.TOTALS} FROM TABLE(TUMBLE(TABLE w, DESCRIPTOR(wt), "
                 "INTERVAL '1' DAY)) GROUP BY window_start, window_end")
        def rows(folder):
            return [f.read_text() for f in (self.folder / folder).iterdir()
                    if f.name[0] not in "._"]
        self.file("job.sql", self.generator % 1_000_000_000 + query % "expected")
        self.finish(self.start())
        expected = rows("expected")
        self.assertEqual(len(expected), 1)
        self.file("job.sql", self.generator % (self.rows_in // 4) + query % "out")
        options = ["--memory", f"{self.LIMIT_MIB}mb", "-D", "execution.checkpointing.interval=300ms",
                   "-D", f"execution.checkpointing.dir={self.folder}/chk", "-D", "pipeline.name=paged"]
        job = self.start(*options)
        for line in job.stderr:  # killed when it pages and a checkpoint has been made since
            if b"is paged to" in line:
                break
        for line in job.stderr:
            if re.search(rb"checkpoint \d+: \d+ ms", line):
                break
        job.kill()
        job.communicate()
        _, errors, peak = self.finish(self.start(*options))
        self.assertIn("goes on from checkpoint", errors)
        self.assertEqual(rows("out"), expected)
        self.within(peak)

    def test_a_scratch_directory_that_cannot_be_used(self):
        text = self.error("SELECT 1", "io.tmp.dirs", "/does/not/exist: No such file",
                          options=["-D", "io.tmp.dirs=/does/not/exist"])
        self.assertLess(len(text), 500)


def write_counts(result):
    """For tools/test_summary.py."""
    target = os.environ.get("GTEST_OUTPUT", "")
    if target.startswith("json:"):
        failures = len(result.failures) + len(result.errors)
        pathlib.Path(target[5:]).write_text(
            json.dumps({"tests": result.testsRun - len(result.skipped), "failures": failures}))


if __name__ == "__main__":
    outcome = unittest.main(exit=False).result
    write_counts(outcome)
    sys.exit(not outcome.wasSuccessful())
