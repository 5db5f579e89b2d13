"""GROUP BY without windows, with updates, to `print`: COUNT(DISTINCT), MIN, MAX, LISTAGG, in one phase
and in two, and an aggregation over an aggregation. What is printed must be right in the end; so must
be the state that a last savepoint holds, read as tables."""
import collections

from jobs.job import RUN_LIMIT_S, Failure
from jobs.watched import Watched

TABLES = """\
SET 'pipeline.name' = 'grouped';
CREATE TABLE keys (k BIGINT, n BIGINT, d BIGINT, lo BIGINT, hi STRING, total BIGINT, l STRING)
  WITH ('connector' = 'print', 'print-identifier' = 'keys');
CREATE TABLE hot (m BIGINT, n BIGINT, d BIGINT, lo BIGINT, hi STRING, total BIGINT)
  WITH ('connector' = 'print', 'print-identifier' = 'hot');
CREATE TABLE levels (d BIGINT, n BIGINT, total BIGINT)
  WITH ('connector' = 'print', 'print-identifier' = 'levels');
CREATE VIEW per_key AS
  SELECT k, COUNT(*) AS n, COUNT(DISTINCT v) AS d, MIN(v) AS lo, MAX(name) AS hi, SUM(v) AS total,
         LISTAGG(DISTINCT CAST(MOD(id, 4) AS STRING), '|') AS l
  FROM events GROUP BY k;
"""
INSERTS = """\
EXECUTE STATEMENT SET BEGIN
INSERT INTO keys SELECT * FROM per_key;
INSERT INTO hot
  SELECT m, COUNT(*), COUNT(DISTINCT v), MIN(v), MAX(name), SUM(v)
  FROM (SELECT MOD(id, 7) AS m, v, name FROM events) GROUP BY m;
INSERT INTO levels SELECT d, COUNT(*), SUM(n) FROM per_key GROUP BY d;
END;
"""
# The third aggregation is that of `keys` once more, without what `levels` does not need.
STATE = {"keys": "SELECT * FROM group_aggregate_1",
         "levels": "SELECT d, `COUNT(*)`, `SUM(n)` FROM group_aggregate_4",
         "hot": "SELECT * FROM group_aggregate_2"}


class Grouped(Watched):
    NAME = "grouped"
    # A level may come, be printed and go between two checkpoints; if the process is killed before
    # it goes, the next one may take all of that in one step: nothing changed, nothing to print. So
    # only the state of `levels` is what it must be.
    PRINTED = {"keys": 1, "hot": 1, "levels": 1}
    PASSES_BY = ("sink:", "publish:", "take-over:", "compact:")

    def tables(self, undisturbed=False):
        return self.sources(undisturbed, TABLES)

    def inserts(self):
        return INSERTS

    def printed_all(self):
        found = self.found()
        return all(found[table] == self.expected[table] for table in ("keys", "hot"))

    has_read_all = printed_all

    def check(self):
        return "", "" if self.printed_all() else self.compare(self.found())[1]

    def end(self, process):
        self.wait_until_all_is_read(process)
        folder = self.folder / "savepoint"
        self.command("savepoint", self.job_folder(), "--stop", "--to", folder)
        process.must_end(RUN_LIMIT_S)
        ddl = self.command("state", "show", folder, "--ddl")
        for table, query in STATE.items():
            script = self.write("state.sql", ddl + query + ";\n")
            lines = self.command("run", script, "-o", "csv").splitlines()[1:]
            rows = collections.Counter(
                ",".join("|".join(sorted(cell.split("|"))) for cell in line.split(","))
                for line in lines)
            if rows != self.expected[table]:
                raise Failure(f"the state of {table}: {list(rows - self.expected[table])[:3]} instead "
                              f"of {list(self.expected[table] - rows)[:3]}")
        return True
