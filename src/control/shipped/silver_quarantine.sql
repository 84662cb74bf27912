-- table: silver.quarantine
-- needs: bronze.deadletter, meta.rejected
--
-- What could not go on, and why: nothing is lost, somebody can look. Dead letters are what the
-- stream job could not read; meta.rejected holds the rows that the expectations of the other tables
-- (`-- expect: … -> quarantine`) kept out of their newest versions.
SELECT
  concat('silver.', input) AS table_name,
  reason,
  concat(input, '/', CAST(d.PartitionId AS STRING), '/', CAST(d.Offset AS STRING)) AS origin,
  body
FROM bronze.deadletter d
UNION ALL
SELECT table_name, reason, origin, body
FROM meta.rejected
