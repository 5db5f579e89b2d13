"""Write real Flink's answers into .test files: bless.py [--flink DIR] [--all] [--case NAME] PATH...

PATH is a .test file or a folder of them (tests/README.md describes the format). Without --all
only what has no answer yet is run. One JVM serves the whole run. DIR is where flink_up.sh installs
Flink, if it is not there yet (default: $FLINK_DIR or .cache/flink).
"""
import argparse
import json
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import threading

import test_file

HERE = os.path.dirname(os.path.abspath(__file__))
VERSION = "2.2.1"
# Faults inside Flink: what it meant to answer is unknown, so such expressions become comments.
CRASHES = ("NullPointerException", "ClassCastException", "CompileException", "AssertionError",
           "IndexOutOfBoundsException", "ArrayIndexOutOfBoundsException", "MatchError",
           "StringIndexOutOfBoundsException", "NegativeArraySizeException", "StackOverflowError",
           "NotImplementedError", "UnsupportedOperationException", "IllegalStateException")
# Gaps in Flink rather than its rules: we may fail as well, or answer.
GAPS = ("CodeGenException: Unsupported call",)


class Flink:
    """One FlinkOracle process; run() answers the output of one SQL text."""

    def __init__(self, home, limit_s):
        self.home, self.limit_s, self.process = home, limit_s, None
        self.work = tempfile.mkdtemp(prefix="bless-")
        self.dir = os.path.join(self.work, "case")

    def start(self):
        self.process = subprocess.Popen(
            ["nice", HERE + "/oracle.sh", self.home, "-", self.work],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=open(self.work + "/log", "a"),
            text=True)
        self.answers = queue.Queue()

        def pump(stream, answers):
            for line in stream:
                answers.put(line)
            answers.put(None)
        threading.Thread(target=pump, args=(self.process.stdout, self.answers), daemon=True).start()

    def run(self, sql, files, batch=False):
        """A list of FlinkOracle's JSON objects, or None when Flink did not end in time."""
        if self.process is None:
            self.start()
        shutil.rmtree(self.dir, ignore_errors=True)
        os.makedirs(self.dir)
        for name, text in files.items():
            path = os.path.join(self.dir, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8", newline="") as f:
                f.write(text)
        source, target = self.work + "/in.sql", self.work + "/out"
        with open(source, "w", encoding="utf-8") as f:
            f.write(("-- mode: batch\n" if batch else "") + sql.replace("${DIR}", self.dir))
        self.process.stdin.write(f"{source} {target}\n")
        self.process.stdin.flush()
        try:
            answer = self.answers.get(timeout=self.limit_s)
        except queue.Empty:
            answer = None
        if answer is None:
            print("  Flink did not answer; starting it again", file=sys.stderr)
            self.stop()
            return None
        text = open(target, encoding="utf-8", newline="\n").read().replace(self.dir, "${DIR}")
        return [json.loads(line) for line in text.split("\n") if line]

    def stop(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None

    def close(self):
        self.stop()
        shutil.rmtree(self.work, ignore_errors=True)


def cells(row):
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"))


def cause(o):
    """The first line of the root cause, with the exception's class."""
    return " ".join(o["root"].split("\n")[0].split())[:240]


def bless_case(flink, t, case):
    setup = len(test_file.statements(case.setup))
    out = flink.run(case.setup + "\n" + "\n".join(case.sql), t.files, "batch" in case.flags)
    if out is None:
        return False
    results, substring = [], case.error_substring()
    for o in out:
        if "columns" in o:
            names = [f"{n} {y}" for n, y in zip(o["columns"], o["types"])]
            results.append(f"result {o['stmt'] - setup} {cells(names)}")
        elif "row" in o and "shape" in case.flags:
            continue
        elif "row" in o:
            results.append(f"{o['op']} {cells(o['row'])}")
        elif "print" in o:
            results.append("print " + o["print"])
        elif "error" in o:
            if o["stmt"] <= setup:
                print(f"{t.path}: {case.name}: the setup fails: {cause(o)}", file=sys.stderr)
                return False
            results.append(f"error {o['stmt'] - setup}" + (f" {substring}" if substring else ""))
            results.append("# flink: " + cause(o))
            if any(c in o["error"] + o["root"] for c in CRASHES):
                print(f"{t.path}: {case.name}: Flink crashes: {cause(o)}", file=sys.stderr)
    case.results = results
    return True


def evaluate(flink, t, block, wanted, answers):
    """Fills answers[i] for every (i, expression) of wanted; halves the list upon an error."""
    items = ",\n".join(f"{e} AS c{n}" for n, (_, e) in enumerate(wanted))
    sql = f"{block.setup}\nSELECT {items}" + (f"\nFROM {block.source}" if block.source else "")
    out = flink.run(sql, t.files, "batch" in block.flags)
    if out is None:
        return
    failed = [o for o in out if "error" in o]
    head = [o for o in out if "columns" in o]
    rows = [o["row"] for o in out if "row" in o]
    if any(o.get("op", "+I") != "+I" for o in out):
        failed = [{"root": "the expression gives a changelog; use a case, or batch"}]
    if not failed and len(head[-1]["columns"]) == len(wanted):
        for n, (i, _) in enumerate(wanted):
            answers[i] = f"{head[-1]['types'][n]} => {cells([r[n] for r in rows])}"
    elif len(wanted) == 1:
        answers[wanted[0][0]] = "error => # flink: " + (
            cause(failed[0]) if failed else "more than one column")
    else:
        half = len(wanted) // 2
        evaluate(flink, t, block, wanted[:half], answers)
        evaluate(flink, t, block, wanted[half:], answers)


def bless_exprs(flink, t, block, everything):
    todo, alone, answers, keep = [], [], {}, {}
    for i, line in enumerate(block.body):
        if not test_file.Exprs.is_expression(line):
            continue
        expr, kind, rest = test_file.Exprs.parse_line(line)
        if rest is not None and not everything:
            continue
        wrong = kind is not None and kind.split(" ")[0] in ("error", "refused")
        if wrong:
            keep[i] = kind[kind.index(" "):] if kind.startswith("error ") else ""
        (alone if wrong else todo).append((i, expr))
    # Aggregates run alone: a DISTINCT beside them changes the plan and with it the order of rows.
    size = 1 if "batch" in block.flags else 40
    for at in range(0, len(todo), size):
        evaluate(flink, t, block, todo[at:at + size], answers)
    for one in alone:
        evaluate(flink, t, block, [one], answers)
    for i, a in answers.items():
        expr = test_file.Exprs.parse_line(block.body[i])[0]
        if a.startswith(tuple("error => # flink: " + c for c in CRASHES)):
            block.body[i] = f"# Flink crashes: {expr} => {a.split('# flink: ')[1]}"
            continue
        if a.startswith(tuple("error => # flink: " + g for g in GAPS)):
            a = "refused" + a[len("error"):]
        elif a.startswith("error"):
            a = "error" + keep.get(i, "") + a[len("error"):]
        block.body[i] = f"{expr} => {a}"
    return len(answers) == len(todo) + len(alone)


def main():
    a = argparse.ArgumentParser(description=__doc__)
    a.add_argument("--flink", default=os.environ.get("FLINK_DIR", ".cache/flink"))
    a.add_argument("--all", action="store_true")
    a.add_argument("--case")
    a.add_argument("--limit", type=float, default=60, help="seconds a case may take")
    a.add_argument("paths", nargs="+")
    a = a.parse_args()
    # Installs what is missing and compiles the oracle's classes when they changed.
    subprocess.run([HERE + "/flink_up.sh", a.flink], check=True, stdout=sys.stderr)
    flink, ok = Flink(a.flink, a.limit), True
    try:
        for path in test_file.find(a.paths):
            t = test_file.TestFile(path)
            changed = False
            for part in t.parts:
                if isinstance(part, test_file.Case):
                    if a.case not in (None, part.name) or (part.blessed() and not (a.all or a.case)):
                        continue
                    good = bless_case(flink, t, part)
                elif isinstance(part, test_file.Exprs) and not a.case:
                    good = bless_exprs(flink, t, part, a.all)
                else:
                    continue
                changed = True
                ok &= good
                if not good:
                    print(f"{path}: no answer: {part.header}", file=sys.stderr)
            if changed and t.write(VERSION):
                print(path, flush=True)
    finally:
        flink.close()
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
