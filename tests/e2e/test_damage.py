"""What a real daemon makes of damaged files: it starts, says which resource has failed, serves the
others, and everything can be destroyed."""

import shutil
import sqlite3
import subprocess
from pathlib import Path

import pytest
from conftest import BUILD, environment, wait_until

TEXT = """
resource "hriste_world" "w" {
  name = "w"
  users = 20
  products = 5
  orders = 5
  traffic_hours = 1
  event_rate = 1
}
resource "hriste_lake" "bronze" {
  name = "bronze"
  tier = "bronze"
}
resource "hriste_event_hub" "one" {
  name = "one"
}
resource "hriste_event_hub" "two" {
  name = "two"
}
resource "hriste_stream_job" "job" {
  name    = "job"
  query   = "SELECT user_id INTO raw FROM one"
  inputs  = { one = hriste_event_hub.one.ref }
  outputs = { raw = { lake = hriste_lake.bronze.ref, path = "raw" } }
}
resource "hriste_dashboard" "board" {
  name   = "board"
  source = "# Board\\n\\n```sql q\\nSELECT 1 AS one\\n```\\n"
}
"""


def hriste(*arguments):
    return subprocess.run([BUILD / "hriste", *map(str, arguments)], text=True, capture_output=True,
                          env=environment(), timeout=120)


@pytest.fixture
def stopped(make_bare_root):
    root = make_bare_root(TEXT)
    root.apply()
    assert hriste("stop", "--data-dir", root.data_dir).returncode == 0
    return root


def set_attribute(root, kind, name, attributes):
    database = sqlite3.connect(root.data_dir / "catalogue.db")
    with database:
        database.execute("UPDATE resources SET attributes = ? WHERE kind = ? AND name = ?",
                         (attributes, kind, name))
    database.close()


def states(root):
    return {f"{one['kind']}.{one['name']}": one for one in root.api("GET", "/v1/resources")}


def assert_only_this_failed(root, failed, dependents=()):
    started = hriste("start", "--data-dir", root.data_dir)
    assert started.returncode == 0, started.stderr
    found = states(root)
    assert found[failed]["state"] == "failed" and found[failed]["failed"], found[failed]
    others = {name: one for name, one in found.items() if name not in (failed, *dependents)}
    assert all(one["state"] == "ready" for one in others.values()), others
    status = hriste("status", "--data-dir", root.data_dir)
    assert status.returncode == 0 and "fail" in status.stdout, status.stdout


@pytest.mark.parametrize("kind, name, dependents", [
    ("hriste_dashboard", "board", ()),
    ("hriste_stream_job", "job", ()),
    ("hriste_event_hub", "two", ()),
])
@pytest.mark.parametrize("damage", ["", "null", "[]", '{"query": 7, "source": [], "partitions": "x"}'])
def test_a_damaged_row_fails_its_resource(stopped, kind, name, dependents, damage):
    set_attribute(stopped, kind, name, damage)
    assert_only_this_failed(stopped, f"{kind}.{name}", dependents)
    stopped.destroy()
    assert not stopped.data_dir.exists()


@pytest.mark.parametrize("damage", [b"", b"null", b"{\"name\": 7}", b"\xff\xfe\x00"])
def test_a_damaged_hub_fails_and_the_other_one_serves(stopped, damage):
    (stopped.data_dir / "hub/hubs/two/hub.json").write_bytes(damage)
    assert_only_this_failed(stopped, "hriste_event_hub.two")
    assert stopped.api("GET", "/v1/hubs/one/records?limit=1") is not None
    stopped.destroy()
    assert not stopped.data_dir.exists()


def test_numbers_that_are_none_keep_nobody_from_starting(stopped):
    database = sqlite3.connect(stopped.data_dir / "catalogue.db")
    with database:
        for key in ("kafka_port", "http_port", "last_apply_ms", "run_number", "clock", "cuts"):
            database.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, "[x"))
    database.close()
    (stopped.data_dir / "token").write_text("short")
    assert hriste("start", "--data-dir", stopped.data_dir).returncode == 0
    assert all(one["state"] == "ready" for one in states(stopped).values())
    stopped.destroy()
    assert not stopped.data_dir.exists()


def test_a_damaged_catalogue_says_what_to_do(stopped):
    for file in stopped.data_dir.glob("catalogue.db*"):
        file.write_bytes(b"x" * 9000)
    refused = hriste("start", "--data-dir", stopped.data_dir)
    assert refused.returncode != 0
    assert "move the data folder away" in refused.stderr + refused.stdout


FAILING = TEXT + """
resource "hriste_lake" "silver" {
  name = "silver"
  tier = "silver"
}
resource "hriste_pipeline" "p" {
  name       = "p"
  activities = [{
    name  = "a"
    type  = "sql"
    table = "silver.a"
    query = "-- table: silver.a\\n--\\nSELECT 1 AS x FROM range(%s)"
  }]
}
resource "hriste_trigger" "t" {
  name     = "t"
  pipeline = hriste_pipeline.p.ref
  on       = "apply"
  grade    = false
}
"""


