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


def count(folder: pathlib.Path) -> tuple[int, int, int, list[str]]:
    """(passed, failed, skipped, names of failed ones) of one results folder."""
    passed = failed = skipped = 0
    names = []
    report = folder / "ctest.xml"
    if not report.exists():
        return 0, 1, 0, [f"{folder}: no ctest report"]
    for test in ElementTree.parse(report).getroot().iter("testcase"):
        name = test.get("name", "?")
        bad = test.get("status") not in ("run", "notrun", "disabled")
        cases = folder / f"{name}.json"
        if test.get("status") in ("notrun", "disabled"):
            skipped += 1
            continue
        ran = broken = 0
        if cases.exists():
            try:
                data = json.loads(cases.read_text())
                ran, broken = data["tests"], data["failures"] + data.get("errors", 0)
                skipped += data.get("disabled", 0)
            except (ValueError, KeyError):
                bad = True
        else:
            ran, broken = 1, 1 if bad else 0
        if bad and broken == 0:  # it died after, or without, counting its cases
            ran, broken = ran + 1, 1
        passed += ran - broken
        failed += broken
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
