#!/usr/bin/env python3
"""State larger than memory: a GROUP BY whose groups are all different, under a memory limit.

paging.py [THALWEG] [--memory SIZE] [--events N]

Groups the bids of nexgen's nexbin files (.cache/nexmark, made by `./dev bench nexmark`) by all that
they hold: 18.4 M groups and 8 GB of state for 20 M events. Printed: wall time, CPU time, the most
memory that the process ever held, and what was paged out.
"""
import argparse
import json
import os
import pathlib
import subprocess
import tempfile
import time

from nexmark_cases import source
from run import ROOT

JOB = """\
CREATE TABLE counted (auction BIGINT, n BIGINT, url STRING, extra STRING, total BIGINT)
  WITH ('connector' = 'blackhole');
INSERT INTO counted
SELECT auction, COUNT(*), MAX(url), MAX(extra), SUM(price)
FROM bid GROUP BY auction, bidder, price, url, extra;
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("thalweg", nargs="?", default=ROOT / "build" / "release" / "bin" / "thalweg")
    parser.add_argument("--memory", default="1gb")
    parser.add_argument("--events", type=int, default=20_000_000)
    options = parser.parse_args()
    data = ROOT / ".cache" / "nexmark" / str(options.events) / "bin"
    if not (data / "done").exists():
        raise SystemExit(f"{data}: not there yet; `./dev bench nexmark --events {options.events} q0` makes it")
    with tempfile.TemporaryDirectory(prefix="thalweg-paging-") as folder:
        (pathlib.Path(folder) / "job.sql").write_text(source(data, "bin", False, 0) + JOB)
        begin = time.monotonic()
        process = subprocess.Popen(
            [pathlib.Path(options.thalweg).resolve(), "run", "job.sql", "--parallelism", "2",
             "--memory", options.memory, "--report", "report.json"], cwd=folder)
        _, status, used = os.wait4(process.pid, 0)
        wall = time.monotonic() - begin
        if status:
            raise SystemExit(f"it ended with {os.waitstatus_to_exitcode(status)}")
        report = json.loads((pathlib.Path(folder) / "report.json").read_text())
    paged = report["state_paging"]["paged_out_bytes"]
    print(f"--memory {options.memory}: {wall:.0f} s, {used.ru_utime:.0f} s user, {used.ru_stime:.0f} s "
          f"system, at most {used.ru_maxrss / 1e6:.2f} GB resident; {paged / 1e9:.1f} GB "
          f"paged out")


if __name__ == "__main__":
    main()
