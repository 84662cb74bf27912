-- Databricks notebook source
-- MAGIC %md
-- MAGIC # How good is silver?
-- MAGIC
-- MAGIC The playground plants faults on purpose: events that come twice, events without an address, slow
-- MAGIC answers, rows that cannot be right. Because it knows what it planted, the page **Grade** says how
-- MAGIC well the repairs did. This notebook looks at the same tables without that knowledge, as you would
-- MAGIC have to with data of your own.

-- COMMAND ----------

-- MAGIC %md
-- MAGIC ## What came, and what stayed
-- MAGIC
-- MAGIC Bronze grows while you look at it: the stream goes on, and silver waits for the next run of the
-- MAGIC pipeline. So bronze is read up to the newest event that silver has.

-- COMMAND ----------

-- DBTITLE 1,Page views: bronze against silver
SELECT
  (SELECT count(*) FROM bronze.pageviews
   WHERE event_time <= (SELECT max(event_time) FROM silver.pageviews)) AS arrived,
  (SELECT count(*) FROM silver.pageviews) AS kept

-- COMMAND ----------

-- DBTITLE 1,Events that came more than once
-- hriste:chart type=bar x=times y=events title="How often an event came, if more than once"
SELECT times, count(*) AS events
FROM (
  SELECT event_id, count(*) AS times
  FROM bronze.pageviews
  WHERE event_id IS NOT NULL
  GROUP BY event_id
  HAVING count(*) > 1
) twice
GROUP BY times
ORDER BY times

-- COMMAND ----------

-- DBTITLE 1,No double is left
-- The key of silver.pageviews is event_id: the pipeline refuses to write a table with two of one.
SELECT count(*) AS events, count(DISTINCT event_id) AS different
FROM silver.pageviews

-- COMMAND ----------

-- MAGIC %md
-- MAGIC ## Addresses
-- MAGIC
-- MAGIC Some events have no `client_ip`. If the same browser of the same user sent others within the same
-- MAGIC visit, the address is taken from them; else it stays unknown. A guess is marked as one.

-- COMMAND ----------

-- DBTITLE 1,Where the address is from
-- hriste:chart type=bar x=address y=events title="Page views by where their address is from"
SELECT address, count(*) AS events
FROM (
  SELECT
    CASE
      WHEN client_ip IS NULL THEN '3 unknown'
      WHEN client_ip_repaired THEN '2 from the same visit'
      ELSE '1 as it came'
    END AS address
  FROM silver.pageviews
) a
WHERE address <> '1 as it came'
GROUP BY address
ORDER BY address

-- COMMAND ----------

-- MAGIC %md
-- MAGIC ## Rows that cannot be right
-- MAGIC
-- MAGIC Each file in `playground/sql/` says what it expects of its rows. A row that fails a `quarantine`
-- MAGIC expectation is not lost: it lies in `silver.quarantine` with the reason, where it came from, and
-- MAGIC what it was.

-- COMMAND ----------

-- DBTITLE 1,Reasons
SELECT table_name, reason, count(*) AS count_of_rows, min(origin) AS first_origin
FROM silver.quarantine
GROUP BY table_name, reason
ORDER BY table_name, reason

-- COMMAND ----------

-- DBTITLE 1,Five of them
SELECT table_name, reason, origin, substring(body, 1, 120) AS body
FROM silver.quarantine
ORDER BY table_name, origin
LIMIT 5

-- COMMAND ----------

-- MAGIC %md
-- MAGIC ## Slow answers
-- MAGIC
-- MAGIC `is_outlier` marks answers that are far slower than usual for their method. They are kept, since
-- MAGIC they happened; averages leave them out.

-- COMMAND ----------

-- DBTITLE 1,Latency with and without outliers
SELECT
  http_method,
  count(*) AS requests,
  sum(CASE WHEN is_outlier THEN 1 ELSE 0 END) AS outliers,
  CAST(round(avg(latency), 1) AS DECIMAL(12,1)) AS average_of_all,
  CAST(round(avg(CASE WHEN NOT is_outlier THEN latency END), 1) AS DECIMAL(12,1)) AS average_without
FROM silver.pageviews
GROUP BY http_method
ORDER BY http_method

-- COMMAND ----------

-- DBTITLE 1,Customers without something
SELECT
  count(*) AS customers,
  sum(CASE WHEN phone_number IS NULL THEN 1 ELSE 0 END) AS no_phone,
  sum(CASE WHEN birth_date IS NULL THEN 1 ELSE 0 END) AS no_birth_date,
  sum(CASE WHEN kraj_code IS NULL THEN 1 ELSE 0 END) AS no_kraj
FROM silver.users
