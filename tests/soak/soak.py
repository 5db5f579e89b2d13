#!/usr/bin/env python3
"""Runs jobs and ends their processes again and again; what they have written must equal the output
of a run that nothing disturbs.

    soak.py THALWEG [--failpoints PROGRAM] [--minutes N] [--kills N] [--seed S] [--job NAME]... [--keep]

The jobs (jobs/, one a file) take turns, in an order drawn from the seed; every start of a job is the
same command line but for the parallelism, 1 to 3, and what the job itself changes. How a life
ends is drawn from the seed, too, which is printed and replays the draws (the instants remain the
machine's):

    kill       SIGKILL at a random moment
    early      SIGKILL within the first 80 ms: while it starts and restores
    failpoint  killed at the N-th visit of a failpoint (base/failpoint.h), by the program that has
               them; those that the sources name take turns
    term       SIGTERM: exit code 0 within two seconds, and the next start goes on
    zombie     SIGSTOP, a second instance takes over, SIGCONT: the first must end with an error
    twins      two starts at once: one goes on, the other ends and says why
    end        left alone until the input is exhausted, or drained

and jobs add fates of their own. Rounds follow each other until the minutes, and at least the kills,
are over. A failpoint that no life comes to, though several were to, is an error.
"""
import argparse
import collections
import os
import pathlib
import random
import re
import shutil
import sys
import tempfile
import time

from jobs.edited import Edited
from jobs.files import Files
from jobs.grouped import Grouped
from jobs.inserts import Inserts
from jobs.job import Failure
from jobs.paged import Paged
from jobs.savepoints import Savepoints
from rounds import Round

JOBS = {job.NAME: job for job in (Inserts, Files, Grouped, Paged, Savepoints, Edited)}
SOURCES = pathlib.Path(__file__).resolve().parents[2] / "src"
ATTEMPTS = 6  # lives that are to end at a failpoint, of which one must


def failpoint_names():
    names = set()
    for path in SOURCES.rglob("*.cc"):
        names.update(re.findall(r'TW_FAILPOINT\("([^"]+)"\)', path.read_text()))
    return sorted(names)


class Soak:
    def __init__(self, options, folder):
        self.thalweg = options.thalweg
        self.failpoints = options.failpoints
        self.jobs = [JOBS[name] for name in options.job or JOBS]
        self.random = random.Random(options.seed)
        self.folder = folder
        self.counts = collections.Counter()
        self.rounds = collections.Counter()  # by job
        self.expected = {}
        self.attempts = collections.Counter()
        self.visited = set()

    def answer(self, kind):
        """What the job writes undisturbed; found out once."""
        if kind not in self.expected:
            job = kind(self.thalweg, self.folder / f"{kind.NAME}-undisturbed",
                       random.Random(self.random.random()), None)
            self.expected[kind] = job.undisturbed()
        return self.expected[kind]

    def round(self, kind, number):
        folder = self.folder / f"round-{number}-{kind.NAME}"
        expected = self.answer(kind)
        job = kind(self.thalweg, folder, random.Random(self.random.random()), expected)
        before = time.monotonic()
        one = Round(self, job)
        one.run()
        self.counts["rounds"] += 1
        self.rounds[kind.NAME] += 1
        print(f"round {number}, {kind.NAME}: {len(one.lives)} lives in {time.monotonic() - before:.0f} s "
              f"({' '.join(one.lives)}): equal", flush=True)
        shutil.rmtree(folder)

    def run(self, minutes, kills):
        end = time.monotonic() + 60 * minutes
        number = 0
        while True:
            turns = list(self.jobs)
            self.random.shuffle(turns)
            for kind in turns:
                if time.monotonic() >= end and self.counts["kills"] >= kills:
                    if self.unvisited():
                        raise Failure("no life came to " + ", ".join(self.unvisited()))
                    return
                number += 1
                self.round(kind, number)

    def next_failpoint(self, job):
        """The one that has had the fewest turns, as NAME#N: at which visit to kill."""
        names = [name for name in failpoint_names() if not name.startswith(tuple(job.PASSES_BY))]
        fewest = min(self.attempts[name] for name in names)
        name = job.draw.choice([n for n in names if self.attempts[n] == fewest])
        self.attempts[name] += 1
        # Rare ones are met once a life.
        visit = job.draw.randint(1, 4) if name in self.visited else 1 + self.attempts[name] % 2
        return f"{name}#{visit}"

    def unvisited(self):
        return sorted(name for name, turns in self.attempts.items()
                      if name not in self.visited and turns >= ATTEMPTS)

    def summary(self):
        counts = ", ".join(f"{n} {what}" for what, n in self.counts.items())
        if self.failpoints:
            counts += f", {len(self.visited)} of {len(failpoint_names())} failpoints visited"
        return counts + " (" + ", ".join(f"{name} {n}" for name, n in self.rounds.items()) + ")"


def main():
    parser = argparse.ArgumentParser(description="kills jobs' processes again and again")
    parser.add_argument("thalweg")
    parser.add_argument("--failpoints", default="", help="the program that has them")
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--kills", type=int, default=0, help="go on until there were so many")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--job", action="append", choices=sorted(JOBS), help="these jobs only")
    parser.add_argument("--keep", action="store_true", help="keep the folder")
    options = parser.parse_args()
    if options.seed is None:
        options.seed = random.SystemRandom().randrange(1 << 31)
    options.thalweg = os.path.abspath(options.thalweg)
    if options.failpoints:
        options.failpoints = os.path.abspath(options.failpoints)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="thalweg-soak-"))
    print(f"seed {options.seed}, folder {folder}", flush=True)
    soak = Soak(options, folder)
    try:
        soak.run(options.minutes, options.kills)
    except Failure as failure:
        print(f"FAILED with seed {options.seed} ({soak.summary()}): {failure}\nits files: {folder}")
        return 1
    if not options.keep:
        shutil.rmtree(folder)
    print(f"{soak.summary()}: equal (seed {options.seed})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
