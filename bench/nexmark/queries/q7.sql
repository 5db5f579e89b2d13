-- The inner maximum of the benchmark's query 7: the highest price of every ten seconds.
CREATE TABLE nexmark_q7 (
  price BIGINT,
  endtime TIMESTAMP(3)
) WITH (
  'connector' = 'blackhole'
);

INSERT INTO nexmark_q7
SELECT MAX(price),
       window_end
FROM TABLE(TUMBLE(TABLE bid, DESCRIPTOR(`dateTime`), INTERVAL '10' SECOND))
GROUP BY window_start, window_end;
