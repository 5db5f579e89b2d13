-- A live alert: watches a folder and prints every departure that is more than five hours late as
-- soon as its file appears. It runs until Ctrl-C. Give it something to do from another terminal:
--   cp .cache/flights/flights.csv .cache/flights/live/
CREATE TEMPORARY TABLE departures (
  `year` INT, `month` INT, `day` INT,
  dep_time INT, sched_dep_time INT, dep_delay INT,
  arr_time INT, sched_arr_time INT, arr_delay INT,
  carrier STRING, flight INT, tailnum STRING, origin STRING, dest STRING,
  air_time INT, distance INT, `hour` INT, `minute` INT, time_hour STRING
) WITH (
  'connector' = 'filesystem',
  'path' = '.cache/flights/live',
  'source.monitor-interval' = '1 s',
  'format' = 'csv',
  'csv.null-literal' = 'NA'
);

CREATE TEMPORARY TABLE alerts (message STRING) WITH ('connector' = 'print');

INSERT INTO alerts
SELECT CONCAT(carrier, ' ', CAST(flight AS STRING), ' from ', origin, ' to ', dest, ' on ',
              CAST(`year` AS STRING), '-', LPAD(CAST(`month` AS STRING), 2, '0'), '-',
              LPAD(CAST(`day` AS STRING), 2, '0'), ' left ',
              CAST(dep_delay / 60 AS STRING), ' h ', CAST(MOD(dep_delay, 60) AS STRING),
              ' min late')
FROM departures
WHERE dep_delay > 300;
