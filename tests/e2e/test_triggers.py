"""Pipelines that start by themselves, and runs that make only what is new."""

import json
import os
import signal
import time

import pytest

from conftest import wait_until


def jump(root, at):
    root.api("POST", "/v1/clock", {"jump_to": at})


def runs_of(root, trigger):
    return [run for run in root.api("GET", "/v1/overview")["runs"] if run["trigger"] == trigger]


def ended(root, trigger):
    return [run for run in runs_of(root, trigger) if run["state"] != "running"]


def trigger(root, name):
    return next(one for one in root.api("GET", "/v1/triggers") if one["name"] == name)


def run(root, **body):
    return root.api("POST", "/v1/pipelines/refine/run", body)


def made_by(record):
    return {activity["name"] for activity in record["activities"] if not activity["kept"]}


def freeze(root):
    """Nothing new comes any more, and what has come is read."""
    root.api("POST", "/v1/clock", {"frozen": True})
    for _ in range(5):
        if not made_by(run(root)):
            return
        time.sleep(0.5)
    raise AssertionError("something new each time")


def test_the_half_hour_runs_by_itself_and_stays_graded(root):
    root.apply()
    assert trigger(root, "half_hourly")["next"] == "2026-06-01T00:30:00.000Z"
    jump(root, "2026-06-01T00:30:10Z")
    wait_until(lambda: ended(root, "schedule"), 60, "a scheduled run")
    record = ended(root, "schedule")[0]
    assert record["state"] == "succeeded", record["error"]
    assert record["parameters"] == {"scheduled_for": "2026-06-01T00:30:00.000Z"}
    wait_until(lambda: root.api("GET", "/v1/grade")["run_id"] == record["id"], 60, "its grade")
    root.assert_graded_right()
    root.assert_plan_is_empty()


def test_a_paused_trigger_starts_nothing_and_changes_no_attribute(root):
    root.apply()
    root.api("POST", "/v1/triggers/half_hourly/pause", {})
    jump(root, "2026-06-01T01:10:00Z")
    time.sleep(1.5)
    assert not runs_of(root, "schedule") and trigger(root, "half_hourly")["next"] is None
    root.assert_plan_is_empty()
    root.kill_daemon()
    root.assert_plan_is_empty()  # starts the daemon
    assert trigger(root, "half_hourly")["paused"]
    root.api("POST", "/v1/triggers/half_hourly/resume", {})
    wait_until(lambda: ended(root, "schedule"), 60, "what was missed, as one run")
    assert ended(root, "schedule")[0]["parameters"] == {"scheduled_for": "2026-06-01T01:00:00.000Z"}


def test_new_product_files_start_a_run(root):
    root.apply()
    folder = root.data_dir / "lake/bronze/products"
    before = root.sql("SELECT count(*) FROM silver.products")[0][0]
    product = json.loads(next(folder.glob("*.json")).read_text())
    product["id"] = 10**6
    (folder / "product_new.json").write_text(json.dumps(product))
    wait_until(lambda: ended(root, "file"), 60, "a run for the new file")
    record = ended(root, "file")[0]
    assert record["state"] == "succeeded", record["error"]
    assert "silver_products" in made_by(record)
    assert "silver_users" not in made_by(record)
    assert root.sql("SELECT count(*) FROM silver.products")[0][0] == before + 1


def test_a_run_with_nothing_new_makes_nothing(root):
    root.apply()
    freeze(root)
    record = run(root)
    assert record["bytes"] == 0 and not made_by(record)
    assert root.api("GET", "/v1/grade")["run_id"] == record["id"]
    root.assert_graded_right()
    whole = run(root, full=True)
    assert made_by(whole) == {activity["name"] for activity in whole["activities"]}
    root.assert_graded_right()


def test_an_edit_runs_what_lies_behind_it(root):
    root.apply()
    freeze(root)
    file = root.local.parent / "sql/silver_orders.sql"
    file.write_text(file.read_text() + "\n-- edited\n")
    root.apply()
    record = runs_of(root, "apply")[0]
    assert "silver_orders" in made_by(record)
    assert not {"silver_users", "silver_products", "copy_orders"} & made_by(record)
    root.assert_graded_right()


