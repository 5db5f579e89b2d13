"""Links of documents, and what must not be written anywhere."""
import posixpath
import re

from tree import Problem

LINK = re.compile(r"\[[^\]\n]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
MACHINE_PATH = re.compile(r"(?<![\w.}~)\-])/(?:work|root|home|Users)/[\w.]+")
OUTSIDE_DOCUMENT = re.compile(r"\bshared/[A-Z]+\.md")
# Written in two halves, so that this file passes its own rule.
REGISTRIES = tuple(a + b for a, b in (
    ("pypi", ".org"), ("pythonhosted", ".org"), ("repo1.maven", ".org"), ("repo.maven", ".apache"),
    ("deb.debian", ".org"), ("crates", ".io"), ("registry.npmjs", ".org"), ("proxy.golang", ".org")))


def check_links(tree):
    for path, text in tree.texts(".md"):
        for link in LINK.findall(FENCE.sub("", text)):
            target = link.split("#")[0]
            if not target or re.match(r"[a-z]+:", link):
                continue
            full = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
            if full.startswith("..") or not tree.exists(full):
                yield Problem("link", path, f"dead link: {link}")


def check_paths(tree):
    for path, text in tree.texts():
        if path.startswith("tools/tidy/") and path.endswith("_test.py"):
            continue
        for number, line in enumerate(text.splitlines(), 1):
            found = MACHINE_PATH.search(line) or OUTSIDE_DOCUMENT.search(line)
            if found:
                yield Problem("machine-path", path, f"line {number}: {found.group()}")
            for host in REGISTRIES:
                if host in line:
                    yield Problem("machine-path", path, f"line {number}: names {host}")
