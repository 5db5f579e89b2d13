#!/usr/bin/env python3
"""Runs the jobs of examples/flights and compares every row with DuckDB's answer on the same file.

check.py THALWEG [--option OPTION]...    runs the jobs with those options of `thalweg run`
check.py --outputs FOLDER                only compares what another engine left in FOLDER

DuckDB computes from the local calendar columns (year, month, day, hour), thalweg from the UTC time
stamp through its time zone, so a daylight-saving mistake in either shows.
"""
import argparse
import csv
import io
import math
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time

import duckdb

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA = ROOT / ".cache" / "flights" / "flights.csv"
JOBS = ROOT / "examples" / "flights"

FLIGHTS = """
CREATE TABLE flights AS SELECT *, make_timestamp(year, month, day, hour, 0, 0) AS local_hour
FROM read_csv('{path}', header = false, nullstr = 'NA', columns = {{
  'year': 'INT', 'month': 'INT', 'day': 'INT', 'dep_time': 'INT', 'sched_dep_time': 'INT',
  'dep_delay': 'INT', 'arr_time': 'INT', 'sched_arr_time': 'INT', 'arr_delay': 'INT',
  'carrier': 'VARCHAR', 'flight': 'INT', 'tailnum': 'VARCHAR', 'origin': 'VARCHAR',
  'dest': 'VARCHAR', 'air_time': 'INT', 'distance': 'INT', 'hour': 'INT', 'minute': 'INT',
  'time_hour': 'VARCHAR'}})
"""
HOURLY = """
SELECT origin, local_hour::VARCHAR, count(*), count(*) - count(dep_delay), avg(dep_delay),
       max(dep_delay)
FROM flights GROUP BY origin, local_hour
"""
STORM = """
SELECT strftime(local_hour, '%H:%M'), count(*), count(*) - count(dep_delay),
       round(avg(dep_delay) FILTER (origin = 'EWR'), 1),
       round(avg(dep_delay) FILTER (origin = 'JFK'), 1),
       round(avg(dep_delay) FILTER (origin = 'LGA'), 1), max(dep_delay)
FROM flights WHERE month = 3 AND day = 8 GROUP BY local_hour
"""
CARRIER_DAYS = """
SELECT carrier, make_timestamp(year, month, day, 0, 0, 0)::VARCHAR,
       (make_timestamp(year, month, day, 0, 0, 0) + to_hours(step))::VARCHAR,
       count(*), count(*) FILTER (dep_delay > 15), sum(dep_delay) FILTER (dep_delay > 0),
       max(dep_delay)
FROM flights, (VALUES (6), (12), (18), (24)) steps(step)
WHERE hour < step GROUP BY carrier, year, month, day, step
"""
DEPARTURES = """
SELECT local_hour, carrier, flight, tailnum, origin, dest, dep_delay, arr_delay, distance, month
FROM flights
"""
ORIGINS = "SELECT origin, count(*), max(distance) FROM flights GROUP BY origin"
ALERTS = """
SELECT carrier || ' ' || flight || ' from ' || origin || ' to ' || dest || ' on ' || year || '-' ||
       lpad(month::VARCHAR, 2, '0') || '-' || lpad(day::VARCHAR, 2, '0') || ' left ' ||
       dep_delay // 60 || ' h ' || dep_delay % 60 || ' min late'
FROM flights WHERE dep_delay > 300
"""


def number(cell):
    """A cell as something that compares across engines: a number where it is one."""
    if cell is None or cell == "":
        return None
    try:
        return float(cell)
    except (TypeError, ValueError):
        return str(cell)


def same(a, b):
    if isinstance(a, float) and isinstance(b, float):
        return math.isclose(a, b, rel_tol=1e-12, abs_tol=0)
    return a == b


def compare(what, ours, theirs):
    """Both as multisets of rows; exits with the first difference."""
    def key(row):
        return tuple((c is None, isinstance(c, str), f"{c:.9g}" if isinstance(c, float) else c)
                     for c in row)
    ours = sorted((tuple(map(number, row)) for row in ours), key=key)
    theirs = sorted((tuple(map(number, row)) for row in theirs), key=key)
    for a, b in zip(ours, theirs):
        if len(a) != len(b) or not all(map(same, a, b)):
            sys.exit(f"{what}: this row differs\n  ours:   {a}\n  DuckDB: {b}")
    if len(ours) != len(theirs):
        sys.exit(f"{what}: {len(ours)} rows, DuckDB has {len(theirs)}")
    print(f"{what}: {len(ours)} rows equal DuckDB's")


