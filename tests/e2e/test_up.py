"""hriste up, down, new and provider install: what the scripts do in a clone, without one."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from conftest import BUILD, SOURCE, TOFU, environment, is_alive

SMALLEST = ("-var", "users=100", "-var=products=10", "--var", "orders=50", "-var", "traffic_hours=1",
            "-var", "event_rate=0.5")


@pytest.fixture
def work(tmp_path):
    """A folder to work in; what was started from it ends with the test."""
    folder = tmp_path / "work"
    folder.mkdir()
    yield folder
    for daemon in folder.rglob("daemon.json"):
        pid = json.loads(daemon.read_text())["pid"]
        if is_alive(pid):
            os.kill(pid, 9)


def hriste(folder, *arguments, **more):
    return subprocess.run([BUILD / "hriste", *map(str, arguments)], cwd=folder, text=True, capture_output=True,
                          env=environment(HRISTE_TOFU=TOFU, **more), timeout=300)


def files_of(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_new_is_the_shipped_playground_on_its_own(work):
    made = hriste(work, "new", "mine")
    assert made.returncode == 0 and "hriste up mine" in made.stdout, made.stderr
    shipped = subprocess.run(["git", "ls-files", "playground"], cwd=SOURCE, text=True, stdout=subprocess.PIPE)
    wanted = {Path(name).relative_to("playground") for name in shipped.stdout.split()}
    assert set(files_of(work / "mine")) >= wanted
    # Not into what is somebody's.
    for folder in ("mine", "file"):
        (work / "file").write_text("mine")
        before = files_of(work)
        refused = hriste(work, "new", folder)
        assert refused.returncode == 2 and "not touched" in refused.stderr, refused.stderr
        assert files_of(work) == before
    (work / "empty").mkdir()
    assert hriste(work, "new", "empty").returncode == 0


def test_up_makes_keeps_and_down_removes(work):
    first = hriste(work, "up", *SMALLEST)
    folder = work / "hriste-playground"
    kept = folder / "local/up.auto.tfvars.json"
    assert first.returncode == 0, first.stdout + first.stderr
    assert f"made {folder}" in first.stderr and "127.0.0.1" in first.stdout
    # Each resource in a line, and no plan.
    assert 'hriste_generator.files["users"]: made' in first.stderr
    assert len(first.stderr.splitlines()) < 60, first.stderr
    values = json.loads(kept.read_text())
    assert values == {"users": 100, "products": 10, "orders": 50, "traffic_hours": 1, "event_rate": 0.5}
    # Anywhere within it, and the verbs find it, too.
    for place in (work, folder, folder / "sql", folder / "local"):
        again = hriste(place, "up")
        assert again.returncode == 0 and "0 made, 0 changed, 0 removed" in again.stderr, again.stderr
        assert "refine" in hriste(place, "triggers").stdout
    plan = subprocess.run([TOFU, "plan", "-detailed-exitcode", "-no-color"], cwd=folder / "local", text=True,
                          capture_output=True, env=environment())
    assert plan.returncode == 0, plan.stdout
    # What is refused is not kept; the error is the last that is said, with its place.
    refused = hriste(work, "up", "-var", "users=0")
    assert refused.returncode == 2 and json.loads(kept.read_text()) == values
    assert "at least one user" in refused.stderr and "variables.tf" in refused.stderr, refused.stderr
    assert refused.stderr.splitlines()[-1].startswith("error: the apply failed")
    assert hriste(work, "up", "-var", "users").returncode == 2
    pid = json.loads((folder / "local/.hriste/daemon.json").read_text())["pid"]
    down = hriste(work, "down")
    assert down.returncode == 0 and "nothing is left" in down.stdout, down.stdout + down.stderr
    assert not is_alive(pid) and not kept.exists() and not (folder / "local/.hriste").exists()
    assert (folder / "sql/silver_users.sql").exists()
    assert hriste(work, "down").returncode == 0


def test_an_edit_with_a_mistake_is_an_error_on_one_screen(work):
    hriste(work, "new", "mine")
    broken = work / "mine/sql/silver_items.sql"
    broken.write_text(broken.read_text().replace("SELECT", "SELEC", 1))
    failed = hriste(work, "up", "mine", *SMALLEST)
    assert failed.returncode == 2, failed.stdout
    assert "silver_items.sql" in failed.stderr
    assert len(failed.stderr.splitlines()) < 60, failed.stderr
    # It can be taken away all the same.
    down = hriste(work, "down", "mine")
    assert down.returncode == 0 and "nothing is left" in down.stdout, down.stdout + down.stderr


def test_data_elsewhere(work):
    elsewhere = work / "elsewhere/data"
    up = hriste(work, "up", "mine", "-var", f"data_dir={elsewhere}", *SMALLEST)
    assert up.returncode == 0, up.stderr
    assert (elsewhere / ".hriste-playground").exists() and not (work / "mine/local/.hriste").exists()
    down = hriste(work, "down", "mine")
    assert down.returncode == 0 and str(elsewhere) in down.stdout, down.stderr
    assert not elsewhere.exists()


def test_a_folder_of_somebody_else(work):
    (work / "letters").mkdir()
    (work / "letters/one.txt").write_text("dear")
    refused = hriste(work, "up", "letters")
    assert refused.returncode == 2 and "not touched" in refused.stderr
    assert os.listdir(work / "letters") == ["one.txt"]


def test_the_provider_is_found_in_any_folder(work):
    home, away = work / "home", work / "away"
    for folder in (home, away):
        folder.mkdir()
    (away / "main.tf").write_text('terraform {\n  required_providers {\n'
                                  '    hriste = { source = "hriste.local/hriste/hriste" }\n  }\n}\n')
    installed = hriste(work, "provider", "install", HOME=str(home))
    assert installed.returncode == 0 and "terraform-provider-hriste_v" in installed.stdout
    assert hriste(work, "provider", "install", HOME=str(home)).returncode == 0
    for program in {TOFU, shutil.which("terraform")} - {None}:
        shutil.rmtree(away / ".terraform", ignore_errors=True)
        (away / ".terraform.lock.hcl").unlink(missing_ok=True)
        init = subprocess.run([program, "init", "-no-color"], cwd=away, text=True, capture_output=True,
                              env=environment(HOME=str(home), CHECKPOINT_DISABLE="1"))
        assert init.returncode == 0, init.stderr
    (home / ".tofurc").write_text("provider_installation {\n  direct {}\n}\n")
    assert ".tofurc" in hriste(work, "provider", "install", HOME=str(home)).stdout
    removed = hriste(work, "provider", "install", "--remove", HOME=str(home))
    assert removed.returncode == 0 and not (home / ".terraform.d/plugins").exists()
    assert "nothing" in hriste(work, "provider", "install", "--remove", HOME=str(home)).stdout


def test_a_first_python_notebook_says_what_it_fetches(work):
    # Nothing can be fetched here: there is no Python.
    nothing = {"HRISTE_CACHE": str(work / "cache"), "PATH": str(work / "nothing")}
    up = hriste(work, "up", "mine", *SMALLEST, **nothing)
    assert up.returncode == 0, up.stderr
    notebook = work / "mine/notebooks/exploration.py"
    for verb in (("nb", "run", notebook), ("nb", "prepare")):
        refused = hriste(work / "mine", *verb, **nothing)
        first, *rest = refused.stderr.splitlines()
        assert refused.returncode == 2 and "fetches" in first and " MB" in first and rest, refused.stderr
    assert hriste(work, "up", "mine", "--offline-ready", **nothing).returncode == 2
