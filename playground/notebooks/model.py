# Databricks notebook source
# MAGIC %md
# MAGIC # What is an order worth? A first model
# MAGIC
# MAGIC A linear regression says what an order's value depends on: who ordered, where, and when. Four steps,
# MAGIC each of them small: features, a split by time, the fit, and a look at what it cannot explain.
# MAGIC
# MAGIC The world's order values follow a planted mechanism plus noise, so there is a best score that no
# MAGIC model can beat. The page **ML** shows it beside the score of the playground's own training.

# COMMAND ----------

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

plt.rcParams.update({"figure.figsize": (8, 3.4), "axes.spines.top": False, "axes.spines.right": False})

dbutils.widgets.text("test_share", "0.2")  # the newest part of the orders, kept for the test
dbutils.widgets.text("ridge", "1.0")       # how much large coefficients are held back
test_share = float(dbutils.widgets.get("test_share"))
ridge = float(dbutils.widgets.get("ridge"))

# COMMAND ----------

# MAGIC %md
# MAGIC ## 1. Features
# MAGIC
# MAGIC One row an order. Only what was known when the order was made may be used: neither the number of
# MAGIC the order's items, nor what the customer bought later.

# COMMAND ----------

orders = spark.sql("""
  SELECT
    o.order_id,
    o.local_time,
    CAST(o.order_value AS DOUBLE) AS value,
    u.administrative_unit AS kraj,
    u.sex,
    CASE
      WHEN u.age < 25 THEN '-24' WHEN u.age < 35 THEN '25-34' WHEN u.age < 45 THEN '35-44'
      WHEN u.age < 55 THEN '45-54' WHEN u.age < 65 THEN '55-64' ELSE '65+'
    END AS age,
    hour(o.local_time) AS hour,
    o.day_of_week AS weekday,
    month(o.local_time) AS month,
    u.is_vip AS vip,
    o.after_dark,
    o.is_holiday AS holiday
  FROM silver.orders o
  JOIN silver.users u ON u.id = o.user_id
  ORDER BY o.local_time, o.order_id
""").toPandas()
display(orders.head())

# COMMAND ----------

# MAGIC %md
# MAGIC A linear model needs numbers. A column with words becomes one column of 0 and 1 for each word but
# MAGIC the first: the first is the constant, and all others are told as a difference from it.

# COMMAND ----------

categories = ["kraj", "sex", "age", "hour", "weekday", "month"]
flags = ["vip", "after_dark", "holiday"]
x = pd.concat(
    [pd.get_dummies(orders[categories].astype(str), drop_first=True, dtype=float),
     orders[flags].astype(float)],
    axis=1,
)
x.insert(0, "constant", 1.0)
print(f"{len(x):,} orders, {x.shape[1]} columns")

# COMMAND ----------

# MAGIC %md
# MAGIC ## 2. A split by time
# MAGIC
# MAGIC The test are the newest orders, as it will be in life. A random split would let the model look into
# MAGIC the future.

# COMMAND ----------

cut = int(len(x) * (1 - test_share))
train_x, test_x = x.iloc[:cut].to_numpy(), x.iloc[cut:].to_numpy()
train_y, test_y = orders["value"].to_numpy()[:cut], orders["value"].to_numpy()[cut:]
print("train until", orders["local_time"].iloc[cut - 1], "· test until", orders["local_time"].iloc[-1])

# COMMAND ----------

# MAGIC %md
# MAGIC ## 3. The fit
# MAGIC
# MAGIC The normal equations in one line: the ridge is added to the diagonal, but not for the constant.

# COMMAND ----------

penalty = ridge * np.eye(train_x.shape[1])
penalty[0, 0] = 0
weights = np.linalg.solve(train_x.T @ train_x + penalty, train_x.T @ train_y)


def scores(name, y, predicted):
    rest = y - predicted
    return {
        "rows": name,
        "RMSE": np.sqrt(np.mean(rest**2)),
        "MAE": np.mean(np.abs(rest)),
        "R²": 1 - np.sum(rest**2) / np.sum((y - y.mean()) ** 2),
    }


predicted = test_x @ weights
display(pd.DataFrame([
    scores("train", train_y, train_x @ weights),
    scores("test", test_y, predicted),
    scores("test, the mean alone", test_y, np.full_like(test_y, train_y.mean())),
]).round(3))

# COMMAND ----------

# MAGIC %md
# MAGIC ## 4. What it learned, and what it cannot know
# MAGIC
# MAGIC The largest coefficients, in CZK. A bar that reaches far may also be one that few orders speak for:
# MAGIC the line is the 95 % interval.

# COMMAND ----------

rest = train_y - train_x @ weights
variance = rest @ rest / (len(train_y) - train_x.shape[1])
error = np.sqrt(variance * np.diag(np.linalg.inv(train_x.T @ train_x + penalty)))
learned = pd.DataFrame({"CZK": weights, "error": 1.96 * error}, index=x.columns).drop("constant")
learned = learned.reindex(learned["CZK"].abs().sort_values().index[-15:])

figure, axes = plt.subplots(figsize=(8, 5))
axes.barh(learned.index, learned["CZK"], xerr=learned["error"], color="#1d5bbf", ecolor="#55626f")
axes.axvline(0, color="#55626f", linewidth=0.8)
axes.set_xlabel("CZK more or less")
plt.show()

# COMMAND ----------

figure, axes = plt.subplots()
axes.hist(test_y - predicted, bins=np.linspace(*np.percentile(test_y - predicted, [0.5, 99.5]), 80), color="#9c4f17")
axes.axvline(0, color="#14181f", linewidth=0.8)
axes.set_xlabel("value − prediction, CZK")
plt.show()
print("middle of the errors:", round(float(np.median(test_y - predicted)), 1), "CZK")
