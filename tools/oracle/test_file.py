"""Reads and writes `.test` files (the format is described in tests/README.md)."""
import os
import re
import shlex

SEPARATOR = "----"


class Case:
    """One `case` block: SQL statements and what they must give."""

    def __init__(self, header, setup, sql, results):
        self.header, self.setup, self.sql, self.results = header, setup, sql, results
        words = shlex.split(header)
        self.name, self.flags = words[1], dict((w.split("=", 1) + [""])[:2] for w in words[2:])

    def blessed(self):
        return self.results is not None

    def error_substring(self):
        for line in self.results or []:
            m = re.match(r'error \d+ (".*")$', line)
            if m:
                return m[1]
        return None

    def lines(self):
        out = [self.header] + self.sql
        if self.results is not None:
            out += [SEPARATOR] + self.results
        return out + ["end"]


class Exprs:
    """One `exprs` block: one expression a line, evaluated together over one FROM clause."""

    def __init__(self, header, setup, body):
        self.header, self.setup, self.body = header, setup, body
        head, _, self.source = header.partition(" from ")
        self.flags = head.split()[1:]

    @staticmethod
    def parse_line(line):
        """(expression, kind, rest); kind is None when not yet blessed, "error" or a type."""
        parts = line.split(" => ", 2)
        return (parts + [None, None])[:3]

    @staticmethod
    def is_expression(line):
        return line.strip() != "" and not line.startswith("#")

    def lines(self):
        return [self.header] + self.body + ["end"]


class TestFile:
    """A whole file: `parts` holds verbatim lines, Case and Exprs in order."""

    def __init__(self, path):
        self.path, self.parts, self.files = path, [], {}
        lines = open(path, encoding="utf-8", newline="\n").read().split("\n")
        if lines and lines[-1] == "":
            lines.pop()
        setup, i, names = "", 0, set()
        while i < len(lines):
            line = lines[i]
            word = line.split(" ", 1)[0]
            if word not in ("file", "setup", "case", "exprs"):
                if line.strip() and not line.startswith("#") and word != "flink":
                    raise ValueError(f"{path}:{i + 1}: what is this? {line!r}")
                if word != "flink":
                    self.parts.append(line)
                i += 1
                continue
            try:
                end = lines.index("end", i)
            except ValueError:
                raise ValueError(f"{path}:{i + 1}: no end") from None
            body = lines[i + 1:end]
            if word == "file":
                self.files[line.split()[1]] = "".join(x + "\n" for x in body)
                self.parts += lines[i:end + 1]
            elif word == "setup":
                setup = "\n".join(body)
                self.parts += lines[i:end + 1]
            elif word == "case":
                sql, results = body, None
                if SEPARATOR in body:
                    at = body.index(SEPARATOR)
                    sql, results = body[:at], body[at + 1:]
                case = Case(line, setup, sql, results)
                if case.name in names:
                    raise ValueError(f"{path}:{i + 1}: second case {case.name}")
                names.add(case.name)
                self.parts.append(case)
            else:
                self.parts.append(Exprs(line, setup, body))
            i = end + 1

    def write(self, version):
        out, placed = [], False
        for part in self.parts:
            if isinstance(part, str):
                if not placed and not part.startswith("#"):
                    out.append("flink " + version)
                    placed = True
                out.append(part)
            else:
                out += part.lines()
        text = "\n".join(out).rstrip("\n") + "\n"
        if text == open(self.path, encoding="utf-8", newline="\n").read():
            return False
        with open(self.path + ".tmp", "w", encoding="utf-8", newline="\n") as f:
            f.write(text)
        os.replace(self.path + ".tmp", self.path)
        return True


def find(paths):
    """All .test files below the given files and folders."""
    for p in paths:
        if os.path.isfile(p):
            yield p
        for folder, dirs, names in os.walk(p):
            dirs.sort()
            for n in sorted(names):
                if n.endswith(".test"):
                    yield os.path.join(folder, n)


def statements(sql):
    """Splits as FlinkOracle.split does; used only to count statements."""
    out, cur, i = [], "", 0
    while i < len(sql):
        c = sql[i]
        if c in "'`\"":
            j = sql.find(c, i + 1)
            j = len(sql) if j < 0 else j + 1
            cur += sql[i:j]
            i = j
            continue
        if sql.startswith("--", i):
            j = sql.find("\n", i)
            i = len(sql) if j < 0 else j
            continue
        if sql.startswith("/*", i) and not sql.startswith("/*+", i):
            j = sql.find("*/", i + 2)
            i = len(sql) if j < 0 else j + 2
            continue
        if c == ";":
            s = cur.strip()
            if re.match(r"(?is)EXECUTE\s+STATEMENT\s+SET", s) and not re.search(r"(?i)\bEND$", s):
                cur += ";"
            else:
                if s:
                    out.append(s)
                cur = ""
        else:
            cur += c
        i += 1
    if cur.strip():
        out.append(cur.strip())
    return out
