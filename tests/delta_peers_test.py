"""Delta tables of our own writer, read by other implementations: delta-rs, DuckDB's Delta extension
and Spark. The tables are made by `lake_peer_tool` (build/release, or HRISTE_BUILD)."""

import datetime
import decimal
import os
import pathlib
import random
import subprocess
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = pathlib.Path(os.environ.get("HRISTE_BUILD", ROOT / "build" / "release"))
UTC = datetime.timezone.utc
INSTANT = datetime.datetime(2026, 6, 1, 12, 0, 0, 123456, tzinfo=UTC)
LOCAL = datetime.datetime(2026, 6, 1, 14, 0, 0, 123456)
EVERY = {
    "b": True,
    "i": 42,
    "d": 2.5,
    "m": decimal.Decimal("12.30"),
    "s": "Žluťoučký",
    "day": datetime.date(2026, 6, 1),
    "t": INSTANT,
    "n": LOCAL,
    "l": ["a", "č"],
}
NULLS = dict.fromkeys(EVERY)
PARTS = [(0, "Kraj Vysočina"), (1, "100%"), (2, None)]


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    folder = tmp_path_factory.mktemp("delta")
    subprocess.run([BUILD / "lake_peer_tool", folder], check=True)
    return folder


def test_delta_rs_reads_every_type(tables):
    deltalake = pytest.importorskip("deltalake")
    table = deltalake.DeltaTable(str(tables / "every"))
    assert table.version() == 1
    rows = table.to_pyarrow_table().to_pylist()
    assert len(rows) == 4
    assert rows.count(EVERY) == 2 and rows.count(NULLS) == 2
    # Bounds lie around what is there: milliseconds, the maximum rounded up.
    stats = table.get_add_actions(flatten=True)
    stats = {name: stats[name][0].as_py() for name in stats.schema.names}
    assert stats["num_records"] == 2
    assert stats["null_count.i"] == 1
    assert stats["min.i"] == stats["max.i"] == 42
    assert stats["min.t"] <= INSTANT <= stats["max.t"]
    last = table.history(1)[0]
    assert last["operation"] == "WRITE"
    assert last["engineInfo"].startswith("hriste/")
    assert last["hriste.cuts"] == {"pageviews": 1780272000000}


def test_delta_rs_reads_from_a_checkpoint_and_older_versions(tables, tmp_path):
    deltalake = pytest.importorskip("deltalake")
    for version, run in [(None, 21), (20, 20), (13, 13), (0, 0)]:
        table = deltalake.DeltaTable(str(tables / "plain"), version=version)
        rows = table.to_pyarrow_table().sort_by("id").to_pylist()
        assert rows == [{"id": i, "run": run} for i in range(5)]
    # What is before the checkpoint isn't needed any more.
    copy = tmp_path / "plain"
    subprocess.run(["cp", "-r", tables / "plain", copy], check=True)
    for version in range(20):
        (copy / "_delta_log" / f"{version:020}.json").unlink()
    rows = deltalake.DeltaTable(str(copy)).to_pyarrow_table().sort_by("id").to_pylist()
    assert rows == [{"id": i, "run": 21} for i in range(5)]


def test_delta_rs_reads_partitions(tables):
    deltalake = pytest.importorskip("deltalake")
    rows = deltalake.DeltaTable(str(tables / "parts")).to_pyarrow_table().to_pylist()
    assert sorted((row["id"], row["kraj"]) for row in rows) == PARTS


def test_delta_rs_appends_and_we_take_no_harm(tables, tmp_path):
    """Another writer's commit on top of ours is sound for it."""
    deltalake = pytest.importorskip("deltalake")
    pyarrow = pytest.importorskip("pyarrow")
    copy = tmp_path / "plain"
    subprocess.run(["cp", "-r", tables / "plain", copy], check=True)
    deltalake.write_deltalake(
        str(copy), pyarrow.table({"id": [5], "run": [99]}), mode="append")
    table = deltalake.DeltaTable(str(copy))
    assert table.version() == 22
    assert table.to_pyarrow_table().num_rows == 6


