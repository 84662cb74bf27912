"""A peer of the event hub: Kafka's own Java client."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hub_server import event_hub

HERE = Path(__file__).parent / "kafka_java"
CACHE = Path(
    os.environ.get("HRISTE_CACHE") or Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "hriste"
)


@pytest.fixture(scope="module")
def class_path(tmp_path_factory):
    jars = CACHE / "kafka-clients-4.1.0"
    if not jars.exists():
        part = jars.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        copy = ["mvn", "-q", "-B", "-f", HERE / "pom.xml", "dependency:copy-dependencies"]
        subprocess.run([*copy, f"-DoutputDirectory={part}"], check=True, timeout=600)
        part.rename(jars)
    classes = tmp_path_factory.mktemp("classes")
    subprocess.run(["javac", "-cp", f"{jars}/*", "-d", classes, HERE / "KafkaPeer.java"], check=True)
    return f"{jars}/*:{classes}"


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
