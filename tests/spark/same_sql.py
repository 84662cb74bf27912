"""Runs playground/sql in Spark over a playground's bronze, in the order of the needs, and compares each
table with the one that the playground holds.

same_sql.py JARS LAKE SQL_FOLDER CUTS: prints "SAME {table: rows}" or "DIFFERENT …". CUTS: {hub: ms}.
"""

import json
import re
import sys
import tempfile
from pathlib import Path

from pyspark.sql import SparkSession
from pyspark.sql import functions as f

jars, lake, folder, cuts = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), json.loads(sys.argv[4])
spark = (SparkSession.builder.master("local[2]").config("spark.jars", jars)
         .config("spark.ui.enabled", "false").config("spark.sql.session.timeZone", "UTC")
         .config("spark.sql.shuffle.partitions", "4").config("spark.databricks.delta.snapshotPartitions", "1")
         .config("spark.ui.showConsoleProgress", "false")
         .config("spark.sql.warehouse.dir", tempfile.mkdtemp(prefix="spark-warehouse-"))
         .config("spark.sql.extensions", "io.delta.sql.DeltaSparkSessionExtension")
         .config("spark.sql.catalog.spark_catalog", "org.apache.spark.sql.delta.catalog.DeltaCatalog")
         .getOrCreate())
for schema in ("bronze", "silver", "gold", "meta"):
    spark.sql(f"CREATE DATABASE {schema}")


def keep(frame, table):
    frame.write.mode("overwrite").saveAsTable(table)


def bronze():
    files = lake / "bronze"
    for name in ("users", "vipusers"):
        keep(spark.read.json(f"{files}/{name}/{name}.json"), f"bronze.{name}")
    keep(spark.read.option("multiLine", True).json(f"{files}/products"), "bronze.products")
    keep(spark.read.option("header", True).option("inferSchema", True).csv(f"{files}/towns/towns.csv"), "bronze.towns")
    for name in ("orders", "items"):
        keep(spark.read.parquet(f"{files}/{name}"), f"bronze.{name}")
    for name, cut in (("pageviews", cuts["pageviews"]), ("stars", cuts["stars"]), ("deadletter", min(cuts.values()))):
        frame = spark.read.parquet(f"{files}/{name}")
        keep(frame.where(f.unix_millis(f.col("EventEnqueuedUtcTime")) < cut), f"bronze.{name}")
    spark.sql("CREATE TABLE meta.world AS SELECT TIMESTAMP '2026-06-01 00:00:00' AS epoch, 42 AS seed")
    spark.sql("CREATE TABLE meta.rejected (table_name STRING, reason STRING, origin STRING, body STRING)")


def statements():
    """{table: (text, needs)} of the folder, and of the features beside it."""
    found = {}
    for file in [*folder.glob("*_*.sql"), *(folder.parent / "ml").glob("*_*.sql")]:
        text = file.read_text()
        header = dict(re.findall(r"^-- (table|needs): (.*)$", text, re.M))
        found[header["table"]] = (text, [need.strip() for need in header["needs"].split(",")])
    return found


def comparable(frame):
    """Doubles to nine places: sums of them come in any order."""
    doubles = {name for name, kind in frame.dtypes if kind == "double"}
    return frame.select([f.round(name, 7).alias(name) if name in doubles else f.col(name) for name in frame.columns])


def run():
    for statement in re.sub(r"--[^\n]*", "", (folder / "macros.sql").read_text()).split(";"):
        if statement.strip():
            spark.sql(statement)
    waiting, same, different = statements(), {}, []
    while waiting:
        table = next(t for t, (_, needs) in waiting.items() if not set(needs) & set(waiting))
        frame = spark.sql(waiting.pop(table)[0])
        keep(frame.select([c for c in frame.columns if not c.startswith("_")]), table)
        theirs = comparable(spark.table(table))
        ours = comparable(spark.read.format("delta").load(f"{lake}/{table.replace('.', '/')}"))
        if theirs.dtypes != ours.dtypes:
            different.append(f"{table}: {set(theirs.dtypes) ^ set(ours.dtypes)}")
            continue
        more, less = theirs.exceptAll(ours), ours.exceptAll(theirs)
        if more.count() + less.count() > 0:
            different.append(f"{table}: Spark {more.limit(3).collect()}, ours {less.limit(3).collect()}")
        same[table] = ours.count()
    print("DIFFERENT " + "\n".join(different) if different else "SAME " + json.dumps(same))


bronze()
run()
