-- Databricks notebook source
-- MAGIC %md
-- MAGIC # A tour of the playground
-- MAGIC
-- MAGIC A Czech shop that never was: its customers, three years of orders, and the traffic of its site.
-- MAGIC The data went through three tiers. **Bronze** is what arrived, as it arrived. **Silver** is the
-- MAGIC same, typed, repaired and without doubles. **Gold** answers questions.
-- MAGIC
-- MAGIC This notebook is a plain file, `playground/notebooks/tour.sql`. Change a query, apply, and see. The
-- MAGIC same file runs on Databricks.

-- COMMAND ----------

-- MAGIC %md
-- MAGIC ## Who buys
-- MAGIC
-- MAGIC Everything about a person follows from one row of `silver.users`. Birth date, sex and age are not
-- MAGIC stored anywhere in bronze: they are read from the birth number (*rodné číslo*), in which women
-- MAGIC have 50 added to the month.

-- COMMAND ----------

-- DBTITLE 1,Six customers
SELECT name, city, administrative_unit AS kraj, birth_number, birth_date, sex, age, is_vip
FROM silver.users
ORDER BY id
LIMIT 6

-- COMMAND ----------

-- DBTITLE 1,Customers by age and sex
-- hriste:chart type=bar x=age_group y=customers color=sex title="Customers by age and sex"
SELECT
  CAST(floor(age / 10) * 10 AS INT) AS age_group,
  sex,
  count(*) AS customers
FROM silver.users
WHERE age IS NOT NULL
GROUP BY CAST(floor(age / 10) * 10 AS INT), sex
ORDER BY age_group, sex

-- COMMAND ----------

-- MAGIC %md
-- MAGIC ## What is sold, and when
-- MAGIC
-- MAGIC `gold.sales_by_day` has a row for each day and kraj. A day is the customers' day: times are stored
-- MAGIC in UTC, and an order shortly after midnight in Prague belongs to the new day.

-- COMMAND ----------

-- DBTITLE 1,Sales by month
-- hriste:chart type=line x=month y=millions title="Value by month, million CZK"
SELECT
  CAST(date_trunc('month', day) AS DATE) AS month,
  sum(orders) AS orders,
  CAST(round(sum(value) / 1000000, 2) AS DECIMAL(12,2)) AS millions
FROM gold.sales_by_day
WHERE day < (SELECT date_trunc('month', max(day)) FROM gold.sales_by_day)  -- whole months only
GROUP BY CAST(date_trunc('month', day) AS DATE)
ORDER BY month

-- COMMAND ----------

-- DBTITLE 1,Sales by kraj
-- hriste:chart type=kraj x=kraj color=value title="Value of all orders by kraj, CZK"
SELECT kraj, sum(orders) AS orders, sum(value) AS value
FROM gold.sales_by_day
GROUP BY kraj
ORDER BY value DESC

-- COMMAND ----------

-- MAGIC %md
-- MAGIC ## A parameter
-- MAGIC
-- MAGIC The next cell declares one, the cell after it uses it as `:kraj`. Run the notebook with another
-- MAGIC value on the page, or `hriste nb run playground/notebooks/tour.sql -p kraj="Zlínský kraj"`.

-- COMMAND ----------

CREATE WIDGET TEXT kraj DEFAULT 'Hlavní město Praha'

-- COMMAND ----------

-- DBTITLE 1,Orders by hour in one kraj
-- hriste:chart type=bar x=hour y=orders title="Orders by hour of the day, in the chosen kraj"
SELECT
  hour(o.local_time) AS hour,
  count(*) AS orders,
  sum(CASE WHEN o.after_dark THEN 1 ELSE 0 END) AS after_dark
FROM silver.orders o
JOIN silver.users u ON u.id = o.user_id
WHERE u.administrative_unit = :kraj
GROUP BY hour(o.local_time)
ORDER BY hour

-- COMMAND ----------

-- MAGIC %md
-- MAGIC ## Who matters
-- MAGIC
-- MAGIC A few customers are VIP. `gold.engagements` has a row for each customer: pages looked at, stars
-- MAGIC given, orders made.

-- COMMAND ----------

-- DBTITLE 1,VIP and the others
SELECT
  is_vip,
  count(*) AS customers,
  sum(orders) AS orders,
  CAST(round(sum(total_orders_value) / nullif(sum(orders), 0), 0) AS BIGINT) AS average_order,
  CAST(round(avg(pageviews), 1) AS DECIMAL(12,1)) AS pages_each
FROM gold.engagements
GROUP BY is_vip
ORDER BY is_vip

-- COMMAND ----------

-- DBTITLE 1,The site's answers, by five minutes
-- hriste:chart type=line x=window_end y=p50_ms,p95_ms,p99_ms title="Latency of GET, ms"
SELECT window_end, p50_ms, p95_ms, p99_ms
FROM gold.latency_5min
WHERE http_method = 'GET'
ORDER BY window_end

-- COMMAND ----------

-- MAGIC %md
-- MAGIC ## Where to go from here
-- MAGIC
-- MAGIC `silver_quality` shows what was wrong with the data and what became of it; `exploration` and
-- MAGIC `model` go on in Python. How each table is made stands in `playground/sql/`.
