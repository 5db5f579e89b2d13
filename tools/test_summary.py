#!/usr/bin/env python3
"""Counts what ./dev test ran and prints "N passed, N failed" as the last line.

Each argument is a build's results folder: ctest.xml from ctest, and one NAME.json for every test
binary that counts its own cases (GoogleTest's JSON, or the SQL runner's in the same shape). A test
without such a file counts as one.
"""
import json
import pathlib
import sys
import xml.etree.ElementTree as ElementTree


def cases(file: pathlib.Path, bad: bool) -> tuple[int, int, int]:
    """(run, failed, skipped) of one test; `bad` when ctest saw it fail."""
    ran, broken, left_out = 1, int(bad), 0
    if file.exists():
        try:
            data = json.loads(file.read_text())
            ran, broken = data["tests"], data["failures"]
            left_out = sum(case.get("result") == "SKIPPED" for suite in data.get("testsuites", [])
                           for case in suite["testsuite"])
        except (ValueError, KeyError):
            bad = True
    if bad and broken == 0:  # it died before or after it had counted its cases
        ran, broken = ran + 1, 1
    return ran, broken, left_out


def count(folder: pathlib.Path) -> tuple[int, int, int, list[str]]:
    """(passed, failed, skipped, names of failed ones) of one results folder."""
    passed = failed = skipped = 0
    names = []
    report = folder / "ctest.xml"
    if not report.exists():
        return 0, 1, 0, [f"{folder}: no ctest report"]
    for test in ElementTree.parse(report).getroot().iter("testcase"):
        name = test.get("name", "?")
        bad = test.get("status") != "run"  # ctest's word for passed
        ran, broken, left_out = cases(folder / f"{name}.json", bad)
        passed += ran - broken - left_out
        failed += broken
        skipped += left_out
        if broken:
            names.append(name)
    return passed, failed, skipped, names


def main(folders: list[str]) -> int:
    passed = failed = skipped = 0
    for folder in map(pathlib.Path, folders):
        p, f, s, names = count(folder)
        passed, failed, skipped = passed + p, failed + f, skipped + s
        for name in names:
            print(f"failed: {folder.parent.name}: {name}")
    if skipped:
        print(f"{skipped} skipped")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or passed == 0 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
