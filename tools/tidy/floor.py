"""Who may include whom: floors, front doors, vendors at home, and a few headers that cost too much."""
import re

from tree import Problem, includes, room_of

# The headers of each library that a thalweg_room row can name under VENDORS.
VENDOR_HEADERS = {
    "Threads::Threads": ("pthread.h",),
    "PyArrow::arrow": ("arrow/",),
    "PyArrow::parquet": ("parquet/",),
    "simdjson::simdjson": ("simdjson.h", "simdjson/"),
    "OpenSSL::Crypto": ("openssl/",),
    "ICU::uc": ("unicode/",),
    "ICU::i18n": ("unicode/",),
    "${PCRE2_LIBRARY}": ("pcre2.h",),
    "ZLIB::ZLIB": ("zlib.h",),
    "${ZSTD_LIBRARY}": ("zstd.h",),
    "CLI11::CLI11": ("CLI/",),
    "xxhash": ("xxhash.h",),
}
# Header-only use, so no thalweg_room row links them: their homes are named here.
HEADER_ONLY = {"base": ("xxhash",), "data": ("xxhash",), "cli": ("CLI11::CLI11",)}
EVERYWHERE = ("fmt/", "immintrin.h")
# White-box programs: they may reach into a room's subfolders.
WHITE_BOX = ("tests/fuzz/", "bench/micro/")
TESTS_ONLY = ("gtest/", "gmock/", "benchmark/")
# The outside world is reached through these rooms only.
POSIX_ROOMS = {"base", "connectors", "runtime", "api", "cli", "server"}
POSIX = re.compile(r"^(sys/|netinet/|arpa/|linux/|(unistd|fcntl|dirent|signal|poll|pthread|termios"
                   r"|malloc|limits|spawn|dlfcn|netdb|sched|time|errno|stdlib|string)\.h$)")
# Step functions and plans know neither threads nor files.
PURE_ROOMS = {"data", "expr", "graph", "operators", "sql"}
IMPURE = {"thread", "condition_variable", "future", "fstream", "filesystem"}


def is_test(path):
    return path.endswith(("_test.cc", "_testing.h", "_testing.cc")) or path.startswith(("tests/", "bench/"))


def check(tree):
    for path, text in tree.texts(".h", ".cc"):
        for include in includes(text):
            if include.quoted:
                yield from check_quoted(tree, path, include.target)
            else:
                yield from check_angle(tree, path, include.target)
    yield from check_unused_vendors(tree)
    yield from check_table(tree)


def check_quoted(tree, path, target):
    parts, here = target.split("/"), room_of(path)
    there = parts[0]
    if there == "thalweg":
        return
    if there not in tree.rooms:
        if here or target.startswith("."):
            yield Problem("include", path, f'"{target}" is not written as "room/header.h"')
        return
    if f"src/{target}" not in tree.files:
        yield Problem("include", path, f'"{target}" does not exist')
    if here is None or here == there:
        if here is None and path.startswith("include/"):
            yield Problem("floor", path, f'the public headers include no room: "{target}"')
        elif here is None and len(parts) > 2 and not path.startswith(WHITE_BOX):
            yield Problem("front-door", path, f'"{target}" is private to {there}')
        return
    if here in tree.rooms and there not in tree.rooms[here].rooms:
        yield Problem("floor", path, f"{here} may not include {there}: \"{target}\"")
    if len(parts) > 2:
        yield Problem("front-door", path, f'"{target}" is private to {there}; '
                      f"other rooms include only headers at its root")


def check_angle(tree, path, target):
    here = room_of(path)
    if target == "regex":
        yield Problem("costly", path, "<regex> is slow to compile and to run")
    if target == "iostream" and path.endswith(".h"):
        yield Problem("costly", path, "<iostream> in a header")
    if target in IMPURE and here in PURE_ROOMS and not is_test(path):
        yield Problem("pure", path, f"<{target}> in {here}: threads and files are for other rooms")
    if "." not in target and "/" not in target:
        return
    if here is None or target.startswith(EVERYWHERE) or here not in tree.rooms:
        return
    if target.startswith(TESTS_ONLY):
        if not is_test(path):
            yield Problem("vendor", path, f"<{target}> outside a test")
        return
    home = tree.rooms[here].vendors + HEADER_ONLY.get(here, ())
    if any(target.startswith(VENDOR_HEADERS.get(vendor, ())) for vendor in home):
        return
    if POSIX.match(target):
        if here not in POSIX_ROOMS and not is_test(path):
            yield Problem("pure", path, f"<{target}>: the outside world is for other rooms")
        return
    if any(target.startswith(headers) for headers in VENDOR_HEADERS.values()):
        if not is_test(path):
            yield Problem("vendor", path, f"<{target}> is not at home in {here} "
                          f"(its thalweg_room row does not name the library)")
        return
    yield Problem("vendor", path, f"<{target}>: no library of tools/tidy/floor.py's VENDOR_HEADERS")


def check_unused_vendors(tree):
    """A library that a row names, and of which the room includes no header."""
    used = {}
    for path, text in tree.texts(".h", ".cc"):
        for include in includes(text):
            used.setdefault(room_of(path), set()).add(include.target)
    for room in tree.rooms.values():
        for vendor in room.vendors:
            headers = VENDOR_HEADERS.get(vendor)
            if headers is None:
                yield Problem("vendor", "CMakeLists.txt", f"{vendor} is no library of "
                              f"tools/tidy/floor.py's VENDOR_HEADERS")
            elif vendor != "Threads::Threads" and not any(
                    target.startswith(headers) for target in used.get(room.name, ())):
                yield Problem("vendor", "CMakeLists.txt", f"{room.name} does not use {vendor}")


def check_table(tree):
    """ARCHITECTURE.md repeats the rows for the reader; they must be the same."""
    text = tree.files.get("ARCHITECTURE.md")
    if not text:
        return
    for name, cell in re.findall(r"^\|\s*`?(\w+)`?\s*\|([^|]*)\|", text, re.MULTILINE):
        if name not in tree.rooms:
            continue
        listed = set(re.findall(r"\w+", re.sub(r"\([^)]*\)", "", cell))) & set(tree.rooms)
        wanted = set(tree.rooms[name].rooms)
        if "every room above" in cell or "all above" in cell:
            continue
        if listed != wanted:
            yield Problem("table", "ARCHITECTURE.md", f"row {name} says {sorted(listed)}, "
                          f"CMakeLists.txt says {sorted(wanted)}")
