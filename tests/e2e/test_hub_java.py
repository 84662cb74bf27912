"""A peer of the event hub: Kafka's own Java client."""

import subprocess

import pytest
from cutting_proxy import CuttingProxy
from hub_server import event_hub
from java_client import java_class_path
from kill_clients import faults, kill_under_load


@pytest.fixture(scope="module")
def class_path():
    return java_class_path("KafkaPeer.java", "CutPeer.java")


def test_java_client_produces_with_every_codec_and_consumes_in_a_group(tmp_path, class_path):
    with event_hub(tmp_path, "views:2") as (port, secret):
        run = subprocess.run(
            ["java", "-cp", class_path, "KafkaPeer", str(port), secret, "views"],
            capture_output=True, text=True, timeout=120,
        )
    lines = run.stdout.splitlines()
    assert run.returncode == 0, run.stderr
    assert lines.count("partition of 42: 0") == 5, run.stdout  # as hub.partition_of says
    assert lines[-1] == "consumed: 5005", run.stdout


@pytest.mark.parametrize("seed", [1, 2])
def test_java_client_through_a_proxy_that_cuts_loses_doubles_and_reorders_nothing(tmp_path, class_path, seed):
    records = 4_000
    with event_hub(tmp_path, "views:1") as (port, secret), CuttingProxy(seed, 15, port) as proxy:
        run = subprocess.run(
            ["java", "-cp", class_path, "CutPeer", str(proxy.port), str(port), secret, "views", str(records)],
            capture_output=True, text=True, timeout=180,
        )
    assert run.returncode == 0, run.stderr
    assert proxy.cuts > 5
    assert run.stdout.splitlines()[-1] == (
        f"acknowledged {records} failed 0 wrong 0 log {records} disorder 0"
    ), run.stdout + run.stderr


def test_java_client_while_the_hub_is_killed_loses_doubles_and_reorders_nothing():
    result = kill_under_load(10, seed=20260602, families=("java",))
    assert faults(result) == {}, result
    assert result["clients"]["java"]["sent"] > 500, result
    assert result["cuts"] >= 3, result
