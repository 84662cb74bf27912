"""The provider with the real OpenTofu and the real daemon: what a user does, one after the other."""

import json
import os
import signal
import socket
import subprocess
from pathlib import Path

import pytest
from conftest import TOFU, is_alive, is_listening, wait_until


def test_apply_gives_graded_results_and_then_empty_plans(root):
    root.apply()
    outputs = root.outputs()
    assert outputs["page"].startswith("http://127.0.0.1:")
    assert outputs["result"] and outputs["engagements"]
    root.assert_graded_right()
    for _ in range(3):  # the live stream goes on meanwhile
        root.assert_plan_is_empty()


def test_apply_again_after_the_daemon_died(root):
    root.apply()
    first = root.kill_daemon()
    root.assert_plan_is_empty()
    assert root.daemon()["pid"] != first
    root.kill_daemon()
    assert "0 added, 0 changed, 0 destroyed" in root.apply()


def test_a_changed_volume_remakes_what_depends_on_the_world(root):
    root.apply()
    root.set(users=500)
    actions = root.planned_actions()
    assert actions["hriste_world.this"] == ["delete", "create"]
    assert actions['hriste_event_hub.this["pageviews"]'] == ["delete", "create"]
    assert actions["hriste_trigger.on_apply"] == ["update"]
    assert "hriste_lake.bronze" not in actions and "hriste_database.shop" not in actions
    root.apply()
    assert int(root.sql("SELECT count(*) FROM silver.users")[0][0]) == 500
    root.assert_graded_right()
    root.assert_plan_is_empty()


# They run again when what they read was made again.
NOTEBOOKS_AGAIN = {f'hriste_notebook.sql["{name}.sql"]': ["update"] for name in ("silver_quality", "tour")}


def test_a_changed_query_updates_the_job_in_place_and_runs_again(root):
    root.apply()
    run_id = run_of(root)
    query = root.local / "../streams/traffic.asaql"
    query.write_text(query.read_text() + "\n-- and a comment more\n")
    actions = root.planned_actions()
    triggers = {f"hriste_trigger.{name}": ["update"] for name in ("on_apply", "half_hourly", "new_products")}
    assert actions == {"hriste_stream_job.traffic": ["update"], "hriste_pipeline.refine": ["update"],
                       **triggers, **NOTEBOOKS_AGAIN}
    root.apply()
    assert run_of(root) != run_id
    root.assert_graded_right()
    root.assert_plan_is_empty()


def run_of(root):
    resources = root.state()["root_module"]["resources"]
    return next(r for r in resources if r["address"] == "hriste_trigger.on_apply")["values"]["run_id"]


def test_import_of_every_kind_gives_an_empty_plan(root):
    root.apply()
    names = {"hriste_world.this": "world", "hriste_lake.bronze": "bronze", "hriste_database.shop": "shop",
             'hriste_event_hub.this["stars"]': "stars", 'hriste_generator.files["users"]': "users",
             "hriste_stream_job.traffic": "traffic", "hriste_pipeline.refine": "refine",
             "hriste_trigger.on_apply": "on_apply"}
    run_id = run_of(root)
    subprocess.run([TOFU, "state", "rm", *names], cwd=root.local, env=root.environment(), check=True,
                   stdout=subprocess.DEVNULL)
    for address, name in names.items():
        status, output = root.run("import", address, name)
        assert status == 0, output
    root.assert_plan_is_empty()
    assert run_of(root) == run_id, "an import runs nothing"


def test_import_of_what_is_not_there_says_so(root):
    root.tofu("apply", "-auto-approve", "-target=hriste_lake.bronze")
    assert "non-existent" in root.fail("import", "hriste_lake.gold", "gold")
    assert "isn't a name" in root.fail("import", "hriste_lake.gold", "../gold")


def test_drift_comes_back(root):
    root.apply()
    users = root.data_dir / "lake/bronze/users/users.json"
    before = users.read_bytes()
    users.unlink()
    actions = root.planned_actions()
    assert actions.get('hriste_generator.files["users"]') == ["create"], actions
    root.apply()
    assert users.read_bytes() == before, "the same rows"
    root.assert_plan_is_empty()