def test_a_killed_writer_leaves_whole_versions(tmp_path):
    """kill -9 at ten seeded moments of a loop of overwrites: what was acknowledged is there, what
    wasn't is there whole or not at all, and the next writer goes on."""
    deltalake = pytest.importorskip("deltalake")
    moments = random.Random(42)
    acknowledged = -1
    for _ in range(10):
        with subprocess.Popen([BUILD / "lake_peer_tool", "hammer", tmp_path],
                              stdout=subprocess.PIPE, text=True) as writer:
            for _ in range(moments.randint(1, 3)):
                acknowledged = int(writer.stdout.readline())
            time.sleep(moments.random() * 0.05)
            writer.kill()
            for line in writer.stdout:
                if line.endswith("\n"):
                    acknowledged = int(line)
        table = deltalake.DeltaTable(str(tmp_path / "lake" / "silver" / "t"))
        assert acknowledged <= table.version() <= acknowledged + 1
        rows = table.to_pyarrow_table()
        assert rows.num_rows == 1000
        assert set(rows["version"].to_pylist()) == {table.version()}
        assert sorted(rows["id"].to_pylist()) == list(range(1000))


def load_duckdb_delta():
    duckdb = pytest.importorskip("duckdb")
    extension = pytest.importorskip("duckdb_extension_delta")
    folder = pathlib.Path(extension.__file__).parent
    connection = duckdb.connect(config={"allow_unsigned_extensions": "true"})
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute(f"LOAD '{next(folder.rglob('*.duckdb_extension'))}'")
    return connection


def test_duckdb_extension_reads(tables):
    connection = load_duckdb_delta()
    found = connection.execute(
        f"SELECT * FROM delta_scan('{tables}/every') WHERE i = 42").fetchall()
    assert found == [tuple(EVERY.values())] * 2
    found = connection.execute(
        f"SELECT * FROM delta_scan('{tables}/plain') ORDER BY id").fetchall()
    assert found == [(i, 21) for i in range(5)]
    found = connection.execute(
        f"SELECT id, kraj FROM delta_scan('{tables}/parts') ORDER BY id").fetchall()
    assert found == PARTS


@pytest.mark.slow
def test_spark_reads(tables):
    """Needs pyspark and, in the folder HRISTE_SPARK_JARS, the delta-*.jar files of its version."""
    sql = pytest.importorskip("pyspark.sql")
    if "HRISTE_SPARK_JARS" not in os.environ:
        pytest.skip("HRISTE_SPARK_JARS is not set")
    jars = ",".join(map(str, pathlib.Path(os.environ["HRISTE_SPARK_JARS"]).glob("*.jar")))
    spark = (sql.SparkSession.builder.master("local[1]")
             .config("spark.jars", jars)
             .config("spark.sql.extensions", "io.delta.sql.DeltaSparkSessionExtension")
             .config("spark.sql.catalog.spark_catalog",
                     "org.apache.spark.sql.delta.catalog.DeltaCatalog")
             .config("spark.sql.session.timeZone", "UTC")
             .config("spark.ui.enabled", "false")
             .config("spark.ui.showConsoleProgress", "false")
             .config("spark.sql.shuffle.partitions", "1")
             .config("spark.databricks.delta.snapshotPartitions", "1")
             .getOrCreate())
    try:
        def read(name, **options):
            return spark.read.format("delta").options(**options).load(f"{tables}/{name}")

        frame = read("every")
        kinds = dict(frame.dtypes)
        assert kinds["t"] == "timestamp" and kinds["n"] == "timestamp_ntz"
        assert kinds["m"] == "decimal(12,2)"
        rows = [row.asDict() for row in frame.selectExpr(
            "b", "i", "d", "m", "s", "day", "date_format(t, 'yyyy-MM-dd HH:mm:ss.SSSSSS') t",
            "n", "l").where("t >= '2026-06-01 12:00:00.123456'").collect()]
        assert rows == [EVERY | {"t": "2026-06-01 12:00:00.123456"}] * 2
        for options, run in [({}, 21), ({"versionAsOf": 13}, 13)]:
            rows = read("plain", **options).orderBy("id").collect()
            assert [tuple(row) for row in rows] == [(i, run) for i in range(5)]
        rows = read("parts").select("id", "kraj").orderBy("id").collect()
        assert [tuple(row) for row in rows] == PARTS
        history = spark.sql(f"DESCRIBE HISTORY delta.`{tables}/every`").collect()
        assert history[0]["operation"] == "WRITE"
        spark.sql(f"INSERT INTO delta.`{tables}/plain` VALUES (5, 99)")
        assert read("plain").count() == 6
    finally:
        spark.stop()
