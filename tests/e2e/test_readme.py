"""Every command in the README and the docs that begins with `hriste `, as it is written there, against
one small playground. A command that can't run here is named below with the reason; a new one that
fails fails this test."""

import os
import re
import shutil
import signal
import subprocess

import pytest
from conftest import BUILD, SMALL, SOURCE, Root, environment

DOCUMENTS = [SOURCE / "README.md", *sorted((SOURCE / "docs").rglob("*.md"))]

# What needs more than a playground and this machine, by the words that say so.
ELSEWHERE = {
    "--postgres": "a PostgreSQL server at localhost (test_postgres.py has one of its own)",
    "--kafka localhost:9092": "an Apache Kafka at localhost (test_kafka.py and test_apache_kafka.py)",
    "--kafka 'Endpoint=": "an event hub's connection string",
    "hriste up": "is what made the playground",
    "hriste down": "takes away the playground that the others need",
    "hriste new": "is tested where it is made",
    "hriste provider": "is tested where it is made",
    "hriste watch": "waits for somebody to save a file",
    "hriste stop": "the others need the daemon",
    "hriste serve": "runs in the foreground while a daemon runs already",
}
# What goes on until Ctrl-C: runs a while, and must still run then.
ENDLESS = ["--follow", "--live"]


def blocks(text):
    """Lines of code blocks, fenced or indented by four; what they continue with a backslash, joined."""
    fenced, found = False, []
    for line in text.splitlines():
        if line.lstrip().startswith("```"):
            fenced = not fenced
        elif fenced or re.match(r"    (?! )", line):
            found.append(line.strip())
    return re.sub(r"\\\n\s*", " ", "\n".join(found)).splitlines()


def commands():
    """(where, command), each once."""
    seen = {}
    for document in DOCUMENTS:
        for line in blocks(document.read_text()):
            command = line.removeprefix("$ ")
            if command.startswith("hriste "):
                seen.setdefault(command, str(document.relative_to(SOURCE)))
    return [(where, command) for command, where in seen.items()]


COMMANDS = commands()


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A copy of what a clone holds for its user, with a playground that runs in it."""
    folder = tmp_path_factory.mktemp("readme")
    shutil.copytree(SOURCE / "playground", folder / "playground", ignore=shutil.ignore_patterns(
        ".hriste", ".terraform*", "terraform.d", "terraform.tfstate*", "*.auto.tfvars*"))
    root = Root(folder / "playground/local", {**SMALL, "users": 1000})  # docs name rows 500:600
    root.apply()
    yield root, folder
    root.clean_up()


def variables(root):
    return {**environment(), "PATH": f"{BUILD}:{os.environ['PATH']}", "HRISTE_DATA_DIR": str(root.data_dir)}


def run_for_a_while(command, root, folder):
    """Output and whether it still ran after 5 s."""
    process = subprocess.Popen(["bash", "-c", command], cwd=folder, env=variables(root), text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
    try:
        output = process.communicate(timeout=5)[0]
        return output, False
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        return process.communicate()[0], True


def test_the_documents_hold_commands():
    assert len(COMMANDS) > 25
    assert {"README.md", "docs/generate.md", "docs/world.md"} <= {where for where, _ in COMMANDS}
    text = "\n".join(command for _, command in COMMANDS)
    assert "hriste status" in text and "hriste sql" in text


@pytest.mark.parametrize("where, command", COMMANDS, ids=[command[:60] for _, command in COMMANDS])
def test_as_written(shop, where, command):
    for words, reason in ELSEWHERE.items():
        if words in command:
            pytest.skip(reason)
    root, folder = shop
    if any(words in command for words in ENDLESS):
        output, runs = run_for_a_while(command, root, folder)
        assert runs and output, f"{where}: {command}\n{output}"
        return
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], cwd=folder, env=variables(root), text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300)
    assert done.returncode == 0, f"{where}: {command}\n{done.stdout}"
