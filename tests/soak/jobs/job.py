"""Job: a script in a folder of its own, and what it must have written in the end."""
import collections
import subprocess

from jobs.changelog import fold

RUN_LIMIT_S = 300.0


class Failure(Exception):
    """The job did what it must not do."""


class Job:
    """One round of a job. Subclasses say what it is; `draw` decides what is left to chance.

    `expected` is what an undisturbed run writes: rows by table, as multisets of CSV lines.
    """
    NAME = ""
    TABLES = ()  # of files: every row exactly once, whenever somebody looks
    PRINTED = {}  # print-identifier: the number of key columns; at least once, so only the last counts
    # How a life may end (rounds.py), and how often.
    FATES = {"kill": 35, "early": 10, "failpoint": 33, "term": 10, "zombie": 8, "twins": 4}
    LIVES = (40, 40)  # until the job is left alone
    ENDLESS = False  # it has not ended before end() says so
    LIFE_S = (0.05, 1.2)
    PASSES_BY = ()  # prefixes of the failpoints that it never comes to

    def __init__(self, program, folder, draw, expected):
        self.program = program
        self.folder = folder
        self.draw = draw
        self.expected = expected
        self.printed = []  # what the lives have printed, in their order
        folder.mkdir(parents=True, exist_ok=True)

    # What subclasses say.
    def tables(self, undisturbed=False):
        """SET and CREATE TABLE statements."""
        raise NotImplementedError

    def inserts(self):
        raise NotImplementedError

    def undisturbed_options(self):
        return ["-p", "1", "-D", "execution.runtime-mode=batch"]

    def options(self):
        """Of every start."""
        return []

    def before_start(self):
        """Writes the script of the next life; returns further options of this start alone."""
        self.write("job.sql", self.tables() + self.inserts())
        return []

    def end(self, process):
        """Leaves `process` alone until the job has ended; False if it needs another life."""
        process.must_end(RUN_LIMIT_S)
        return True

    def close(self):
        """Whatever happened: the round is over."""

    # What they have in common.
    def write(self, name, text):
        path = self.folder / name
        path.write_text(text)
        return path

    def command(self, *arguments):
        """Runs thalweg to its end; its standard output."""
        done = subprocess.run([self.program, *map(str, arguments)], timeout=RUN_LIMIT_S,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Failure(f"{' '.join(map(str, arguments))}: exit code {done.returncode}:\n"
                          + done.stderr[-2000:])
        return done.stdout

    def undisturbed(self):
        script = self.write("undisturbed.sql", self.tables(undisturbed=True) + self.inserts())
        self.printed.append(self.write("printed-0.txt",
                                       self.command("run", script, *self.options(), *self.undisturbed_options())))
        found = self.found()
        sizes = ", ".join(f"{rows.total()} {table}" for table, rows in found.items())
        if not all(found.values()):
            raise Failure(f"{self.NAME}: the undisturbed run wrote nothing: {sizes}")
        print(f"{self.NAME}, undisturbed: {sizes}", flush=True)
        return found

    def found(self):
        """What a reader sees now."""
        found = {table: collections.Counter() for table in self.TABLES}
        there = [table for table in self.TABLES if (self.folder / table).is_dir()]
        if there:
            script = self.write("read.sql", self.tables() + "".join(
                f"SELECT '{table}' AS rows_of;\nSELECT * FROM {table};\n" for table in there))
            text = self.command("run", script, "-o", "csv", "-p", "1")
            lines = iter([line for line in text.splitlines() if line])
            rows = None
            for line in lines:
                if line == "rows_of":
                    rows = found[next(lines)]
                    next(lines)  # the columns
                else:
                    rows[line] += 1
        found.update(fold(self.printed, self.PRINTED))
        return found

    def check(self):
        """What is published and must not be, and what is not yet; empty if there is nothing."""
        return self.compare(self.found())

    def compare(self, found):
        extra, missing = [], []
        for table, rows in self.expected.items():
            more, less = found[table] - rows, rows - found[table]
            if more:
                # What is printed changes until the end.
                (missing if table in self.PRINTED else extra).append(
                    f"{table}: {more.total()} rows too many, such as {list(more)[:3]}")
            if less:
                missing.append(f"{table}: {less.total()} rows missing, such as {list(less)[:3]}")
        return "; ".join(extra), "; ".join(missing)

    def fate(self, name, process, counts):
        """Ends `process` in a way of this job's own; True if the job is over."""
        raise NotImplementedError(name)
