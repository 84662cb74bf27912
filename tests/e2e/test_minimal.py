"""Another playground than the shipped one is a folder, not a change of code."""

import json
import shutil
import subprocess

import pytest
from kafka import KafkaProducer

from conftest import BUILD, SOURCE, Root, wait_until


@pytest.fixture
def minimal(tmp_path):
    folder = tmp_path / "minimal"
    shutil.copytree(SOURCE / "playground/minimal", folder, ignore=shutil.ignore_patterns(
        ".hriste", ".terraform*", "terraform.d", "terraform.tfstate*"))
    root = Root(folder)
    yield root
    root.clean_up()


def send(root, events):
    at = root.api("GET", "/v1/endpoints")
    producer = KafkaProducer(
        bootstrap_servers=at["kafka"], security_protocol="SASL_PLAINTEXT", sasl_mechanism="PLAIN",
        sasl_plain_username=at["kafka_user"], sasl_plain_password=at["kafka_password"],
        value_serializer=lambda event: json.dumps(event).encode())
    for event in events:
        producer.send("readings", event)
    producer.flush()
    producer.close()


def test_the_smallest_playground(minimal):
    minimal.apply()
    minimal.assert_plan_is_empty()
    assert minimal.sql("SELECT count(*) FROM gold.sensors") == [[0]]
    assert minimal.api("GET", "/v1/grade") is None
    send(minimal, [{"sensor": "attic", "celsius": 31.5}, {"sensor": "attic", "celsius": 30.5},
                   {"sensor": "cellar", "celsius": 12}])
    wait_until(lambda: minimal.sql("SELECT count(*) FROM bronze.readings") == [[3]], 30, "the events")
    now = minimal.api("GET", "/v1/overview")["clock"]["now"]
    minimal.api("POST", "/v1/clock", {"jump_to": now[:14] + "59:59Z"})
    wait_until(lambda: minimal.sql("SELECT sensor, readings, mean FROM gold.sensors ORDER BY sensor") ==
               [["attic", 2, 31.0], ["cellar", 1, 12.0]], 60, "the table, by the schedule")
    said = subprocess.run([BUILD / "hriste", "--data-dir", minimal.data_dir, "connect"], check=True,
                          capture_output=True, text=True).stdout
    assert "/gold/sensors" in said and "FROM gold.sensors" in said and "sqlite3" not in said, said
    shown = minimal.api("GET", "/v1/dashboards/sensors")
    assert not [part for part in shown.get("queries", []) if part.get("error")], shown
    minimal.destroy()
    assert not minimal.data_dir.exists()
