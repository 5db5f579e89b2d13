-- CSV to Parquet: typed columns, one folder a month, no row left out.
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

CREATE TEMPORARY TABLE departures (
  scheduled TIMESTAMP(3), carrier STRING, flight INT, tailnum STRING, origin STRING, dest STRING,
  dep_delay INT, arr_delay INT, distance INT, `month` INT
) PARTITIONED BY (`month`) WITH (
  'connector' = 'filesystem',
  'path' = '.cache/flights/out/departures',
  'format' = 'parquet'
);

INSERT INTO departures
SELECT CAST(scheduled AS TIMESTAMP(3)), carrier, flight, tailnum, origin, dest, dep_delay,
       arr_delay, distance, `month`
FROM flights;

-- Read back: only the columns below leave the files.
SELECT origin, COUNT(*) AS flights, MAX(distance) AS longest
FROM departures GROUP BY origin;
