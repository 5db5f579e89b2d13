"""The project's files, as the rules see them, and the rooms that CMakeLists.txt declares."""
import dataclasses
import os
import pathlib
import re
import subprocess

SKIPPED_FOLDERS = {".git", "build", ".venv", ".cache", "__pycache__"}
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:"([^"]+)"|<([^>]+)>)', re.MULTILINE)


@dataclasses.dataclass(frozen=True)
class Problem:
    """What a rule found: which rule, in which file, and what to do about it."""
    rule: str
    path: str
    text: str

    def __str__(self):
        return f"{self.path}: {self.text} [{self.rule}]"


@dataclasses.dataclass(frozen=True)
class Room:
    """A row of the house: the rooms that it may include and the libraries that live in it."""
    name: str
    rooms: tuple[str, ...]
    vendors: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Include:
    target: str
    quoted: bool


class Tree:
    """All files by path relative to the root; None for one that is not text."""

    def __init__(self, files: dict[str, str | None]):
        self.files = files
        self.rooms = parse_rooms(files.get("CMakeLists.txt") or "")

    def texts(self, *suffixes):
        """(path, text) of the text files with one of the suffixes; of all without any."""
        for path, text in sorted(self.files.items()):
            if text is not None and (not suffixes or path.endswith(suffixes)):
                yield path, text

    def exists(self, path: str) -> bool:
        """Whether the path is a file or a folder of the project."""
        path = path.rstrip("/")
        return path in ("", ".") or path in self.files or any(
            file.startswith(path + "/") for file in self.files)


def parse_rooms(cmake: str) -> dict[str, Room]:
    """The thalweg_room(...) rows: the one place where the floor plan is written down."""
    rooms = {}
    for body in re.findall(r"^thalweg_room\(([^)]*)\)", cmake, re.MULTILINE):
        words, group = {"": [], "ROOMS": [], "VENDORS": [], "MAIN": []}, ""
        for word in body.split():
            if word in words:
                group = word
            else:
                words[group].append(word)
        name = words[""][0]
        rooms[name] = Room(name, tuple(words["ROOMS"]), tuple(words["VENDORS"]))
    return rooms


def room_of(path: str) -> str | None:
    """The room that a file lives in; None outside src/."""
    parts = path.split("/")
    return parts[1] if parts[0] == "src" and len(parts) > 2 else None


def includes(text: str) -> list[Include]:
    return [Include(quoted or angle, bool(quoted)) for quoted, angle in INCLUDE.findall(text)]


def load(root: pathlib.Path) -> Tree:
    """The files that git knows or would add; without git, all but the ignored folders."""
    try:
        listing = subprocess.run(
            ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others",
             "--exclude-standard"], check=True, capture_output=True).stdout
        paths = [os.fsdecode(path) for path in listing.split(b"\0") if path]
    except (OSError, subprocess.CalledProcessError):
        paths = []
        for folder, inner, names in os.walk(root):
            inner[:] = [name for name in inner if name not in SKIPPED_FOLDERS]
            paths += [os.path.relpath(os.path.join(folder, name), root) for name in names]
    files = {}
    for path in paths:
        full = root / path
        if not full.is_file():
            continue  # deleted, but not yet committed
        try:
            files[path] = full.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            files[path] = None
    return Tree(files)
