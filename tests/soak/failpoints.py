#!/usr/bin/env python3
"""Kills a job at each failpoint (base/failpoint.h), in its first life and in the one that restores,
and holds what it has published in the end against a run that nothing disturbs.

    failpoints.py THALWEG_FAILPOINTS [--only NAME]

The failpoints are those that the sources name. One that no life comes to is an error. The job is
a short one of jobs/inserts.py.
"""
import argparse
import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile

from jobs.inserts import Inserts
from jobs.job import Failure
from soak import failpoint_names

# Where the lives of a job are killed: at once, and when there is a checkpoint to go on from.
LIVES = (("{}", "{}#2"), ("publish:done#2", "{}", "{}#3"))
LIMIT_S = 120


class Short(Inserts):
    ROWS = 3000
    RATES = (30_000,)
    INTERVAL = "20 ms"


class Visits:
    def __init__(self, thalweg, folder):
        self.thalweg = thalweg
        self.folder = folder
        self.expected = self.job("undisturbed", None).undisturbed()
        self.starts = 0

    def job(self, name, expected):
        return Short(self.thalweg, self.folder / name, random.Random(1), expected)

    def start(self, job, failpoint):
        """The exit code; negative: killed."""
        self.starts += 1
        job.before_start()
        environment = dict(os.environ)
        environment.pop("THALWEG_FAILPOINT", None)
        if failpoint:
            environment["THALWEG_FAILPOINT"] = failpoint
        done = subprocess.run([self.thalweg, "run", str(job.folder / "job.sql"), "-p",
                               str(1 + self.starts % 3)],
                              env=environment, stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=LIMIT_S, check=False)
        if done.returncode not in (0, -signal.SIGKILL):
            raise Failure(f"{failpoint}: exit code {done.returncode}:\n{done.stderr[-1500:]}")
        return done.returncode

    def finished(self, job):
        listed = subprocess.run([self.thalweg, "state", "ls", str(job.folder / "checkpoints/soak")],
                                capture_output=True, text=True, timeout=LIMIT_S, check=False)
        newest = (listed.stdout.splitlines() + ["", ""])[1]
        return "the job has finished" in newest

    def visit(self, name):
        """How often a life was killed there."""
        kills = 0
        for number, lives in enumerate(LIVES):
            job = self.job(f"{name.replace(':', '-')}-{number}", self.expected)
            for life in (*lives, ""):
                if self.start(job, life.format(name)) == 0:
                    break
                kills += "{}" in life
                # A finished job's further start would be a rerun, once its output is published.
                if self.finished(job) and not any(job.check()):
                    break
            extra, missing = job.check()
            if extra or missing:
                raise Failure(f"killed at {name}, {lives}: {extra or missing}")
        return kills


def main():
    parser = argparse.ArgumentParser(description="kills a job at each failpoint")
    parser.add_argument("thalweg")
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    names = [name for name in failpoint_names() if options.only in name]
    failures = []
    with tempfile.TemporaryDirectory(prefix="thalweg-failpoints-") as folder:
        visits = Visits(os.path.abspath(options.thalweg), pathlib.Path(folder))
        for name in names:
            try:
                kills = visits.visit(name)
                if kills == 0:
                    raise Failure(f"{name}: no life came to it")
                print(f"{name}: {kills} kills, equal", flush=True)
            except Failure as failure:
                failures.append(name)
                print(f"FAILED: {failure}", flush=True)
    target = os.environ.get("GTEST_OUTPUT", "")
    if target.startswith("json:"):
        pathlib.Path(target[5:]).write_text(
            json.dumps({"tests": len(names), "failures": len(failures)}))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
