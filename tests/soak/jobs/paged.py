"""State several times --memory: windows and groups of many keys, killed while they page."""
from jobs.job import Job

# 170 bytes a group, and its index. A tenth of the keys come twice.
KEYS = 300_000
ROWS = KEYS + KEYS // 10
TABLES = """\
SET 'pipeline.name' = 'paged';
SET 'execution.checkpointing.interval' = '300 ms';
SET 'execution.checkpointing.dir' = '{dir}/checkpoints';
SET 'table.local-time-zone' = 'UTC';
CREATE TABLE numbers (n BIGINT, ts AS TO_TIMESTAMP_LTZ(n, 3),
                      WATERMARK FOR ts AS ts - INTERVAL '1' SECOND)
  WITH ('connector' = 'datagen', 'rows-per-second' = '{rate}', 'scan.parallelism' = '2',
        'fields.n.kind' = 'sequence', 'fields.n.start' = '1', 'fields.n.end' = '{rows}');
CREATE VIEW rows_of_keys AS
  SELECT CASE WHEN n <= {keys} THEN n ELSE MOD(n * 7919, {keys}) END AS k, n, ts FROM numbers;
CREATE TABLE windows (k BIGINT, c BIGINT, s BIGINT, t STRING)
  WITH ('connector' = 'filesystem', 'path' = '{dir}/windows', 'format' = 'csv');
CREATE TABLE twice (k BIGINT, c BIGINT, s BIGINT, x BIGINT, t STRING)
  WITH ('connector' = 'print', 'print-identifier' = 'twice');
"""
INSERTS = """\
EXECUTE STATEMENT SET BEGIN
INSERT INTO windows
  SELECT k, COUNT(*), SUM(n), MAX(CAST(n AS STRING) || ' is a number')
  FROM TABLE(TUMBLE(TABLE rows_of_keys, DESCRIPTOR(ts), INTERVAL '1' DAY))
  GROUP BY k, window_start, window_end;
INSERT INTO twice
  SELECT k, COUNT(*), SUM(n), MAX(n), MIN(CAST(n AS STRING) || ' is a number')
  FROM rows_of_keys GROUP BY k HAVING COUNT(*) > 1;
END;
"""


class Paged(Job):
    NAME = "paged"
    TABLES = ("windows",)
    PRINTED = {"twice": 1}
    PASSES_BY = ("compact:",)
    LIFE_S = (0.3, 2.5)
    LIVES = (10, 10)

    def tables(self, undisturbed=False):
        return TABLES.format(dir=self.folder, rate=1_000_000_000 if undisturbed else KEYS // 5,
                             rows=ROWS, keys=KEYS)

    def inserts(self):
        return INSERTS

    def options(self):
        return ["--memory", "64mb", "-D", "io.tmp.dirs=/var/tmp"]
