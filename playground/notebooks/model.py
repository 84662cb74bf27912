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
# MAGIC `gold.order_features` has one row an order: what was known when it was made, and nothing that came
# MAGIC later. A linear model needs numbers, so a word has become a column of 0 and 1 for each of its values
# MAGIC but one: that one is in the constant, and all others are told as a difference from it. The same
# MAGIC table trains the playground's own model; `playground/ml/gold_order_features.sql` makes it.

# COMMAND ----------

orders = spark.sql("SELECT * FROM gold.order_features ORDER BY ordered_at, order_id").toPandas()
x = orders.drop(columns=["order_id", "ordered_at", "order_value"]).astype(float)
x.insert(0, "constant", 1.0)
print(f"{len(x):,} orders, {x.shape[1]} columns")
display(orders.iloc[:5, :10])

# COMMAND ----------

# MAGIC %md
# MAGIC ## 2. A split by time
# MAGIC
# MAGIC The test are the newest orders, as it will be in life. A random split would let the model look into
# MAGIC the future.

# COMMAND ----------

cut = int(len(x) * (1 - test_share))
train_x, test_x = x.iloc[:cut].to_numpy(), x.iloc[cut:].to_numpy()
values = orders["order_value"].astype(float).to_numpy()
train_y, test_y = values[:cut], values[cut:]
print("train until", orders["ordered_at"].iloc[cut - 1], "· test until", orders["ordered_at"].iloc[-1])

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
