"""Windows of a trigger on intervals: their bounds in SQL, one again, a pause by hand, a queue."""

import json
import subprocess
import urllib.error

import pytest

from conftest import BUILD, wait_until

HRISTE = str(BUILD / "hriste")

HOURS = '''
resource "hriste_lake" "gold" {
  name = "gold"
  tier = "gold"
}
resource "hriste_pipeline" "hourly" {
  name       = "hourly"
  activities = [{ name = "hours", type = "sql", table = "gold.hours", query = %s }]
  needs      = [hriste_lake.gold.ref]
}
resource "hriste_trigger" "hours" {
  name          = "hours"
  pipeline      = hriste_pipeline.hourly.ref
  on            = "interval"
  every_minutes = 60
  start         = "2026-05-31T21:00:00Z"
}
'''
# The window at ten o'clock fails as long as the bound says so.
QUERY = ("SELECT CASE WHEN CAST(:window_start AS TIMESTAMP) = TIMESTAMP '2026-05-31 22:00:00' AND %s "
         "THEN error('not this one') ELSE CAST(:window_start AS TIMESTAMP) END AS begins, :window_end AS ends")


def hours(fails):
    return HOURS % json.dumps(QUERY % ("true" if fails else "false"))


def hriste(root, *arguments):
    """(exit status, output)."""
    done = subprocess.run([HRISTE, "--data-dir", str(root.data_dir), *arguments], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, env=root.environment(), timeout=120)
    return done.returncode, done.stdout


def calendar(root):
    return root.api("GET", "/v1/triggers/hours/windows")


def runs_of(root, **wanted):
    return [run for run in root.api("GET", "/v1/overview")["runs"]
            if all(run[name] == value for name, value in wanted.items())]


def test_a_failed_window_runs_again_alone(make_bare_root):
    root = make_bare_root(hours(fails=True))
    root.apply()
    wait_until(lambda: calendar(root)["done"] + calendar(root)["failed"] == 3, 60, "three windows")
    assert calendar(root)["failed_windows"] == ["2026-05-31T22:00:00.000Z"]
    (failed,) = runs_of(root, state="failed")
    assert failed["parameters"] == {"window_start": "2026-05-31T22:00:00.000Z", "window_end": "2026-05-31T23:00:00.000Z"}
    assert "not this one" in failed["error"]
    assert root.sql("SELECT CAST(begins AS VARCHAR), ends FROM gold.hours") == [
        ["2026-05-31 23:00:00", "2026-06-01T00:00:00.000Z"]], "the last window's"

    assert hriste(root, "windows", "hours", "--failed", "--format", "csv")[1].splitlines()[1:] == [
        "2026-05-31T22:00:00.000Z"]
    status, output = hriste(root, "windows", "hours")
    assert status == 0 and "hriste run PIPELINE --window 2026-05-31T22:00:00.000Z" in output, output
    assert "2026-05-31" in output
    status, output = hriste(root, "windows", "hour")
    assert status != 0 and "hours" in output, output
    status, output = hriste(root, "run", "hourly")
    assert status != 0 and ":window_start is the bound of a window, and this run has none" in output, output
    assert "activity hours" in output
    status, output = hriste(root, "run", "hourly", "--window", "2026-05-31T22:30:00Z")
    assert status != 0 and "one does at 2026-05-31T22:00:00.000Z" in output, output
    status, output = hriste(root, "run", "hourly", "--window", "2026-05-31T22:00:00Z")
    assert status == 1 and "not this one" in output, output

    (root.local / "main.tf").write_text((root.local / "main.tf").read_text().replace("AND true", "AND false"))
    root.apply()
    last = runs_of(root, state="failed")[0]
    status, output = hriste(root, "run", "hourly", "--from", last["id"])
    assert status == 0, output
    assert runs_of(root)[0]["parameters"] == last["parameters"], "those of the run that it goes on from"
    assert calendar(root)["failed"] == 1, "of the trigger's own works alone"
    status, output = hriste(root, "run", "hourly", "--window", "2026-05-31T22:00:00Z")
    assert status == 0, output
    assert calendar(root)["failed"] == 0 and calendar(root)["done"] == 3
    assert root.sql("SELECT ends FROM gold.hours") == [["2026-05-31T23:00:00.000Z"]]
    again = root.api("POST", "/v1/triggers/hours/windows/run", {"start": "2026-05-31T21:00:00Z"})
    assert again["state"] == "succeeded" and again["parameters"]["window_start"] == "2026-05-31T21:00:00.000Z"
    file = root.local / "hours.sql"
    file.write_text("-- table: gold.hours\n--\nSELECT CAST(:window_start AS TIMESTAMP) AS begins, :window_end AS ends\n")
    bounds = ["-p", "window_start=2026-06-01T00:00:00Z", "-p", "window_end=2026-06-01T01:00:00Z"]
    status, output = hriste(root, "preview", str(file), *bounds)
    assert status == 0 and "2026-06-01T01:00:00Z" in output, output
    status, output = hriste(root, "preview", str(file))
    assert status != 0 and "for a preview, `-p window_start=START -p window_end=END`" in output, output
    with pytest.raises(urllib.error.HTTPError):
        root.api("POST", "/v1/triggers/hours/windows/run", {"start": "2026-06-30T21:00:00Z"})
    root.assert_plan_is_empty()


