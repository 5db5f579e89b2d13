-- Each carrier's day so far: every six hours, the flights and delays since midnight (New York time).
SET 'table.local-time-zone' = 'America/New_York';

CREATE TEMPORARY TABLE flights (
  `year` INT, `month` INT, `day` INT,
  dep_time INT, sched_dep_time INT, dep_delay INT,
  arr_time INT, sched_arr_time INT, arr_delay INT,
  carrier STRING, flight INT, tailnum STRING, origin STRING, dest STRING,
  air_time INT, distance INT, `hour` INT, `minute` INT, time_hour STRING,
  scheduled AS TO_TIMESTAMP_LTZ(time_hour, 'yyyy-MM-dd''T''HH:mm:ss''Z''', 'UTC'),
  WATERMARK FOR scheduled AS scheduled - INTERVAL '1' DAY
) WITH (
  'connector' = 'filesystem',
  'path' = '.cache/flights/flights.csv',
  'format' = 'csv',
  'csv.null-literal' = 'NA'
);

CREATE TEMPORARY TABLE carrier_days (
  carrier STRING, window_start TIMESTAMP(3), window_end TIMESTAMP(3), flights BIGINT,
  late BIGINT, total_delay BIGINT, worst INT
) WITH (
  'connector' = 'filesystem',
  'path' = '.cache/flights/out/carrier_days',
  'format' = 'csv'
);

INSERT INTO carrier_days
SELECT carrier, window_start, window_end,
       COUNT(*),
       COUNT(*) FILTER (WHERE dep_delay > 15),
       SUM(CAST(dep_delay AS BIGINT)) FILTER (WHERE dep_delay > 0),
       MAX(dep_delay)
FROM TABLE(CUMULATE(TABLE flights, DESCRIPTOR(scheduled), INTERVAL '6' HOUR, INTERVAL '1' DAY))
GROUP BY carrier, window_start, window_end;
