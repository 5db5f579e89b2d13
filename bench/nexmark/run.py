#!/usr/bin/env python3
"""Times Nexmark queries on thalweg: wall, CPU seconds per million events, peak memory.

run.py [--events N] [--format bin|json|connector]... [--repeats N] [--parallelism N]
       [--flink DIR] [--out FILE] [QUERY...]

The data are made once by nexgen (two splits, 100,000 events a second, seed 42) under .cache/nexmark
and read from the page cache; `connector` measures thalweg's own generator instead. --flink DIR (an
installation of tools/oracle/flink_up.sh) runs the same SQL files on real Flink, too, with the heap
configuration of bench.py: each query there, and at once here, since a machine may be faster in one
minute than in the next. Every run is a JSON line in FILE (default build/bench/nexmark.jsonl); the
table shows the median of the repeats; Flink runs a query once.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
QUERIES = ["q0", "q1", "q2", "q5", "q7", "q10", "q11", "q12", "q14", "q15", "q16", "q17", "q21",
           "q22"]


def make_data(nexgen, events, kind):
    """The folder with the frozen files; made when it is not there yet."""
    folder = ROOT / ".cache" / "nexmark" / str(events) / kind
    if not (folder / "done").exists():
        print(f"==> nexgen: {events} events as {kind} in {folder}", file=sys.stderr)
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run([nexgen, str(events), "2", "100000", str(folder), kind], check=True)
        (folder / "done").touch()
    for file in folder.glob("nexmark-*"):  # into the page cache
        with file.open("rb") as f:
            while f.read(1 << 24):
                pass
    return folder


def make_cases(data, kind, events, out, queries):
    command = [sys.executable, str(HERE / "nexmark_cases.py"), str(HERE / "queries"), str(data),
               kind, str(out), *queries]
    if kind == "connector":
        command += ["--events", str(events)]
    subprocess.run(command, check=True)


def measure(command, cwd):
    """(exit code, wall s, user + sys s, peak MB, last line of stderr) of one run."""
    with open(cwd / "stderr", "w+") as errors:
        start = time.monotonic()
        process = subprocess.Popen(command, cwd=cwd, stdout=subprocess.DEVNULL, stderr=errors)
        _, status, used = os.wait4(process.pid, 0)
        wall = time.monotonic() - start
        errors.seek(0)
        text = errors.read().strip()
    return (os.waitstatus_to_exitcode(status), wall, used.ru_utime + used.ru_stime,
            used.ru_maxrss / 1024, text)


def machine():
    """CPU model and count, memory, commit: what a number is worth nothing without."""
    cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo")
                if line.startswith("model name")), "?")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 30
    commit = subprocess.run(["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"],
                            capture_output=True, text=True).stdout.strip()
    return {"cpu": cpu, "cores": os.cpu_count(), "memory_gb": memory, "commit": commit}


class Flink:
    """A running cluster that is given one query after the other."""

    def __init__(self, arguments, cases, record):
        self.record = record
        self.process = subprocess.Popen(
            [sys.executable, str(HERE / "bench.py"), str(arguments.flink),
             str(arguments.out.parent / "flink"), "heap", str(cases), str(arguments.events),
             "1", str(arguments.flink_limit)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        record(engine="flink", **json.loads(self.process.stdout.readline()))

    def run(self, query):
        self.process.stdin.write(query + "\n")
        self.process.stdin.flush()
        row = json.loads(self.process.stdout.readline())
        self.record(engine="flink", **row)
        return row

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def run_thalweg(command, cases, query, arguments, record):
    """(wall s, CPU s, peak MB): medians of the repeats. None if it fails, which is printed."""
    runs = []
    for _ in range(arguments.repeats):
        subprocess.run(["rm", "-rf", str(cases / f"sink_{query}")], check=True)
        code, wall, cpu, peak, errors = measure(command, cases)
        record(engine="thalweg", q=query, events=arguments.events, code=code, wall_s=round(wall, 3),
               cpu_s=round(cpu, 3), peak_mb=round(peak, 1), **({"error": errors[-300:]} if code else {}))
        if code:
            print(f"| {query} | failed: {errors.splitlines()[-1] if errors else code} |", flush=True)
            return None
        runs.append((wall, cpu, peak))
    subprocess.run(["rm", "-rf", str(cases / f"sink_{query}")], check=True)
    return tuple(statistics.median(column) for column in zip(*runs))


def run_queries(queries, cases, command, arguments, record):
    """One table, of thalweg's runs and, with --flink, of Flink's beside them."""
    flink = Flink(arguments, cases, record) if arguments.flink else None
    columns = ["q", "wall s", "M events/s", "CPU-s/M events", "peak MB"]
    if flink is not None:
        columns += ["Flink wall s", "CPU-s/M events", "peak MB", "CPU ratio"]
        flink.run(queries[0])  # its JVMs start cold
    print("| " + " | ".join(columns) + " |\n|" + "-|" * len(columns), flush=True)
    millions = arguments.events / 1e6
    ratios = []
    for query in queries:
        theirs = flink.run(query) if flink is not None else None
        ours = run_thalweg([*command, f"{query}.sql", "--parallelism", str(arguments.parallelism)],
                           cases, query, arguments, record)
        if ours is None:
            continue
        wall, cpu, peak = ours
        line = f"| {query} | {wall:.2f} | {millions / wall:.2f} | {cpu / millions:.3f} | {peak:.0f} |"
        if theirs is not None and theirs.get("state") != "FINISHED":
            line += f" {theirs.get('state')} | | | |"
        elif theirs is not None:
            ratios.append(theirs["cpu_s_per_m"] / (cpu / millions))
            line += (f" {theirs['wall_s']:.1f} | {theirs['cpu_s_per_m']:.3f} | {theirs['tm_peak_mb']} |"
                     f" {ratios[-1]:.1f} |")
        print(line, flush=True)
    if flink is not None:
        flink.end()
    if ratios:
        print(f"\ngeometric mean of the CPU ratios: {statistics.geometric_mean(ratios):.1f}", flush=True)


def main():
    arguments = argparse.ArgumentParser(description=__doc__,
                                        formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("queries", nargs="*", metavar="QUERY")
    arguments.add_argument("--events", type=int, default=20_000_000)
    arguments.add_argument("--format", action="append", choices=["bin", "json", "connector"])
    arguments.add_argument("--repeats", type=int, default=3)
    arguments.add_argument("--parallelism", type=int, default=2)
    arguments.add_argument("--flink", type=pathlib.Path)
    arguments.add_argument("--flink-limit", type=int, default=600, help="seconds a query")
    arguments.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "release")
    arguments.add_argument("--out", type=pathlib.Path,
                           default=ROOT / "build" / "bench" / "nexmark.jsonl")
    arguments = arguments.parse_args()
    if arguments.flink and "connector" in (arguments.format or []):
        raise SystemExit("run.py: --flink: Flink has no such connector, only the files")
    queries = arguments.queries or QUERIES
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    log = arguments.out.open("a")

    def record(**row):
        log.write(json.dumps(row) + "\n")
        log.flush()

    record(machine=machine(), events=arguments.events, parallelism=arguments.parallelism)
    thalweg, nexgen = arguments.build / "bin" / "thalweg", arguments.build / "bench" / "nexgen"
    for kind in arguments.format or ["bin"]:
        data = (make_data(nexgen, arguments.events, kind) if kind != "connector"
                else ROOT / ".cache" / "nexmark")
        cases = arguments.out.parent / f"cases-{kind}"
        make_cases(data, kind, arguments.events, cases, queries)
        print(f"\n{kind}, {arguments.events:,} events, parallelism {arguments.parallelism}, median "
              f"of {arguments.repeats}\n", flush=True)
        run_queries(queries, cases, [thalweg, "run"], arguments,
                    lambda **row: record(format=kind, **row))


if __name__ == "__main__":
    main()
