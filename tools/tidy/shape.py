"""Sizes of files, and files that nothing uses."""
import posixpath

from tree import Problem, includes, room_of

HARD = {".cc": 800, ".h": 400}
AIM = {".cc": 400, ".h": 200}
# Found by globbing or by name, so nothing has to mention them.
FOUND = (".cc", ".test", ".gitignore", ".clang-format")
GLOBBED = ("bench/nexmark/queries/",)
ROOTS = {"README.md", "LICENSE", "CMakeLists.txt", "CMakePresets.json", "dev", ".ci/run"}


def lines(text):
    return text.count("\n") + (not text.endswith("\n"))


def check_sizes(tree):
    for path, text in tree.texts(".cc", ".h"):
        limit = HARD[posixpath.splitext(path)[1]]
        if lines(text) > limit:
            yield Problem("size", path, f"{lines(text)} lines, the limit is {limit}")


def beyond_aim(tree):
    """(path, lines) of the files over the size that we aim at: reported, no failure."""
    return [(path, lines(text)) for path, text in tree.texts(".cc", ".h")
            if lines(text) > AIM[posixpath.splitext(path)[1]]]


def check_dead(tree):
    yield from dead_headers(tree)
    yield from dead_others(tree)


def dead_headers(tree):
    included = {}
    for path, text in tree.texts(".cc", ".h"):
        for include in includes(text):
            included.setdefault(include.target, set()).add(path)
    for path, _ in tree.texts(".h"):
        name = path.removeprefix("src/").removeprefix("include/")
        stem = path.removesuffix(".h")
        users = included.get(name, set()) - {stem + ".cc", stem + "_test.cc", path}
        if not users and room_of(path) is not None:
            yield Problem("dead", path, "no file but its own .cc and test includes it")


def dead_others(tree):
    """A document, script or data file must be mentioned by name in another file."""
    texts = list(tree.texts())
    for path in sorted(tree.files):
        name = posixpath.basename(path)
        if path in ROOTS or path.endswith(FOUND + (".h",)) or name in ("README.md",
                                                                       "CMakeLists.txt"):
            continue
        if path.startswith(GLOBBED):
            continue
        stem = name.removesuffix(".py")
        wanted = (name, f"import {stem}", f"from {stem} ", f".{stem} import ",
                  f"include({name.removesuffix('.cmake')})",
                  f"find_package({name.removeprefix('Find').removesuffix('.cmake')} ",
                  name.removesuffix(".java"))
        if not any(other != path and any(w in text for w in wanted) for other, text in texts):
            yield Problem("dead", path, "no other file mentions it")