def test_destroy_leaves_nothing(root):
    root.apply()
    daemon = root.daemon()
    ports = [daemon["port"]]
    kafka = root.api("GET", "/v1/endpoints")["kafka"]
    ports.append(int(kafka.rsplit(":", 1)[1]))
    assert all(map(is_listening, ports))
    root.destroy()
    assert not is_alive(daemon["pid"])
    assert root.processes() == []
    assert not any(map(is_listening, ports))
    assert not root.data_dir.exists()
    assert list(root.temporary.iterdir()) == []
    left = {path.name for path in root.local.iterdir()} - {
        path.name for path in (Path(__file__).parents[2] / "playground/local").iterdir()}
    assert left <= {".terraform", ".terraform.lock.hcl", "terraform.d", "terraform.tfstate",
                    "terraform.tfstate.backup", "test.auto.tfvars.json"}, left
    root.destroy()  # again: nothing to do, and nothing is made
    assert not root.data_dir.exists()


def test_apply_after_destroy_gives_the_same_rows(root):
    root.apply()
    before = (root.data_dir / "lake/bronze/users/users.json").read_bytes()
    root.destroy()
    root.apply()
    assert (root.data_dir / "lake/bronze/users/users.json").read_bytes() == before


@pytest.mark.parametrize("variables, words", [
    ({"users": -5}, ["users", "at least one user"]),
    ({"users": 10, "vip_users": 11}, ["vip_users is 11 and users is 10"]),
    ({"epoch": "soon"}, ["Invalid value: epoch", "soon"]),
    ({"event_rate": 0}, ["event_rate", "0.001"]),
])
def test_a_wrong_variable_is_said_at_plan_and_nothing_is_made(root, variables, words):
    root.set(**variables)
    for command in (["plan"], ["apply", "-auto-approve"]):
        output = root.fail(*command)
        for word in words:
            assert word in output
    assert not root.data_dir.exists()
    assert root.processes() == []


def test_a_wrong_query_is_located(root):
    query = root.local / "../streams/traffic.asaql"
    lines = query.read_text().count("\n")
    query.write_text(query.read_text().rstrip().rstrip(";") + ";\nSELECT * INTO moon FROM pageviews\n")
    output = root.fail("plan")
    assert "Invalid value: query" in output and "moon" in output
    assert any(f"line {line}, column 15" in output for line in (lines + 1, lines + 2)), output
    assert not root.data_dir.exists()


def test_mistakes_in_the_configuration_name_attribute_and_remedy(make_bare_root):
    root = make_bare_root("""
resource "hriste_lake" "a" {
  name = "../a"
  tier = "tin"
}
resource "hriste_generator" "b" {
  name  = "b"
  world = "world"
  table = "comets"
}
resource "hriste_pipeline" "c" {
  name = "c"
  activities = [
    { name = "x", type = "sql", table = "silver.x", query = "SELECT 1", needs = ["y"] },
    { name = "y", type = "sql", table = "silver.y", query = "SELECT 1", needs = ["x"] },
  ]
}
""")
    output = root.fail("plan")
    for words in ['"../a" isn\'t a name', "give one of bronze, silver, gold", '"world" is no ref',
                  "give one of users, vipusers", "x → y → x"]:
        assert words in output, words
    assert not root.data_dir.exists()


def test_202_resources_in_one_apply(make_bare_root):
    root = make_bare_root("""
resource "hriste_database" "many" {
  count = 202
  name  = "many-${count.index}"
}
""")
    assert "202 added" in root.apply()
    root.assert_plan_is_empty()
    assert "202 destroyed" in root.destroy()
    assert not root.data_dir.exists()


