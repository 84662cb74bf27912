"""A peer of the event hub: Kafka's own Java client."""

import atexit
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from cutting_proxy import CuttingProxy
from hub_server import event_hub

HERE = Path(__file__).parent / "kafka_java"
CACHE = Path(
    os.environ.get("HRISTE_CACHE") or Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "hriste"
)


def java_class_path(*sources):
    """The client's jars, and a folder with the classes of `sources`, for java's -cp."""
    jars = CACHE / "kafka-clients-4.1.0"
    if not jars.exists():
        part = jars.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        copy = ["mvn", "-q", "-B", "-f", HERE / "pom.xml", "dependency:copy-dependencies"]
        subprocess.run([*copy, f"-DoutputDirectory={part}"], check=True, timeout=600)
        part.rename(jars)
    classes = tempfile.mkdtemp(prefix="hriste_classes_")
    atexit.register(shutil.rmtree, classes, True)
    subprocess.run(["javac", "-cp", f"{jars}/*", "-d", classes, *(HERE / name for name in sources)], check=True)
    return f"{jars}/*:{classes}"


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


@pytest.mark.unproven
@pytest.mark.parametrize("seed", [1, 2])
def test_java_client_through_a_proxy_that_cuts_loses_doubles_and_reorders_nothing(tmp_path, class_path, seed):
    records = 4_000
    with event_hub(tmp_path, "views:1") as (port, secret), CuttingProxy(port, seed, 15) as proxy:
        run = subprocess.run(
            ["java", "-cp", class_path, "CutPeer", str(proxy.port), str(port), secret, "views", str(records)],
            capture_output=True, text=True, timeout=180,
        )
    assert run.returncode == 0, run.stderr
    assert proxy.cuts > 5
    assert run.stdout.splitlines()[-1] == (
        f"acknowledged {records} failed 0 wrong 0 log {records} disorder 0"
    ), run.stdout + run.stderr
