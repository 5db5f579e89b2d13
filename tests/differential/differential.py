#!/usr/bin/env python3
"""Random SQL on Thalweg and on real Apache Flink; prints where the two differ.

differential.py [--seed N] [--expressions N] [--queries N] [--files N] [--depth N] [--keep FILE]
                [--build DIR]

Writes a .test file (tests/README.md) of a seed, lets Flink answer it (tools/oracle, $FLINK_DIR) and
holds Thalweg against the answers, types, rows and refusals alike. Exit code 1 when they differ.
"""
import argparse
import os
import random
import subprocess
import sys
import tempfile

import random_sql

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, ROOT + "/tools/oracle")
import test_file  # noqa: E402


def mark_refused(path, thalweg):
    """Adds `=> error` to what Thalweg refuses: Flink is asked for those one by one, not in blocks,
    since one bad expression of a block costs its whole block several runs."""
    t = test_file.TestFile(path)
    with tempfile.TemporaryDirectory() as folder:
        for name, text in t.files.items():
            os.makedirs(os.path.dirname(f"{folder}/{name}"), exist_ok=True)
            with open(f"{folder}/{name}", "w", encoding="utf-8", newline="\n") as f:
                f.write(text)
        script = folder + "/job.sql"
        for block in [p for p in t.parts if isinstance(p, test_file.Exprs)]:
            for i, line in enumerate(block.body):
                with open(script, "w", encoding="utf-8") as f:
                    sql = f"{block.setup}\nSELECT {line} FROM {block.source};\n"
                    f.write(sql.replace("${DIR}", folder))
                if subprocess.run([thalweg, "run", script, "--parallelism=1"], check=False,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode:
                    block.body[i] += " => error"
    t.write("")


def main():
    a = argparse.ArgumentParser(description=__doc__,
                                formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--seed", type=int, default=random.randrange(1 << 31))
    a.add_argument("--expressions", type=int, default=400)
    a.add_argument("--queries", type=int, default=60)
    a.add_argument("--files", type=int, default=100, help="read, written and partitioned")
    a.add_argument("--depth", type=int, default=3, help="of expressions")
    a.add_argument("--keep", help="where the .test file with Flink's answers is to stay")
    a.add_argument("--build", default=ROOT + "/build/release")
    a = a.parse_args()
    print(f"seed {a.seed}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        path = a.keep or folder + "/random.test"
        with open(path, "w", encoding="utf-8", newline="\n") as f:
            f.write(random_sql.test_file(random.Random(a.seed), a.expressions, a.queries, a.files,
                                         a.depth))
        mark_refused(path, a.build + "/bin/thalweg")
        subprocess.run([sys.executable, ROOT + "/tools/oracle/bless.py", "--limit", "45", path],
                       check=False)
        result = subprocess.run([a.build + "/test/sql_runner", "--config", "p1", path], check=False,
                                text=True, stdout=subprocess.PIPE)
    # No answer in time is no finding: some conditions keep Flink's planner busy for ever.
    findings = [f for f in result.stdout.split("\nFAILED ")[1:] if "has no answer yet" not in f]
    for f in findings:
        print("\nFAILED " + f.split("\nconfigurations:")[0])
    print(result.stdout.rstrip().split("\n")[-1] + f"; {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
