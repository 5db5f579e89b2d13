#!/usr/bin/env python3
"""Taste, made executable: fails when the house is not in order.

tidy.py [ROOT]   checks every file of the project; exit code 1 when a rule is broken

Rules: floor (which room may include which: the thalweg_room rows of CMakeLists.txt), front-door
(other rooms include only headers at a room's root), vendor (a library's headers stay in the rooms
whose row names it), pure, costly, size, dead, link, machine-path, table. What must be let through
for now stands in exceptions.txt, one line each with its reason; a line that is no longer needed is
a failure, so that the list can only shrink.
"""
import pathlib
import sys

import floor
import shape
import texts
import tree as trees
from tree import Problem

EXCEPTIONS = "tools/tidy/exceptions.txt"


def problems(tree):
    """What the rules find, before exceptions."""
    for rule in (floor.check, shape.check_sizes, shape.check_dead, texts.check_links,
                 texts.check_paths):
        yield from rule(tree)


def excepted(tree, found):
    """What remains of `found` after the exceptions, plus the exceptions' own faults."""
    granted = {}
    for line in (tree.files.get(EXCEPTIONS) or "").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        words = line.split(None, 2)
        if len(words) < 3:
            yield Problem("exception", EXCEPTIONS, f"no reason: {line}")
            continue
        granted[(words[0], words[1])] = line
    used = set()
    for problem in found:
        if (problem.rule, problem.path) in granted:
            used.add((problem.rule, problem.path))
        else:
            yield problem
    for key in granted.keys() - used:
        yield Problem("exception", EXCEPTIONS, f"no longer needed, remove: {granted[key]}")


def main(arguments):
    root = pathlib.Path(arguments[0] if arguments else __file__).resolve()
    tree = trees.load(root if arguments else root.parents[2])
    left = list(excepted(tree, problems(tree)))
    large = shape.beyond_aim(tree)
    if large:
        print(f"{len(large)} files over the size we aim at: "
              + ", ".join(f"{path} ({count})" for path, count in large))
    for problem in left:
        print(problem)
    print(f"tidy: {len(tree.files)} files, {len(left)} problems")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
