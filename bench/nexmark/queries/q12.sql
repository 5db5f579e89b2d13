-- Each bidder's bids per ten seconds of processing time.
CREATE VIEW arriving AS SELECT *, PROCTIME() AS arrival FROM bid;

CREATE TABLE nexmark_q12 (
  bidder BIGINT,
  bid_count BIGINT,
  starttime TIMESTAMP(3),
  endtime TIMESTAMP(3)
) WITH (
  'connector' = 'blackhole'
);

INSERT INTO nexmark_q12
SELECT bidder,
       COUNT(*),
       window_start,
       window_end
FROM TABLE(TUMBLE(TABLE arriving, DESCRIPTOR(arrival), INTERVAL '10' SECOND))
GROUP BY bidder, window_start, window_end;
