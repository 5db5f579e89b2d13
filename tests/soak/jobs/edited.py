"""A script that is edited between its lives, in ways that keep its state: comments, layout, the name of a
view, an INSERT that comes and goes, a further column of a sink, another filter behind a window. It has
a pipeline.name, or none."""
from jobs.watched import Watched

TABLES = """\
CREATE TABLE tumbled (k BIGINT, w TIMESTAMP(3), n BIGINT, total BIGINT{note})
  WITH ('connector' = 'filesystem', 'path' = '{dir}/tumbled', 'format' = 'json',
        'sink.rolling-policy.file-size' = '1 b');
CREATE TABLE users (w TIMESTAMP(3), n BIGINT, d BIGINT)
  WITH ('connector' = 'filesystem', 'path' = '{dir}/users', 'format' = 'parquet');
CREATE TABLE big (k BIGINT, w TIMESTAMP(3), total BIGINT)
  WITH ('connector' = 'filesystem', 'path' = '{dir}/big', 'format' = 'csv');
CREATE TABLE marks (id BIGINT)
  WITH ('connector' = 'filesystem', 'path' = '{dir}/marks', 'format' = 'csv',
        'sink.rolling-policy.file-size' = '1 b');
CREATE TABLE extra (id BIGINT, name STRING)
  WITH ('connector' = 'filesystem', 'path' = '{dir}/extra', 'format' = 'csv');
CREATE VIEW {view} AS SELECT id, k, v, ts{more} FROM events WHERE MOD(k, 2) = 0;
"""
INSERTS = """\
EXECUTE STATEMENT SET BEGIN
{extra}INSERT INTO tumbled (k, w, n, total)
  SELECT k, CAST(window_start AS TIMESTAMP(3)), COUNT(*), SUM(v)
  FROM TABLE(TUMBLE(TABLE {view}, DESCRIPTOR(ts), INTERVAL '20' SECOND))
  GROUP BY k, window_start, window_end;
INSERT INTO marks SELECT id FROM events WHERE MOD(id, 100) = 0;
INSERT INTO users
  SELECT CAST(window_end AS TIMESTAMP(3)), COUNT(*), COUNT(DISTINCT v)
  FROM TABLE(HOP(TABLE {view}, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '20' SECOND))
  GROUP BY window_start, window_end;
INSERT INTO big
  SELECT k, w, total FROM (
    SELECT k, CAST(window_start AS TIMESTAMP(3)) AS w, SUM(v) AS total
    FROM TABLE(TUMBLE(TABLE {view}, DESCRIPTOR(ts), INTERVAL '30' SECOND))
    GROUP BY k, window_start, window_end)
  WHERE total > {least};
END;
"""
EXTRA = "INSERT INTO extra SELECT id, name FROM events WHERE MOD(id, 10) = 0;\n"


class Edited(Watched):
    NAME = "edited"
    TABLES = ("tumbled", "users", "big", "marks", "extra")
    INCOMPLETE = ("big", "extra")  # only a part of the lives let a row through
    PASSES_BY = ("compact:",)

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.named = self.draw.random() < 0.5
        self.edit(first=True)

    def edit(self, first=False):
        draw = self.draw if not first else None
        some = lambda otherwise, *texts: otherwise if first else draw.choice((otherwise, *texts))
        self.edits = {
            "view": some("even", "even_keys", "v"),
            "more": some("", ", name"),
            "note": some("", ", note STRING"),
            "extra": some(EXTRA, ""),
            "least": some("0", "1000", "2500"),
        }
        self.layout = some("", "-- what the job does\n", "/* a longer\n   comment */\n\n")

    def tables(self, undisturbed=False):
        name = "SET 'pipeline.name' = 'edited';\n" if self.named else ""
        return self.layout + name + self.sources(undisturbed, TABLES)

    def blanks(self):
        return self.edits

    def inserts(self):
        text = INSERTS.format(**self.edits)
        return text.replace("\n  ", "\n\t") if self.layout else text

    def before_start(self):
        self.edit()
        return super().before_start()

    def compare(self, found):
        extra, missing = super().compare(found)
        return extra, "; ".join(what for what in missing.split("; ")
                                if not what.startswith(self.INCOMPLETE))

    def found(self):
        edits, self.edits = self.edits, {**self.edits, "note": ""}
        try:
            return super().found()
        finally:
            self.edits = edits

    def has_read_all(self):
        return self.found()["marks"] == self.expected["marks"]
