#!/usr/bin/env python3
"""Times Nexmark queries in two variants that take turns, so that the machine's moods meet both.

pairs.py scaling|checkpoints [--events N] [--repeats N] [QUERY...]

scaling      one worker and two: the speed-up, beside that of bench/micro/scaling_bench, which shares
             nothing between its threads, in the same rounds; medians
checkpoints  without checkpoints and with one a second: what they cost in CPU; the median and the
             quartiles of the pairs' differences, and the least CPU times of all runs. Where memory
             is not the machine's own, equal runs differ by a tenth: below 15 pairs the median tells
             of the machine
"""
import argparse
import json
import mmap
import os
import pathlib
import shutil
import statistics
import subprocess
import tempfile

from run import ROOT, make_cases, make_data, measure

MADV_POPULATE_WRITE = 23  # from Linux 5.14 on
TOUCHED_BYTES = 4 << 30  # more than a query needs and the host takes back meanwhile
BUILD = ROOT / "build" / "release"


def touch_memory():
    """A hypervisor may have taken back what is free, and giving it again costs ten times what
    touching memory costs otherwise (2.4 s per GB were seen): before a run, not in it."""
    try:
        with mmap.mmap(-1, TOUCHED_BYTES) as memory:
            memory.madvise(MADV_POPULATE_WRITE)
    except (OSError, ValueError):
        pass


def run(cases, query, parallelism, *options, state=None):
    """(wall s, CPU s) of one run."""
    touch_memory()
    if state is not None:
        shutil.rmtree(state, ignore_errors=True)
        os.environ["XDG_STATE_HOME"] = state
    code, wall, cpu, _, errors = measure(
        [BUILD / "bin" / "thalweg", "run", f"{query}.sql", "--parallelism", str(parallelism), *options],
        cases)
    if code:
        raise SystemExit(f"{query}: {errors}")
    return wall, cpu


def ideal_speedups():
    """Of two threads over one, by the size of their private tables."""
    done = subprocess.run([BUILD / "bench" / "scaling_bench", "--benchmark_format=json"],
                          capture_output=True, text=True, check=True)
    rates = {}
    for b in json.loads(done.stdout)["benchmarks"]:
        table, threads = b["name"].split("/")[1], b["threads"]
        rates.setdefault(table, {})[threads] = b["items_per_second"]
    return {table: rate[2] / rate[1] for table, rate in rates.items()}


def scaling(cases, queries, repeats):
    ideal, own = {}, {query: [] for query in queries}
    for _ in range(repeats):
        for table, speedup in ideal_speedups().items():
            ideal.setdefault(table, []).append(speedup)
        for query in queries:
            own[query].append(run(cases, query, 1)[0] / run(cases, query, 2)[0])
    for table, speedups in ideal.items():
        print(f"private tables of {table} keys: {statistics.median(speedups):.2f}")
    for query, speedups in own.items():
        print(f"{query}: {statistics.median(speedups):.2f}")


def checkpoints(cases, queries, repeats):
    with tempfile.TemporaryDirectory(prefix="thalweg-state-") as state:
        for query in queries:
            without, having = [], []
            for repeat in range(repeats):
                pair = [(without, ()), (having, ("-D", "execution.checkpointing.interval=1 s"))]
                for times, options in pair if repeat % 2 == 0 else reversed(pair):
                    times.append(run(cases, query, 2, *options, state=state)[1])
            costs = [100 * (b / a - 1) for a, b in zip(without, having)]
            low, middle, high = statistics.quantiles(costs, n=4, method="inclusive")
            print(f"{query}: {middle:+.1f} % with a checkpoint a second (quartiles {low:+.1f} and "
                  f"{high:+.1f}, {repeats} pairs); least CPU-s {min(without):.2f} without, "
                  f"{min(having):.2f} with: {100 * (min(having) / min(without) - 1):+.1f} %", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["scaling", "checkpoints"])
    parser.add_argument("queries", nargs="*", metavar="QUERY")
    parser.add_argument("--events", type=int, default=20_000_000)
    parser.add_argument("--repeats", type=int, help="5 for scaling, 15 for checkpoints")
    arguments = parser.parse_intermixed_args()
    queries = arguments.queries or [{"scaling": "q1", "checkpoints": "q5"}[arguments.what], "q16", "q17"]
    data = make_data(BUILD / "bench" / "nexgen", arguments.events, "bin")
    cases = ROOT / "build" / "bench" / "cases-pairs"
    make_cases(data, "bin", arguments.events, cases, queries)
    compare, repeats = {"scaling": (scaling, 5), "checkpoints": (checkpoints, 15)}[arguments.what]
    compare(cases, queries, max(2, arguments.repeats or repeats))


if __name__ == "__main__":
    main()