def csv_rows(folder):
    files = [f for f in sorted(folder.rglob("*")) if f.is_file() and f.name[0] not in "._"]
    if not files:
        sys.exit(f"no output file in {folder}")
    return [row for f in files for row in csv.reader(io.StringIO(f.read_text()))]


class Workspace:
    """A folder that looks like the checkout to the jobs, so that runs do not meet."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        # Checkpoints of another run would name its files.
        os.environ["XDG_STATE_HOME"] = str(self.folder / "state")
        self.out = self.folder / ".cache" / "flights" / "out"
        self.live = self.folder / ".cache" / "flights" / "live"
        self.live.mkdir(parents=True)
        (self.folder / ".cache" / "flights" / "flights.csv").symlink_to(DATA)

    def run(self, thalweg, job, options):
        """The rows of the job's SELECTs, as lists of cells."""
        done = subprocess.run([thalweg, "run", str(JOBS / job), "--output", "csv", *options],
                              cwd=self.folder, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"{job}: exit code {done.returncode}\n{done.stderr}")
        return list(csv.reader(io.StringIO(done.stdout)))[1:]


def check_alerts(thalweg, work, expected):
    """Starts the live job, gives it the file, waits for its lines and stops it as Ctrl-C does."""
    job = subprocess.Popen([thalweg, "run", str(JOBS / "alerts.sql")], cwd=work.folder,
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    (work.live / "flights.csv").symlink_to(DATA)
    lines = []
    started = time.monotonic()
    while len(lines) < len(expected):
        line = job.stdout.readline()
        if not line:
            sys.exit(f"alerts: ended by itself after {len(lines)} lines\n{job.stderr.read()}")
        # "1> +I[...]": the print connector numbers its subtasks when there are several.
        lines.append([re.sub(r"^(\d+> )?\+I\[(.*)\]\n$", r"\2", line)])
        if time.monotonic() - started > 60:
            job.kill()
            sys.exit(f"alerts: {len(lines)} lines in a minute, expected {len(expected)}")
    job.send_signal(signal.SIGINT)
    rest, errors = job.communicate(timeout=30)
    lines += [[line] for line in rest.splitlines()]
    if job.returncode != 0:
        sys.exit(f"alerts: exit code {job.returncode} after SIGINT\n{errors}")
    compare("alerts", lines, expected)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("thalweg", nargs="?")
    arguments.add_argument("--outputs", type=pathlib.Path)
    arguments.add_argument("--option", action="append", default=[])
    arguments = arguments.parse_args()
    if not DATA.exists():
        sys.exit("the data are missing: run examples/flights/fetch.py")
    db = duckdb.connect()
    db.execute(FLIGHTS.format(path=DATA))

    def duck(query):
        return db.sql(query).fetchall()

    if arguments.outputs:
        compare("hourly_delays", csv_rows(arguments.outputs / "hourly_delays"), duck(HOURLY))
        compare("carrier_days", csv_rows(arguments.outputs / "carrier_days"), duck(CARRIER_DAYS))
        return
    thalweg = str(pathlib.Path(arguments.thalweg).resolve())
    with tempfile.TemporaryDirectory() as folder:
        work = Workspace(folder)
        storm = work.run(thalweg, "delays.sql", arguments.option)
        compare("storm", storm, duck(STORM))
        compare("hourly_delays", csv_rows(work.out / "hourly_delays"), duck(HOURLY))
        work.run(thalweg, "carriers.sql", arguments.option)
        compare("carrier_days", csv_rows(work.out / "carrier_days"), duck(CARRIER_DAYS))
        batch = ["-D", "execution.runtime-mode=batch"]  # so that the last SELECT is final rows
        origins = work.run(thalweg, "to_parquet.sql", arguments.option + batch)
        compare("origins", origins, duck(ORIGINS))
        parquet = work.out / "departures" / "*" / "*"
        compare("departures",
                duck(f"SELECT scheduled, carrier, flight, tailnum, origin, dest, dep_delay, "
                     f"arr_delay, distance, month FROM read_parquet('{parquet}', "
                     f"hive_partitioning = true)"), duck(DEPARTURES))
        check_alerts(thalweg, work, duck(ALERTS))


if __name__ == "__main__":
    main()