def test_a_pause_by_hand_outlasts_edits(make_bare_root):
    root = make_bare_root(hours(fails=False))
    root.apply()
    wait_until(lambda: calendar(root)["done"] == 3, 60, "three windows")
    assert hriste(root, "pause", "hours")[0] == 0
    text = (root.local / "main.tf").read_text()
    (root.local / "main.tf").write_text(text.replace(":window_end AS ends", ":window_end AS ends, 1 AS one"))
    assert "hriste_trigger.hours" in root.planned_actions()  # by its pipeline's ref
    root.apply()
    (trigger,) = root.api("GET", "/v1/triggers")
    assert trigger["paused"] and trigger["paused_by"] == "hand" and trigger["next"] is None
    assert "trigger hours is paused: hriste resume hours" in hriste(root, "status")[1]
    root.api("POST", "/v1/clock", {"jump_to": "2026-06-01T02:10:00Z"})
    root.kill_daemon()
    root.assert_plan_is_empty()
    assert root.api("GET", "/v1/triggers")[0]["paused"] and calendar(root)["done"] == 3
    assert hriste(root, "resume", "hours")[0] == 0
    wait_until(lambda: calendar(root)["done"] == 5, 60, "the windows since")
    assert "is paused" not in hriste(root, "status")[1]




def test_a_queue_says_what_it_waits_for_and_can_be_cancelled(make_bare_root):
    numbers = "(SELECT unnest(range(1, 300000)) AS i)"
    slow = f"SELECT sum((a.i * b.i) % 7) AS s FROM {numbers} a, {numbers} b"
    root = make_bare_root('''
resource "hriste_lake" "gold" {
  name = "gold"
  tier = "gold"
}
resource "hriste_notebook" "endless" {
  name   = "endless"
  source = "-- Databricks notebook source\\n%s"
}
resource "hriste_pipeline" "slow" {
  name       = "slow"
  activities = [{ name = "look", type = "notebook", notebook = hriste_notebook.endless.ref, timeout_seconds = 20 }]
  needs      = [hriste_lake.gold.ref]
}
''' % slow)
    root.apply()
    first = subprocess.Popen([HRISTE, "--data-dir", str(root.data_dir), "run", "slow"], env=root.environment(),
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    wait_until(lambda: runs_of(root, state="running"), 30, "the first run")
    second = subprocess.Popen([HRISTE, "--data-dir", str(root.data_dir), "run", "slow"], env=root.environment(),
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    wait_until(lambda: any("(the run of pipeline slow)" in wait["what"] for wait in
                           root.api("GET", "/v1/overview")["waiting"]), 15, "the queue")
    assert root.api("GET", "/v1/overview")["under_way"] == ["slow"]
    second.kill()  # who goes away cancels
    second.communicate()
    output = first.communicate(timeout=60)[0]
    assert first.returncode == 1 and "it took longer than 20 s (timeout_seconds)" in output, output
    wait_until(lambda: root.api("GET", "/v1/overview")["under_way"] == [], 15, "the queue's end")
    assert len(runs_of(root, pipeline="slow")) == 1