def test_a_part_runs_at_the_cuts_of_the_whole(root):
    root.apply()
    before = root.api("GET", "/v1/overview")["runs"][0]
    jump(root, "2026-06-01T00:10:00Z")
    part = run(root, only="+gold.engagements", full=True)
    assert part["state"] == "succeeded", part["error"]
    assert part["cuts_ms"] == before["cuts_ms"] and part["parameters"]["only"] == "+gold.engagements"
    names = {activity["name"] for activity in part["activities"]}
    assert {"gold_engagements", "silver_users", "copy_orders"} <= names
    assert "gold_sessions" not in names
    root.assert_graded_right()


def test_pipelines_of_other_tables_run_beside_each_other(root):
    (root.local / "more.tf").write_text('''
resource "hriste_pipeline" "aside" {
  name       = "aside"
  activities = [{ name = "numbers", type = "sql", table = "gold.numbers", query = "SELECT 1 AS one" }]
  needs      = [hriste_lake.gold.ref]
}
resource "hriste_trigger" "aside" {
  name     = "aside"
  pipeline = hriste_pipeline.aside.ref
  on       = "pipeline"
  after    = hriste_pipeline.refine.ref
}''')
    root.apply()
    assert run(root)["state"] == "succeeded"
    wait_until(lambda: ended(root, "pipeline"), 30, "the run after the other pipeline's")
    assert root.sql("SELECT one FROM gold.numbers") == [[1]]


@pytest.mark.parametrize("attributes, why", [
    ('on = "schedule"', "cron is missing: a trigger on schedule needs it"),
    ('on = "schedule"\n cron = "61 * * * *"', 'the minute is "61"'),
    ('on = "schedule"\n cron = "@daily"\n time_zone = "Europe/Praha"', 'there is no time zone "Europe/Praha"'),
    ('cron = "@daily"', "cron belongs to triggers on schedule"),
    ('on = "file"\n path = "../x"', "is no path of files below the lake"),
    ('on = "pipeline"\n after = hriste_pipeline.refine.ref', "runs after itself"),
])
def test_what_makes_no_sense_is_refused_at_plan(root, attributes, why):
    (root.local / "more.tf").write_text(f'''
resource "hriste_trigger" "odd" {{
  name     = "odd"
  pipeline = hriste_pipeline.refine.ref
  {attributes}
}}''')
    assert why in root.fail("plan")


def edited(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_what_a_failed_apply_has_replaced_is_made_again_when_the_edit_is_taken_back(root):
    root.apply()
    orders = root.sql("SELECT count(*) FROM silver.orders")[0][0]
    silver, gold = (root.local / f"../sql/{name}.sql" for name in ("silver_orders", "gold_sales_by_day"))
    before = [path.read_text() for path in (silver, gold)]
    silver.write_text(before[0].rstrip() + "\nLIMIT 10\n")
    edited(gold, "-> warn", "-> warn\n-- expect: never: orders < 0 -> fail")
    assert "never" in root.fail("apply", "-auto-approve")
    assert root.sql("SELECT count(*) FROM silver.orders")[0][0] == 10
    assert root.api("GET", "/v1/grade").get("stale")
    for path, text in zip((silver, gold), before):
        path.write_text(text)
    assert "hriste_trigger.on_apply" in root.planned_actions()
    root.apply()
    assert root.sql("SELECT count(*) FROM silver.orders")[0][0] == orders
    root.assert_graded_right()
    root.assert_plan_is_empty()


def test_an_interrupted_apply_cancels_its_run_and_the_next_one_goes_through(root):
    root.apply()
    gold = root.local / "../sql/gold_sales_by_day.sql"
    before = gold.read_text()
    numbers = "(SELECT unnest(range(1, 200000)) AS i)"
    slow = f"(SELECT sum((a.i * b.i) % 7) FROM {numbers} a, {numbers} b)"
    gold.write_text(before + f"HAVING {slow} <> 1\n")
    process = root.start("apply", "-auto-approve")

    def running():
        return [run for run in root.api("GET", "/v1/overview")["runs"] if run["state"] == "running"
                and any(a["name"] == "gold_sales_by_day" and a["state"] == "running" for a in run["activities"])]

    wait_until(running, 180, "the run of the slow table")
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(120) != 0
    process.stdout.close()
    wait_until(lambda: not running(), 60, "the run to end")
    assert runs_of(root, "apply")[0]["cancelled"]
    gold.write_text(before)
    root.apply()
    root.assert_graded_right()
    root.assert_plan_is_empty()
