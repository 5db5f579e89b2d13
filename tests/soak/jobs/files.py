"""Two watched folders, CSV and JSON, in part compressed -> rolling CSV and JSON, Parquet partitioned by
time and CSV by a value, committed with success files; a window over windows. A partition that has one by its time must be
complete."""
import collections
import urllib.parse

from jobs.job import RUN_LIMIT_S
from jobs.watched import Watched

TABLES = """\
SET 'pipeline.name' = 'files';
CREATE TABLE orders (
  id BIGINT, item STRING, price DECIMAL(10, 2),
  ts AS TO_TIMESTAMP_LTZ(id * 10, 3), WATERMARK FOR ts AS ts - INTERVAL '24' SECOND
) WITH ('connector' = 'filesystem', 'path' = '{input}/orders', 'format' = 'json'{monitor});
CREATE TABLE plain (id BIGINT, k BIGINT, v BIGINT, name STRING)
  WITH ('connector' = 'filesystem', 'path' = '{dir}/plain', 'format' = 'csv',
        'sink.rolling-policy.rollover-interval' = '300 ms',
        'sink.rolling-policy.check-interval' = '50 ms');
CREATE TABLE minutes (id BIGINT, name STRING, t STRING) PARTITIONED BY (t)
  WITH ('connector' = 'filesystem', 'path' = '{dir}/minutes', 'format' = 'parquet',
        'sink.partition-commit.trigger' = 'partition-time', 'sink.partition-commit.delay' = '1 min',
        'partition.time-extractor.timestamp-pattern' = '$t:00',
        'sink.partition-commit.policy.kind' = 'success-file');
CREATE TABLE tumbled (k BIGINT, w TIMESTAMP(3), n BIGINT, total BIGINT)
  WITH ('connector' = 'filesystem', 'path' = '{dir}/tumbled', 'format' = 'json',
        'sink.rolling-policy.inactivity-interval' = '200 ms',
        'sink.rolling-policy.check-interval' = '50 ms');
CREATE TABLE halves (w TIMESTAMP(3), keys BIGINT, n BIGINT)
  WITH ('connector' = 'filesystem', 'path' = '{dir}/halves', 'format' = 'csv',
        'sink.rolling-policy.file-size' = '1 b');
CREATE TABLE items (id BIGINT, price DECIMAL(10, 2), item STRING) PARTITIONED BY (item)
  WITH ('connector' = 'filesystem', 'path' = '{dir}/items', 'format' = 'csv',
        'sink.rolling-policy.rollover-interval' = '500 ms',
        'sink.rolling-policy.check-interval' = '50 ms',
        'sink.partition-commit.trigger' = 'process-time', 'sink.partition-commit.delay' = '0 s',
        'sink.partition-commit.policy.kind' = 'success-file');
CREATE TABLE cumulated (item STRING, w TIMESTAMP(3), n BIGINT, total DECIMAL(38, 2), prices BIGINT)
  WITH ('connector' = 'filesystem', 'path' = '{dir}/cumulated', 'format' = 'parquet',
        'sink.rolling-policy.file-size' = '1 b');
"""
INSERTS = """\
EXECUTE STATEMENT SET BEGIN
INSERT INTO plain SELECT id, k, v, name FROM events WHERE MOD(id, 3) = 0;
INSERT INTO minutes SELECT id, name, DATE_FORMAT(ts, 'yyyy-MM-dd HH:mm') FROM events;
INSERT INTO tumbled
  SELECT k, CAST(window_start AS TIMESTAMP(3)), COUNT(*), SUM(v)
  FROM TABLE(TUMBLE(TABLE events, DESCRIPTOR(ts), INTERVAL '20' SECOND))
  GROUP BY k, window_start, window_end;
INSERT INTO halves
  SELECT CAST(window_start AS TIMESTAMP(3)), COUNT(*), SUM(n) FROM TABLE(TUMBLE(TABLE (
    SELECT k, window_time AS t, COUNT(*) AS n
    FROM TABLE(TUMBLE(TABLE events, DESCRIPTOR(ts), INTERVAL '5' SECOND))
    GROUP BY k, window_start, window_end, window_time), DESCRIPTOR(t), INTERVAL '30' SECOND))
  GROUP BY window_start, window_end;
INSERT INTO items SELECT id, price, item FROM orders;
INSERT INTO cumulated
  SELECT item, CAST(window_end AS TIMESTAMP(3)), COUNT(*), SUM(price), COUNT(DISTINCT price)
  FROM TABLE(CUMULATE(TABLE orders, DESCRIPTOR(ts), INTERVAL '10' SECOND, INTERVAL '60' SECOND))
  GROUP BY item, window_start, window_end;
END;
"""


class Files(Watched):
    NAME = "files"
    INPUTS = ("events", "orders")
    TABLES = ("plain", "minutes", "tumbled", "halves", "items", "cumulated")
    PASSES_BY = ("compact:",)

    def tables(self, undisturbed=False):
        return self.sources(undisturbed, TABLES)

    def inserts(self):
        return INSERTS

    def has_read_all(self):
        found = self.found()
        return all(found[table] == self.expected[table] for table in ("plain", "items"))

    def end(self, process):
        if not self.monitor:
            process.must_end(RUN_LIMIT_S)
            return True
        if self.draw.random() < 0.5:
            return super().end(process)
        # The next start reads the rest, and does not watch any longer.
        self.feeder.flush()
        process.stop()
        self.monitor = ""
        return False

    def check(self):
        found = self.found()
        extra, missing = self.compare(found)
        for table, complete in (("minutes", False), ("items", True)):
            for part in sorted((self.folder / table).glob("*=*")):
                committed = (part / "_SUCCESS").exists()
                value = urllib.parse.unquote(part.name.split("=", 1)[1])
                if table == "minutes" and committed and self.of(found, value) != self.of(
                        self.expected, value):
                    extra += f"; {part} has a success file and is not complete"
                if not committed and not missing:
                    missing = f"{part} has no success file"
        return extra, missing

    @staticmethod
    def of(found, minute):
        return collections.Counter({row: n for row, n in found["minutes"].items()
                                    if row.endswith("," + minute)})
