"""Spark reads the Delta tables that our own log writer made, and makes the same from the same SQL files."""

import json
import os
import subprocess
import sys

import pytest
from conftest import SOURCE

READ = """
import json, sys
from pyspark.sql import SparkSession
jars, lake = sys.argv[1], sys.argv[2]
spark = (SparkSession.builder.master("local[2]").config("spark.jars", jars)
         .config("spark.ui.enabled", "false").config("spark.sql.session.timeZone", "UTC")
         .config("spark.sql.extensions", "io.delta.sql.DeltaSparkSessionExtension")
         .config("spark.sql.catalog.spark_catalog", "org.apache.spark.sql.delta.catalog.DeltaCatalog")
         .getOrCreate())
found = {}
for table in sys.argv[3:]:
    frame = spark.read.format("delta").load(f"{lake}/{table}")
    found[table] = {"rows": frame.count(), "columns": frame.columns}
    frame.foreach(lambda row: None)
print("FOUND " + json.dumps(found))
"""

EPOCH_MS = 1780272000000
TABLES = ["silver/users", "silver/products", "silver/orders", "silver/items", "silver/pageviews", "silver/stars",
          "silver/quarantine", "gold/engagements", "gold/sales_by_day", "gold/product_popularity",
          "gold/latency_5min", "gold/sessions", "gold/order_features"]


def spark():
    """(Python with PySpark, the jars of Delta)."""
    python = os.environ.get("HRISTE_SPARK_PYTHON")
    jars = os.environ.get("HRISTE_SPARK_JARS")
    if not python or not jars:
        pytest.skip("script/test without --quick brings Spark")
    return python, ",".join(os.path.join(jars, name) for name in sorted(os.listdir(jars)))


def what_failed(log):
    """The lines of errors, without Java's traces."""
    lines = [line for line in log.splitlines() if line.strip() and not line.lstrip().startswith("at ")]
    return "\n".join(lines)[-4000:]


def test_spark_makes_the_same_tables(root):
    python, files = spark()
    root.apply()
    cuts = {"pageviews": EPOCH_MS, "stars": EPOCH_MS}  # of the first run
    run = subprocess.run([python, SOURCE / "tests/spark/same_sql.py", files, str(root.data_dir / "lake"),
                          str(SOURCE / "playground/sql"), json.dumps(cuts)],
                         text=True, capture_output=True, timeout=900)
    lines = [line for line in run.stdout.splitlines() if line.startswith("SAME ")]
    assert lines, run.stdout[-4000:] + what_failed(run.stderr)
    assert set(json.loads(lines[0][5:])) == {table.replace("/", ".") for table in TABLES}


def test_spark_reads_every_table(root):
    python, files = spark()
    root.apply()
    read = subprocess.run([python, "-c", READ, files, str(root.data_dir / "lake"), *TABLES], text=True,
                          capture_output=True, timeout=600)
    line = [line for line in read.stdout.splitlines() if line.startswith("FOUND ")]
    assert line, read.stderr[-4000:]
    found = json.loads(line[0][6:])
    for table in TABLES:
        ours = int(root.sql(f"SELECT count(*) FROM {table.replace('/', '.')}")[0][0])
        assert found[table]["rows"] == ours, table
    print(found, file=sys.stderr)
