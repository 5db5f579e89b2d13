"""Lives that end with a savepoint: `thalweg savepoint --stop`, SIGTERM with --savepoint-on-stop, or
one on the way and then a kill. The next life starts from it by --restore, or goes on by itself. One is
moved to another folder with the output there was, and what it becomes there must be right, too."""
import shutil

from jobs.job import RUN_LIMIT_S, Failure
from jobs.watched import Watched

TABLES = """\
SET 'pipeline.name' = 'savepoints';
CREATE TABLE plain (id BIGINT, name STRING)
  WITH ('connector' = 'filesystem', 'path' = '{dir}/plain', 'format' = 'csv'{roll});
CREATE TABLE tumbled (k BIGINT, w TIMESTAMP(3), n BIGINT, d BIGINT)
  WITH ('connector' = 'filesystem', 'path' = '{dir}/tumbled', 'format' = 'csv'{roll});
CREATE TABLE sessions (k BIGINT, s TIMESTAMP(3), e TIMESTAMP(3), n BIGINT)
  WITH ('connector' = 'filesystem', 'path' = '{dir}/sessions', 'format' = 'parquet'{roll});
CREATE TABLE marks (id BIGINT)
  WITH ('connector' = 'filesystem', 'path' = '{dir}/marks', 'format' = 'csv',
        'sink.rolling-policy.file-size' = '1 b');
"""
INSERTS = """\
EXECUTE STATEMENT SET BEGIN
INSERT INTO plain SELECT id, name FROM events WHERE MOD(id, 3) = 0;
INSERT INTO marks SELECT id FROM events WHERE MOD(id, 100) = 0;
INSERT INTO tumbled
  SELECT k, CAST(window_start AS TIMESTAMP(3)), COUNT(*), COUNT(DISTINCT v)
  FROM TABLE(TUMBLE(TABLE events, DESCRIPTOR(ts), INTERVAL '20' SECOND))
  GROUP BY k, window_start, window_end;
INSERT INTO sessions
  SELECT m, CAST(window_start AS TIMESTAMP(3)), CAST(window_end AS TIMESTAMP(3)), COUNT(*)
  FROM TABLE(SESSION(TABLE (SELECT ts, MOD(id * id, 499) AS m FROM events) PARTITION BY m,
                     DESCRIPTOR(ts), INTERVAL '8' SECOND))
  GROUP BY m, window_start, window_end;
END;
"""


class Savepoints(Watched):
    NAME = "savepoints"
    TABLES = ("plain", "tumbled", "sessions", "marks")
    FATES = {"stop": 30, "term_with_savepoint": 20, "savepoint_and_kill": 15, "kill": 15, "early": 8,
             "failpoint": 8, "zombie": 4}
    LIFE_S = (0.2, 0.9)
    PASSES_BY = ("compact:",)

    def __init__(self, *arguments):
        super().__init__(*arguments)
        # With the default a file is in progress through all lives.
        self.roll = self.draw.choice(("", ", 'sink.rolling-policy.file-size' = '1 b'"))
        self.count = 0
        self.from_savepoint = None
        self.moved = None
        self.next_savepoint = None  # where the running life puts it

    def tables(self, undisturbed=False):
        return self.sources(undisturbed, TABLES)

    def blanks(self):
        return {"roll": self.roll}

    def inserts(self):
        return INSERTS

    def undisturbed_options(self):
        return ["-p", "1"]  # in batch mode there are no sessions

    def has_read_all(self):
        return self.found()["marks"] == self.expected["marks"]

    def before_start(self):
        super().before_start()
        self.count += 1
        path, self.from_savepoint = self.from_savepoint, None
        self.next_savepoint = self.folder / f"savepoint-{self.count}"
        stopping = ["--savepoint-on-stop", str(self.next_savepoint)]
        return stopping + (["--restore", str(path)] if path else [])

    def fate(self, name, process, counts):
        if process.ends_well_within(self.draw.uniform(*self.LIFE_S)):
            return True
        counts["savepoints"] += 1
        path = self.next_savepoint
        if name == "term_with_savepoint":
            process.stop()
        else:
            process.wait_until_it_works()
            self.command("savepoint", self.job_folder(), "--to", path,
                         *(["--stop"] if name == "stop" else []))
            if name == "savepoint_and_kill":
                process.kill()
                counts["kills"] += 1
                return False
            process.must_end(RUN_LIMIT_S)
        if path.exists():  # SIGTERM may have come before there was anything to save
            if self.moved is None:
                self.move(path)
            if self.draw.random() < 0.5:
                self.from_savepoint = path
        return False

    def move(self, savepoint):
        """A copy of the job as it stands, for check_moved()."""
        self.moved = self.folder / "moved"
        for table in self.TABLES:
            if (self.folder / table).is_dir():
                shutil.copytree(self.folder / table, self.moved / table)
        shutil.copytree(savepoint, self.moved / "savepoint")

    def check_moved(self):
        copy = Savepoints(self.program, self.moved, self.draw, self.expected)
        copy.monitor, copy.input, copy.roll = "", self.input, self.roll
        script = copy.write("job.sql", copy.tables() + copy.inserts())
        copy.command("run", script, "--restore", self.moved / "savepoint")
        extra, missing = copy.check()
        if extra or missing:
            raise Failure(f"the moved savepoint {self.moved}: {extra or missing}")

    def end(self, process):
        if not super().end(process):
            return False
        if self.moved is not None:
            self.check_moved()
        return True
