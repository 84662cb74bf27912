"""Kafka's own Java client, as it is published, and programs that use it (kafka_java/)."""

import atexit
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

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
    programs = [HERE / name for name in ("HubClient.java", *sources)]
    subprocess.run(["javac", "-cp", f"{jars}/*", "-d", classes, *programs], check=True)
    return f"{jars}/*:{classes}"
