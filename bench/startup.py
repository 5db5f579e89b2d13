#!/usr/bin/env python3
"""Start-up: wall time of a job of one row, `thalweg run` of SELECT 1, over 50 runs.

startup.py [THALWEG]    (default build/release/bin/thalweg)
"""
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

thalweg = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "build/release/bin/thalweg").resolve()
with tempfile.TemporaryDirectory() as folder:
    (pathlib.Path(folder) / "job.sql").write_text("SELECT 1")
    times = []
    for _ in range(50):
        start = time.monotonic()
        subprocess.run([thalweg, "run", "job.sql"], cwd=folder, check=True, capture_output=True)
        times.append((time.monotonic() - start) * 1000)
print(f"one row, {len(times)} runs: least {min(times):.1f} ms, median {statistics.median(times):.1f} ms")