def test_what_could_not_be_made_goes_with_the_rest(make_bare_root):
    root = make_bare_root(FAILING % "error('no')")
    assert "no" in root.fail("apply", "-auto-approve")
    pid = root.daemon()["pid"]
    root.destroy()
    wait_until(lambda: not root.data_dir.exists() and not Path(f"/proc/{pid}").exists(), what="the end")


def test_a_table_whose_log_is_gone_is_named_and_made_again(make_bare_root):
    root = make_bare_root(FAILING % "5")
    root.apply()
    root.assert_plan_is_empty()
    shutil.rmtree(root.data_dir / "lake/silver/a/_delta_log")
    _, plan = root.run("plan")
    assert "silver/a/_delta_log is gone" in " ".join(plan.replace("│", " ").split()), plan
    status = hriste("status", "--data-dir", root.data_dir).stdout
    assert "_delta_log is gone" in status, status
    root.apply()
    assert root.sql("SELECT count(*) AS n FROM silver.a")
    root.assert_plan_is_empty()


def spoil(path):
    """Wrong bits, the right size."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0x55
    path.write_bytes(data)
    return path


def test_wrong_bits_are_named_by_the_plan_and_mended_by_a_run(make_root):
    root = make_root()
    root.apply()
    root.assert_graded_right()
    lake = root.data_dir / "lake"
    wait_until(lambda: any(lake.glob("bronze/capture/**/*.avro")), what="captured files")
    made = [max(lake.glob(pattern), key=lambda path: path.stat().st_size) for pattern in (
        "silver/users/*.parquet", "bronze/pageviews/**/*.parquet", "bronze/capture/**/*.avro",
        "bronze/users/users.json")]
    before = {path: path.read_bytes() for path in made[2:]}
    for path in made:
        spoil(path)
    code, plan = root.run("plan", "-detailed-exitcode")
    plan = " ".join(plan.replace("│", " ").split())
    assert "holds other bytes than were written" in plan, plan
    for path in made:
        assert path.name in plan, (path, plan)
    assert "graded before" in root.api("GET", "/v1/grade")["stale"]
    record = root.api("POST", "/v1/pipelines/refine/run", {})
    assert record["state"] == "succeeded", record["error"]
    for path, whole in before.items():
        assert path.read_bytes() == whole, path
    root.api("POST", "/v1/grade")
    root.assert_graded_right()
    root.assert_plan_is_empty()


def test_a_damaged_grade_is_no_end_of_anything(stopped):
    database = sqlite3.connect(stopped.data_dir / "catalogue.db")
    with database:
        database.execute("INSERT INTO grades (run_id, grade) VALUES ('run-1', ?)",
                         ('{"passed": "x", "checks": {"a": 1}, "run_id": 7}',))
    database.close()
    for verb in (["start"], ["status"], ["grade", "--history"]):
        shown = hriste(*verb, "--data-dir", stopped.data_dir)
        assert shown.returncode == 0, shown.stdout + shown.stderr
    stopped.assert_plan_is_empty()


SLOW = TEXT + """
resource "hriste_lake" "silver" {
  name = "silver"
  tier = "silver"
}
resource "hriste_pipeline" "slow" {
  name       = "slow"
  activities = [{
    name  = "slow"
    type  = "sql"
    table = "silver.slow"
    query = "-- table: silver.slow\\n--\\nSELECT count(*) AS n FROM range(40000000) a, range(4000) b"
  }]
}
"""


def running(root):
    return [run for run in root.api("GET", "/v1/overview")["runs"] if run["state"] == "running"]


def waiting(root):
    return [wait["who"] for wait in root.api("GET", "/v1/overview")["waiting"]]


def test_a_run_ends_with_its_client(make_bare_root):
    """A killed `hriste run` leaves nothing that waits or runs."""
    root = make_bare_root(SLOW)
    root.apply()
    command = [BUILD / "hriste", "run", "slow", "--data-dir", root.data_dir]
    first = subprocess.Popen(command, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_until(lambda: running(root), what="the first run")
    second = subprocess.Popen(command, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_until(lambda: waiting(root), what="the second run's wait")
    assert "pipeline slow" in waiting(root)[0]
    second.kill()
    second.wait()
    wait_until(lambda: not waiting(root), what="the end of the wait")
    first.kill()
    first.wait()
    wait_until(lambda: not running(root), what="the end of the run")


def test_a_grade_waits_in_sight_and_a_run_is_cancelled_by_name(make_bare_root):
    root = make_bare_root(SLOW)
    root.apply()

    def hriste(*arguments):
        return subprocess.Popen([BUILD / "hriste", *arguments, "--data-dir", root.data_dir], env=environment(),
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    assert hriste("cancel", "slow").wait() == 1  # there is none
    run = hriste("run", "slow")
    wait_until(lambda: running(root), what="the run")
    grade = hriste("grade", "--now")
    wait_until(lambda: waiting(root) == ["the grade"], what="the grade's wait")
    grade.kill()
    grade.wait()
    wait_until(lambda: not waiting(root), what="the end of the wait")
    assert hriste("cancel", "slow").wait() == 0
    assert run.wait() != 0
    assert not running(root)
