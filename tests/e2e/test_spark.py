"""Spark reads the Delta tables that our own log writer made."""

import json
import os
import subprocess
import sys

import pytest

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

TABLES = ["silver/users", "silver/products", "silver/orders", "silver/items", "silver/pageviews", "silver/stars",
          "gold/engagements"]


def test_spark_reads_every_table(root):
    python = os.environ.get("HRISTE_SPARK_PYTHON")
    jars = os.environ.get("HRISTE_SPARK_JARS")
    if not python or not jars:
        pytest.skip("script/test without --quick brings Spark")
    root.apply()
    files = ",".join(os.path.join(jars, name) for name in sorted(os.listdir(jars)))
    read = subprocess.run([python, "-c", READ, files, str(root.data_dir / "lake"), *TABLES], text=True,
                          capture_output=True, timeout=600)
    line = [line for line in read.stdout.splitlines() if line.startswith("FOUND ")]
    assert line, read.stderr[-4000:]
    found = json.loads(line[0][6:])
    for table in TABLES:
        ours = int(root.sql(f"SELECT count(*) FROM {table.replace('/', '.')}")[0][0])
        assert found[table]["rows"] == ours, table
    print(found, file=sys.stderr)
