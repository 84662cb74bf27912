"""A run is gone on from where it failed or was killed: what it has made stays, at the same cuts."""

import os
import signal
import threading
import time
import urllib.error

import pytest


def run(root, **body):
    return root.api("POST", "/v1/pipelines/refine/run", body)


def by_state(record):
    states = {}
    for activity in record["activities"]:
        states.setdefault(activity["state"], set()).add(activity["name"])
    return states


def kept_of(record):
    return {activity["name"] for activity in record["activities"] if activity["kept"]}


def computed_by(grade, run):
    """The units of checks that this run's grade computed."""
    return {check["unit"] for check in grade["checks"] if check["graded_by"] == run}


def newest_run(root):
    return root.api("GET", "/v1/overview")["runs"][0]


def version_of(root, table):
    log = root.data_dir / "lake" / table / "_delta_log"
    return max(int(path.stem) for path in log.glob("*.json"))


def test_what_failed_runs_again_and_the_rest_is_kept(make_root):
    root = make_root()
    root.apply()
    towns = root.data_dir / "lake/bronze/towns/towns.csv"
    towns.rename(root.data_dir / "towns.csv")
    failed = run(root)
    states = by_state(failed)
    assert failed["state"] == "failed" and states["failed"] == {"silver_users"}
    assert "silver_products" in states["succeeded"] and "gold_engagements" in states["skipped"]
    (root.data_dir / "towns.csv").rename(towns)
    towns.touch()  # as it was before, its table would be unchanged since the first run
    before = version_of(root, "silver/products")

    again = run(root, **{"from": failed["id"]})
    assert again["state"] == "succeeded", again["error"]
    assert again["rerun_of"] == failed["id"] and again["cuts_ms"] == failed["cuts_ms"]
    assert kept_of(again) >= states["succeeded"] and "silver_users" not in kept_of(again)
    assert version_of(root, "silver/products") == before, "what is kept isn't written"
    root.assert_graded_right()
    inputs = {activity["name"]: activity["inputs"] for activity in again["activities"]}
    engagements = inputs["gold_engagements"]
    assert engagements["file"] == "gold_engagements.sql"
    assert engagements["tables"]["silver.users"] == version_of(root, "silver/users")
    assert inputs["silver_users"]["tables"]["bronze.towns"] is None
    assert inputs["train_ridge"]["parameters"]["penalty"] == 10

    for wrong, code in (("run-99", 404), (failed["id"], 412), (7, 400)):
        with pytest.raises(urllib.error.HTTPError) as refused:
            run(root, **{"from": wrong})
        assert refused.value.code == code, refused.value.read()


def test_an_apply_makes_what_was_edited_and_no_more(make_root):
    root = make_root()
    root.apply()
    first = newest_run(root)
    root.api("POST", "/v1/clock", {"jump_to": "2026-06-01T00:20:00Z"})
    query = root.local / "../sql/gold_sales_by_day.sql"
    query.write_text(query.read_text().replace("sum(p.items)", "sum(p.items + 0)"))
    root.apply()
    edited = newest_run(root)
    assert edited["id"] != first["id"] and edited["cuts_ms"] == first["cuts_ms"]
    assert {a["name"] for a in edited["activities"]} - kept_of(edited) == {"gold_sales_by_day"}
    # Regraded is what lies behind the edit: of the others each says which grade it is of.
    grade = root.api("GET", "/v1/grade")
    assert grade["run_id"] == edited["id"]
    assert computed_by(grade, edited["id"]) == {"gold.sales_by_day"}
    assert len(computed_by(grade, first["id"])) > 20
    root.assert_graded_right()
    later = run(root)
    assert later["cuts_ms"]["pageviews"] > first["cuts_ms"]["pageviews"]
    assert "silver_pageviews" not in kept_of(later)
    root.assert_graded_right()


def test_a_killed_run_is_gone_on_from(make_root):
    root = make_root(users=2000, orders=3000)
    root.apply()
    seconds = run(root, full=True)["seconds"]
    for part in (0.4, 0.8):
        pid = root.daemon()["pid"]

        def begin():
            try:
                run(root, full=True)
            except OSError:
                pass  # killed

        thread = threading.Thread(target=begin)
        thread.start()
        time.sleep(seconds * part)
        os.kill(pid, signal.SIGKILL)
        thread.join()
        root.tofu("plan")  # starts the daemon again
        killed = newest_run(root)
        if killed["state"] != "failed":
            continue  # it had ended
        again = run(root, **{"from": killed["id"]})
        assert again["state"] == "succeeded", again["error"]
        assert kept_of(again) >= by_state(killed).get("succeeded", set())
        root.assert_graded_right()
