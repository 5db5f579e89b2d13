#!/usr/bin/env python3
"""Checks the Nexmark queries' results against real Flink's.

verify.py THALWEG NEXGEN [--format bin|json] [--option OPTION]... [QUERY...]

Makes 200,000 events in one split, runs each query as a SELECT and hashes its final rows as
tools/oracle/fold.py does; golden.txt holds what real Flink's rows hash to (query, rows, md5). q12
depends on the wall clock, so it has no line there.
"""
import argparse
import csv
import hashlib
import io
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent


def digest(text):
    """(rows, md5) of `thalweg run --output csv`: a header line, then the final rows."""
    rows = sorted(tuple(row) for row in list(csv.reader(io.StringIO(text)))[1:])
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows(rows)
    return len(rows), hashlib.md5(out.getvalue().encode()).hexdigest()


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("thalweg", type=pathlib.Path)
    arguments.add_argument("nexgen", type=pathlib.Path)
    arguments.add_argument("queries", nargs="*")
    arguments.add_argument("--format", default="bin")
    arguments.add_argument("--option", action="append", default=[])
    arguments = arguments.parse_intermixed_args()
    golden = {}
    for line in (HERE / "golden.txt").read_text().splitlines():
        if not line.startswith("#"):
            query, rows, md5 = line.split()
            golden[query] = (int(rows), md5)
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        data, cases = pathlib.Path(folder, "data"), pathlib.Path(folder, "cases")
        data.mkdir()
        subprocess.run([arguments.nexgen, "200000", "1", "1000", data, arguments.format],
                       check=True)
        queries = arguments.queries or list(golden)
        subprocess.run([sys.executable, HERE / "nexmark_cases.py", HERE / "queries", data,
                        arguments.format, cases, "--sink", "select", *queries], check=True)
        for query in queries:
            done = subprocess.run([arguments.thalweg.resolve(), "run", cases / f"{query}.sql",
                                   "-D", "table.local-time-zone=UTC", "--output", "csv",
                                   *arguments.option], capture_output=True, text=True)
            if done.returncode != 0:
                print(f"{query}: exit code {done.returncode}: {done.stderr.strip()[-500:]}")
                wrong += 1
                continue
            found = digest(done.stdout)
            if found != golden[query]:
                print(f"{query}: {found[0]} rows {found[1]}, Flink has {golden[query][0]} rows "
                      f"{golden[query][1]}")
                wrong += 1
    print(f"nexmark: {len(queries) - wrong} of {len(queries)} queries equal real Flink's results")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
