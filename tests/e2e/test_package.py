"""The package: no build, nothing else installed, no network. Unpacked in a root that holds glibc and a
shell alone; installed by pip from the wheel; the same build gives the same bytes."""

import json
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

import empty_root
from conftest import BUILD, SOURCE, environment

HERE = Path(__file__).resolve().parent

AWAY_FROM_HOME = """terraform {
  required_providers {
    hriste = { source = "hriste.local/hriste/hriste" }
  }
}

provider "hriste" {
  data_dir = "${path.root}/.hriste"
}

resource "hriste_lake" "bronze" {
  name = "bronze"
  tier = "bronze"
}
"""


def isolated(root, *command, **options):
    """(exit status, output) of a command without a network, in `root` or ("-") in this file system."""
    done = subprocess.run([*empty_root.UNSHARE, sys.executable, str(HERE / "empty_root.py"), str(root),
                           *map(str, command)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=300, **options)
    return done.returncode, done.stdout


@pytest.fixture(scope="module", autouse=True)
def namespaces():
    status, output = isolated("-", "true")
    if status != 0:
        pytest.exit("no namespaces here: " + output, returncode=77)


def package(folder):
    """(tarball, wheel)."""
    made = subprocess.run([SOURCE / "script/package", folder], text=True, stdout=subprocess.PIPE, check=True,
                          env=environment(HRISTE_BUILD=str(BUILD)))
    return [Path(line) for line in made.stdout.split()]


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    return package(tmp_path_factory.mktemp("packages"))


@pytest.fixture
def root(packages, tmp_path):
    """A root with the package at /opt/hriste."""
    root = tmp_path / "root"
    empty_root.make(root)
    with tarfile.open(packages[0]) as tar:
        tar.extractall(root / "opt")
    next((root / "opt").iterdir()).rename(root / "opt/hriste")
    return root


def sh(root, script):
    """Output of a shell script in the root; each of its commands has to succeed."""
    status, output = isolated(root, "/bin/sh", "-euc", "export PATH=/opt/hriste/bin:$PATH\n" + script)
    assert status == 0, output
    return output


def test_the_same_build_gives_the_same_bytes(packages, tmp_path):
    for one, other in zip(packages, package(tmp_path)):
        assert one.name == other.name and one.read_bytes() == other.read_bytes(), one.name


def test_a_small_playground_in_an_empty_root(root):
    # The processes of a namespace end with its first: what belongs together is one script.
    output = sh(root, """
        hriste up --small
        hriste status
        hriste sql --csv 'SELECT count(*) FROM silver.users'
        hriste up
        hriste down
        test ! -e hriste-playground/local/.hriste
    """)
    assert "made /root/hriste-playground" in output
    assert "wrong" not in output.split("receipt")[0], output
    assert "\n1000\n" in output, output
    # What was given is kept: the second time nothing changes.
    assert "0 made, 0 changed, 0 removed" in output, output
    assert output.rstrip().endswith("nothing is left"), output
    assert "warning" not in output.lower(), output


def test_the_provider_in_any_folder(root):
    away = root / "root/away"
    away.mkdir()
    (away / "main.tf").write_text(AWAY_FROM_HOME)
    output = sh(root, """
        hriste provider install
        cd away
        /opt/hriste/lib/hriste/tofu init -no-color
        /opt/hriste/lib/hriste/tofu apply -no-color -auto-approve
        hriste status
        /opt/hriste/lib/hriste/tofu destroy -no-color -auto-approve
        hriste provider install --remove
    """)
    assert "has been successfully initialized" in output and "1 added" in output and "1 destroyed" in output, output
    assert not (root / "root/.terraform.d/plugins").exists()


def test_the_wheel(packages, tmp_path):
    wheel = packages[1]
    with zipfile.ZipFile(wheel) as opened:
        assert opened.testzip() is None
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    status, output = isolated("-", tmp_path / "venv/bin/pip", "install", "--no-index", "-q", wheel)
    assert status == 0, output
    hriste = tmp_path / "venv/bin/hriste"
    expected = subprocess.run([BUILD / "hriste", "--version"], text=True, stdout=subprocess.PIPE).stdout
    status, output = isolated("-", hriste, "--version")
    assert status == 0 and output == expected, output
    status, output = isolated("-", hriste, "new", tmp_path / "mine")
    assert status == 0 and (tmp_path / "mine/local/providers.tf").exists(), output
    status, output = isolated("-", hriste, "generate", "users", "--rows", "0:2", "--seed", "7")
    rows = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
    assert status == 0 and [row["id"] for row in rows] == [0, 1], output
    status, output = isolated("-", tmp_path / "venv/bin/python", "-m", "hriste", "--version")
    assert status == 0 and output == expected, output
    # What a wheel has to say of itself: pip compares each file with the hash that RECORD has.
    with zipfile.ZipFile(wheel) as opened:
        names = opened.namelist()
        record = opened.read(next(name for name in names if name.endswith("/RECORD"))).decode()
    assert len(record.splitlines()) == len(names)
    assert not [name for name in names if name.startswith(("/", "..")) or os.sep + ".." in name]


def test_only_glibc_is_taken_from_the_system(root):
    missing = {}
    for file in [*(root / "opt/hriste/bin").iterdir(), *(root / "opt/hriste/lib/hriste").iterdir()]:
        said = subprocess.run(["readelf", "-d", file], text=True, stdout=subprocess.PIPE, check=True).stdout
        needed = [line.split("[")[1].rstrip("]") for line in said.splitlines() if "(NEEDED)" in line]
        there = set(empty_root.GLIBC) | {path.name for path in (root / "opt/hriste/lib/hriste").iterdir()}
        missing[file.name] = [name for name in needed if name not in there]
    assert not any(missing.values()), missing
