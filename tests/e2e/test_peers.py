"""Unmodified peers read what the playground writes: delta-rs and DuckDB the tables, fastavro the
captured events, kcat the hubs."""

import collections
import json
import subprocess

import deltalake
import duckdb
import fastavro
import pyarrow.parquet


def kcat(root, *arguments, given=None):
    at = root.api("GET", "/v1/endpoints")
    return subprocess.run(
        ["kcat", "-b", at["kafka"], "-X", "security.protocol=SASL_PLAINTEXT", "-X", "sasl.mechanisms=PLAIN",
         "-X", f"sasl.username={at['kafka_user']}", "-X", f"sasl.password={at['kafka_password']}", *arguments],
        input=given, text=True, capture_output=True, check=True, timeout=60).stdout


def test_peers_read_the_playground(root):
    root.apply()
    root.api("POST", "/v1/clock", {"frozen": True})
    lake = root.data_dir / "lake"
    delta_rs_reads_the_tables(root, lake)
    fastavro_reads_the_capture(root, lake)
    parquet_is_plain(lake)
    kcat_lists_consumes_and_produces(root)


def delta_rs_reads_the_tables(root, lake):
    for table in ["silver/users", "silver/orders", "silver/items", "silver/pageviews", "silver/stars",
                  "gold/engagements"]:
        name = table.replace("/", ".")
        ours = int(root.sql(f"SELECT count(*) FROM {name}")[0][0])
        there = deltalake.DeltaTable(str(lake / table)).to_pyarrow_table()
        assert there.num_rows == ours > 0, table
    engagements = deltalake.DeltaTable(str(lake / "gold/engagements")).to_pyarrow_table().to_pylist()
    assert sorted(row["id"] for row in engagements) == list(range(root.variables["users"]))
    orders = sum(row["orders"] for row in engagements)
    assert orders == root.variables["orders"]


def fastavro_reads_the_capture(root, lake):
    captured = collections.Counter()
    for hub in ("pageviews", "stars"):
        folder = lake / "bronze/capture/playground" / hub
        files = sorted(folder.rglob("*.avro"))
        assert files, folder
        for file in files:
            with open(file, "rb") as stream:
                reader = fastavro.reader(stream)
                assert reader.writer_schema["name"].endswith("EventData")
                names = [field["name"] for field in reader.writer_schema["fields"]]
                assert names == ["SequenceNumber", "Offset", "EnqueuedTimeUtc", "SystemProperties", "Properties",
                                 "Body"]
                for record in reader:
                    assert isinstance(record["Body"], bytes)
                    captured[hub] += 1
    raw = int(root.sql("SELECT count(*) FROM bronze.pageviews")[0][0])
    assert captured["pageviews"] >= raw * 0.9  # the open window is not there yet


def parquet_is_plain(lake):
    files = list((lake / "bronze/pageviews").rglob("*.parquet"))
    assert files and all("/year=" in str(f) and "/month=" in str(f) and "/day=" in str(f) for f in files)
    columns = pyarrow.parquet.read_schema(files[0]).names
    assert {"event_id", "event_time", "user_id", "latency", "EventEnqueuedUtcTime"} <= set(columns)
    count = duckdb.sql(f"SELECT count(DISTINCT event_id) FROM read_parquet({[str(f) for f in files]})").fetchone()[0]
    assert count > 0


def kcat_lists_consumes_and_produces(root):
    listed = kcat(root, "-L", "-J")
    topics = {topic["topic"]: len(topic["partitions"]) for topic in json.loads(listed)["topics"]}
    assert topics == {"pageviews": 2, "stars": 2}
    lines = kcat(root, "-C", "-t", "pageviews", "-e", "-q", "-f", "%p %o %k %s\n").splitlines()
    per_partition = collections.defaultdict(list)
    for line in lines:
        partition, offset, key, value = line.split(" ", 3)
        per_partition[partition].append(int(offset))
    assert all(offsets == list(range(len(offsets))) for offsets in per_partition.values())
    kcat(root, "-P", "-t", "stars", "-k", "17", given='{"event_id": -1, "user_id": 17, "stars": 5}\n')
    last = kcat(root, "-C", "-t", "stars", "-o", "beginning", "-e", "-q").splitlines()
    assert '{"event_id": -1, "user_id": 17, "stars": 5}' in last


def test_a_wrong_key_is_refused(root):
    root.tofu("apply", "-auto-approve", "-target=hriste_event_hub.this")
    at = root.api("GET", "/v1/endpoints")
    refused = subprocess.run(
        ["kcat", "-b", at["kafka"], "-X", "security.protocol=SASL_PLAINTEXT", "-X", "sasl.mechanisms=PLAIN",
         "-X", "sasl.username=$ConnectionString", "-X", "sasl.password=wrong", "-L", "-m", "5"],
        text=True, capture_output=True, timeout=60)
    assert refused.returncode != 0
