-- How late did flights leave New York's airports, hour by hour?
-- The file lists each day's flights in the order in which they really left, cancelled ones last,
-- so a row can be most of a day behind its neighbours: the watermark waits one day for it.
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

-- The whole year, as files.
CREATE TEMPORARY TABLE hourly_delays (
  origin STRING, window_start TIMESTAMP(3), flights BIGINT, cancelled BIGINT, avg_delay DOUBLE,
  max_delay INT
) WITH (
  'connector' = 'filesystem',
  'path' = '.cache/flights/out/hourly_delays',
  'format' = 'csv'
);

INSERT INTO hourly_delays
SELECT origin, window_start,
       COUNT(*),
       COUNT(*) - COUNT(dep_delay),
       AVG(CAST(dep_delay AS DOUBLE)),
       MAX(dep_delay)
FROM TABLE(TUMBLE(TABLE flights, DESCRIPTOR(scheduled), INTERVAL '1' HOUR))
GROUP BY origin, window_start, window_end;

-- And on the screen the worst day, 8 March 2013, a snow storm: by scheduled hour, how many minutes
-- late a flight left on average from each airport.
CREATE TEMPORARY VIEW storm AS
SELECT *, CAST(dep_delay AS DECIMAL(6, 1)) AS delay FROM flights WHERE `month` = 3 AND `day` = 8;

SELECT DATE_FORMAT(window_start, 'HH:mm') AS scheduled,
       COUNT(*) AS flights,
       COUNT(*) - COUNT(delay) AS cancelled,
       CAST(AVG(delay) FILTER (WHERE origin = 'EWR') AS DECIMAL(6, 1)) AS newark,
       CAST(AVG(delay) FILTER (WHERE origin = 'JFK') AS DECIMAL(6, 1)) AS kennedy,
       CAST(AVG(delay) FILTER (WHERE origin = 'LGA') AS DECIMAL(6, 1)) AS la_guardia,
       MAX(dep_delay) AS worst
FROM TABLE(TUMBLE(TABLE storm, DESCRIPTOR(scheduled), INTERVAL '1' HOUR))
GROUP BY window_start, window_end;