def test_two_playgrounds_side_by_side(make_root):
    one, two = make_root("one"), make_root("two", seed=7, users=200)
    first = one.start("apply", "-auto-approve")
    second = two.start("apply", "-auto-approve")
    for process in (first, second):
        output = process.communicate(timeout=600)[0]
        assert process.returncode == 0, output
    assert one.daemon()["playground"] != two.daemon()["playground"]
    assert one.daemon()["port"] != two.daemon()["port"]
    for root in (one, two):
        root.assert_graded_right()
    two.destroy()
    assert not two.data_dir.exists()
    one.assert_plan_is_empty()
    assert int(one.sql("SELECT count(*) FROM silver.users")[0][0]) == one.variables["users"]


def test_another_data_dir_under_the_same_state_is_an_error_and_no_orphan(root):
    root.tofu("apply", "-auto-approve", "-target=hriste_lake.bronze")
    old = root.data_dir
    root.set(data_dir=str(root.local / "elsewhere"))
    output = root.fail("plan")
    assert str(old) in output and "data_dir" in output
    assert not (root.local / "elsewhere").exists()
    root.variables.pop("data_dir")
    root.set()
    root.tofu("plan", "-target=hriste_lake.bronze", "-detailed-exitcode")


def test_a_foreign_folder_is_refused_and_left_alone(root):
    folder = root.local / "mine"
    folder.mkdir()
    (folder / "precious.txt").write_text("mine")
    root.set(data_dir=str(folder))
    output = root.fail("apply", "-auto-approve")
    assert str(folder) in output and "something else than a playground" in output
    assert [path.name for path in folder.iterdir()] == ["precious.txt"]
    assert root.processes() == []


def read_until(process, words):
    """Reads the process's output up to a line with `words`."""
    seen = []
    for line in process.stdout:
        seen.append(line)
        if words in line:
            return
    raise AssertionError("never said: " + words + "\n" + "".join(seen))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
@pytest.mark.parametrize("moment", ["hriste_generator.files", "hriste_stream_job.traffic: Creating",
                                    "hriste_trigger.on_apply: Creating"])
def test_an_interrupted_apply_is_completed_by_the_next(root, number, moment):
    process = root.start("apply", "-auto-approve")
    read_until(process, moment)
    # Ctrl-C reaches the whole foreground group, a kill only the one process.
    os.killpg(process.pid, number) if number == signal.SIGINT else process.kill()
    process.communicate(timeout=60)
    wait_until(lambda: plugins_below(process.pid) == [], what="the provider's end")
    root.apply()
    root.assert_graded_right()
    root.assert_plan_is_empty()
    root.destroy()
    assert not root.data_dir.exists()


def plugins_below(session):
    """Providers that still run in the session that an OpenTofu led."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            if fields[3] == str(session) and fields[0] != "Z":
                found.append(int(entry.name))
        except OSError:
            pass
    return found


def takes(squatter, port):
    try:
        squatter.bind(("127.0.0.1", port))
    except OSError:
        return False
    return True


def test_a_taken_port_is_avoided_and_shown(root):
    root.apply()
    port = root.daemon()["port"]
    root.kill_daemon()
    with socket.socket() as squatter:
        squatter.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        wait_until(lambda: takes(squatter, port), what="the daemon's port is free")
        squatter.listen()
        root.tofu("plan")
        assert root.daemon()["port"] != port
        assert root.api("GET", "/v1/endpoints")["page"].startswith(f"http://127.0.0.1:{root.daemon()['port']}")


def test_a_plan_needs_no_daemon_and_starts_none(root):
    root.tofu("plan")
    assert not root.data_dir.exists()
    assert root.processes() == []


def test_state_holds_no_secret(root):
    root.apply()
    token = (root.data_dir / "token").read_text().strip()
    assert token not in (root.local / "terraform.tfstate").read_text()
    assert token not in json.dumps(root.outputs())


def test_a_world_without_orders_traffic_and_vips_is_graded_right(make_root):
    root = make_root("empty", orders=0, traffic_hours=0, vip_users=0)
    root.apply()
    grade = root.api("GET", "/v1/grade")
    assert grade["all_right"], [c for c in grade["checks"] if c["verdict"] != "right"]
    root.assert_plan_is_empty()
