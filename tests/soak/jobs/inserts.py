"""Five INSERTs of one statement set from a rate-limited generator: rows as they are, tumbling
windows, sessions, cumulating windows with COUNT(DISTINCT) -> CSV, JSON and Parquet files, two tables
compacted, one partitioned and with success files; a checkpoint every 200 ms."""
from jobs.job import Job

TABLES = """\
SET 'pipeline.name' = 'soak';
SET 'execution.checkpointing.interval' = '{interval}';
SET 'execution.checkpointing.dir' = '{dir}/checkpoints';
SET 'table.local-time-zone' = 'UTC';
CREATE TABLE events (
  id BIGINT,
  k AS MOD(id * 7919, 97),
  v AS MOD(id * 31, 1009),
  ts AS TO_TIMESTAMP_LTZ(id * 10 - MOD(id * 37, 50) * 10, 3),
  WATERMARK FOR ts AS ts - INTERVAL '1' SECOND
) WITH ('connector' = 'datagen', 'rows-per-second' = '{rate}', 'scan.parallelism' = '3',
        'fields.id.kind' = 'sequence', 'fields.id.start' = '1', 'fields.id.end' = '{rows}');
CREATE TABLE plain (id BIGINT, k BIGINT, v BIGINT)
  WITH ('connector' = 'filesystem', 'path' = '{dir}/plain', 'format' = 'csv');
CREATE TABLE tumbled (k BIGINT, w TIMESTAMP(3), n BIGINT, total BIGINT, lowest BIGINT)
  WITH ('connector' = 'filesystem', 'path' = '{dir}/tumbled', 'format' = 'json');
CREATE TABLE sessions (k BIGINT, s TIMESTAMP(3), e TIMESTAMP(3), n BIGINT)
  WITH ('connector' = 'filesystem', 'path' = '{dir}/sessions', 'format' = 'parquet');
CREATE TABLE merged (id BIGINT, v BIGINT)
  WITH ('connector' = 'filesystem', 'path' = '{dir}/merged', 'format' = 'parquet',
        'auto-compaction' = 'true');
CREATE TABLE cumulated (w TIMESTAMP(3), n BIGINT, users BIGINT, part BIGINT) PARTITIONED BY (part)
  WITH ('connector' = 'filesystem', 'path' = '{dir}/cumulated', 'format' = 'csv',
        'auto-compaction' = 'true', 'compaction.file-size' = '2 kb',
        'sink.partition-commit.trigger' = 'process-time', 'sink.partition-commit.delay' = '0 s',
        'sink.partition-commit.policy.kind' = 'success-file');
"""
INSERTS = """\
EXECUTE STATEMENT SET BEGIN
INSERT INTO plain SELECT id, k, v FROM events WHERE MOD(id, 3) = 0;
INSERT INTO merged SELECT id, v FROM events WHERE MOD(id, 5) = 0;
INSERT INTO tumbled
  SELECT k, CAST(window_start AS TIMESTAMP(3)), COUNT(*), SUM(v), MIN(v)
  FROM TABLE(TUMBLE(TABLE events, DESCRIPTOR(ts), INTERVAL '20' SECOND))
  GROUP BY k, window_start, window_end;
INSERT INTO sessions
  SELECT m, CAST(window_start AS TIMESTAMP(3)), CAST(window_end AS TIMESTAMP(3)), COUNT(*)
  FROM TABLE(SESSION(TABLE (SELECT ts, MOD(id * id, 1999) AS m FROM events) PARTITION BY m,
                     DESCRIPTOR(ts), INTERVAL '8' SECOND))
  GROUP BY m, window_start, window_end;
INSERT INTO cumulated
  SELECT CAST(window_end AS TIMESTAMP(3)), COUNT(*), COUNT(DISTINCT v), part
  FROM TABLE(CUMULATE(TABLE (SELECT ts, v, MOD(k, 4) AS part FROM events), DESCRIPTOR(ts),
                      INTERVAL '5' SECOND, INTERVAL '30' SECOND))
  GROUP BY part, window_start, window_end;
END;
"""


class Inserts(Job):
    NAME = "inserts"
    TABLES = ("plain", "merged", "tumbled", "sessions", "cumulated")
    ROWS = 100_000
    RATES = (15_000, 30_000, 60_000)
    INTERVAL = "200 ms"

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.rate = self.draw.choice(self.RATES)

    def tables(self, undisturbed=False):
        rate, interval = (100_000_000, "0 s") if undisturbed else (self.rate, self.INTERVAL)
        return TABLES.format(dir=self.folder, rate=rate, rows=self.ROWS, interval=interval)

    def inserts(self):
        return INSERTS

    def undisturbed_options(self):
        return ["-p", "1"]

    def check(self):
        extra, missing = super().check()
        if not missing:
            for part in (self.folder / "cumulated").iterdir():
                if part.is_dir() and not (part / "_SUCCESS").exists():
                    missing = f"{part} has no success file"
        return extra, missing
