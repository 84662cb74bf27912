-- table: gold.sensors
-- keys: sensor
-- needs: bronze.readings
--
SELECT sensor, count(*) AS readings, avg(celsius) AS mean, max(arrived) AS last
FROM bronze.readings
GROUP BY sensor
