# Databricks notebook source
# MAGIC %md
# MAGIC # Exploring sales with pictures
# MAGIC
# MAGIC The gold and silver tables in Python. `spark.sql` gives a data frame, `toPandas()` brings it here,
# MAGIC and matplotlib draws. Cells in SQL and in Python may stand side by side.
# MAGIC
# MAGIC Here, `spark.sql` is DuckDB over the playground's Delta tables; on Databricks it is Spark. The file
# MAGIC is the same: `playground/notebooks/exploration.py`.

# COMMAND ----------

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

plt.rcParams.update({"figure.figsize": (9, 3.2), "axes.spines.top": False, "axes.spines.right": False})

# A parameter: hriste nb run playground/notebooks/exploration.py -p smooth_days=14
dbutils.widgets.text("smooth_days", "28")
smooth_days = int(dbutils.widgets.get("smooth_days"))

# COMMAND ----------

# MAGIC %md
# MAGIC ## Three years of sales
# MAGIC
# MAGIC One day says little: weekends, holidays and chance hide the trend. A moving average over four weeks
# MAGIC shows it.

# COMMAND ----------

days = spark.sql("""
  SELECT day, CAST(sum(value) AS DOUBLE) / 1000 AS thousands
  FROM gold.sales_by_day
  GROUP BY day
  ORDER BY day
""").toPandas()
days["day"] = pd.to_datetime(days["day"])

figure, axes = plt.subplots()
axes.plot(days["day"], days["thousands"], linewidth=0.5, color="#9aa5b4", label="a day")
axes.plot(days["day"], days["thousands"].rolling(smooth_days, center=True).mean(),
          color="#1d5bbf", label=f"{smooth_days} days' average")
axes.set_ylabel("thousand CZK")
axes.legend(frameon=False)
plt.show()

# COMMAND ----------

# MAGIC %md
# MAGIC ## When people order
# MAGIC
# MAGIC Days of the week from left to right, hours of the local clock from top to bottom.

# COMMAND ----------

hours = spark.sql("""
  SELECT day_of_week, hour(local_time) AS hour, count(*) AS orders
  FROM silver.orders
  GROUP BY day_of_week, hour(local_time)
""").toPandas().pivot(index="hour", columns="day_of_week", values="orders").fillna(0)

figure, axes = plt.subplots(figsize=(5, 5))
picture = axes.imshow(hours.to_numpy(dtype=float), aspect="auto", cmap="Blues")
axes.set_xticks(range(len(hours.columns)), ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"][: len(hours.columns)])
axes.set_yticks(range(0, len(hours.index), 3), hours.index[::3])
figure.colorbar(picture, label="orders")
plt.show()

# COMMAND ----------

# MAGIC %md
# MAGIC ## What an order is worth
# MAGIC
# MAGIC Values have a long tail, so the axis is logarithmic. VIP customers order for more; how much more?

# COMMAND ----------

values = spark.sql("""
  SELECT CAST(o.order_value AS DOUBLE) AS value, u.is_vip
  FROM silver.orders o
  JOIN silver.users u ON u.id = o.user_id
""").toPandas()

bins = np.logspace(np.log10(values["value"].min()), np.log10(values["value"].max()), 60)
figure, axes = plt.subplots()
for is_vip, color, label in [(False, "#55626f", "others"), (True, "#9c4f17", "VIP")]:
    axes.hist(values.loc[values["is_vip"] == is_vip, "value"], bins=bins, density=True, histtype="step",
              color=color, label=label)
axes.set_xscale("log")
axes.set_xlabel("order value, CZK")
axes.legend(frameon=False)
plt.show()

# COMMAND ----------

display(values.groupby("is_vip")["value"].describe(percentiles=[0.5, 0.9]).round(0))

# COMMAND ----------

# MAGIC %md
# MAGIC ## A cell in SQL
# MAGIC
# MAGIC Its result is shown, and the next cell finds it as `_sqldf`.

# COMMAND ----------

# MAGIC %sql
# MAGIC SELECT kraj, sum(after_dark_orders) AS after_dark, sum(orders) AS orders
# MAGIC FROM gold.sales_by_day
# MAGIC GROUP BY kraj
# MAGIC ORDER BY orders DESC

# COMMAND ----------

share = _sqldf.toPandas().set_index("kraj")
percent = (100 * share["after_dark"].astype(float) / share["orders"].astype(float)).sort_values()

figure, axes = plt.subplots(figsize=(7, 4))
axes.barh(percent.index, percent, color="#1d5bbf")
axes.set_xlabel("ordered after dark, %")
plt.show()
