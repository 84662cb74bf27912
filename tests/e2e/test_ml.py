"""Machine learning from apply to predictions, its registry, and kills in the middle."""

import os
import random
import signal
import threading
import time
import urllib.error
import urllib.request

import pytest

VOLUMES = {"users": 2000, "products": 100, "orders": 3000, "traffic_hours": 1, "event_rate": 2}
KILLS = 8


def runs_of(root):
    return root.api("GET", "/v1/experiments/order_value/runs")


def model_of(root):
    return root.api("GET", "/v1/models/order_value")


def run_pipeline(root):
    run = root.api("POST", "/v1/pipelines/refine/run", {"full": True})
    assert run["state"] == "succeeded", run["error"]
    return run


def wait_for_training(root, pipeline):
    """Until a training has begun, or the pipeline's run ended without our seeing one."""
    while pipeline.is_alive() and all(run["state"] != "running" for run in runs_of(root)):
        pass


def assert_whole(root):
    """No half model, no half table: whatever was killed."""
    runs, model = runs_of(root), model_of(root)
    assert all(run["state"] in ("finished", "killed", "failed") for run in runs), runs
    finished = {run["id"]: run for run in runs if run["state"] == "finished"}
    folders = {entry.name for entry in (root.data_dir / "ml/artifacts").iterdir()}
    assert folders == set(finished)
    for run in finished.values():
        for artifact in run["artifacts"]:
            path = root.data_dir / "ml/artifacts" / run["id"] / artifact["path"]
            assert path.stat().st_size == artifact["bytes"] > 0
        assert {a["path"] for a in run["artifacts"]} >= {"model.json", "model.onnx"}
    numbers = [version["version"] for version in model["versions"]]
    assert numbers == list(range(len(numbers), 0, -1))
    assert [v["run_id"] in finished for v in model["versions"]] == [True] * len(numbers)
    assert all(version["file"]["format"] for version in model["versions"])
    assert model["aliases"]["champion"] in numbers
    ((rows, ids, versions, version),) = root.sql(
        "SELECT count(*), count(DISTINCT order_id), count(DISTINCT version), any_value(version) "
        "FROM gold.order_predictions")
    assert rows == ids == VOLUMES["orders"] and versions == 1 and version in numbers


def test_apply_trains_promotes_and_scores(make_root):
    root = make_root(**VOLUMES)
    root.apply()
    root.assert_plan_is_empty()
    assert_whole(root)
    experiments = root.api("GET", "/v1/experiments")
    assert [(e["name"], e["runs"]) for e in experiments] == [("order_value", 2)]
    ridge, linear = runs_of(root)
    assert (linear["name"], ridge["name"]) == ("train_linear", "train_ridge")
    for run in (linear, ridge):
        metrics = run["metrics"]
        assert 0.4 < metrics["test_r2"] < metrics["test_ceiling"] + 0.05
        assert metrics["train_rows"] + metrics["test_rows"] == VOLUMES["orders"]
        assert metrics["parity"] <= 1e-9
        assert run["tags"]["features"] == "gold.order_features" and run["mirror"] == ""
    model = model_of(root)
    second, first = model["versions"]
    assert first["decision"]["promoted"] and "first version" in first["decision"]["reason"]
    better = ridge["metrics"]["test_rmse"] < linear["metrics"]["test_rmse"]
    assert second["decision"]["promoted"] == better
    assert second["decision"]["champion"] == 1
    assert ("beats" if better else "does not beat") in second["decision"]["reason"]
    assert model["aliases"] == {"champion": 2 if better else 1}
    champion = second if better else first
    effects = {c["feature"]: c for c in champion["file"]["coefficients"]}
    assert effects["vip"]["low"] < 900 < effects["vip"]["high"]  # the planted effect
    # What is predicted is what the champion's weights say.
    weights = " + ".join(f"{c['value']:.17e} * {name}" for name, c in effects.items())
    ((worst,),) = root.sql(
        f"SELECT max(abs(predicted - ({champion['file']['intercept']['value']:.17e} + {weights}))) "
        "FROM gold.order_predictions JOIN gold.order_features USING (order_id)")
    assert worst < 1e-6
    with pytest.raises(urllib.error.HTTPError) as missing:
        root.api("GET", "/v1/models/nothing")
    assert missing.value.code == 404
    # The same data again: an equal model is no better one.
    run = run_pipeline(root)
    notes = {activity["name"]: activity["note"] for activity in run["activities"]}
    assert "does not beat" in notes["train_ridge"], notes
    assert model_of(root)["aliases"] == model["aliases"]
    root.destroy()
    assert not root.data_dir.exists()


def test_kill_during_training_and_scoring(make_root):
    root = make_root(**VOLUMES)
    root.apply()
    activities = {a["name"]: a for a in run_pipeline(root)["activities"]}
    begin = min(a["offset_s"] for name, a in activities.items() if name.startswith(("gold_order", "train")))
    end = max(a["offset_s"] + a["seconds"] for name, a in activities.items() if name.startswith("score"))
    seeded = random.Random(7)

    def kill_after(wait):
        pid = root.daemon()["pid"]

        def run():
            try:
                root.api("POST", "/v1/pipelines/refine/run", {"full": True})
            except OSError:
                pass  # killed

        thread = threading.Thread(target=run)
        thread.start()
        wait(thread)
        os.kill(pid, signal.SIGKILL)
        thread.join()
        root.tofu("plan")  # starts the daemon again
        assert_whole(root)

    # Anywhere between the features and the scores, and certainly in a training.
    for _ in range(KILLS):
        kill_after(lambda _: time.sleep(seeded.uniform(begin, end)))
    for _ in range(KILLS):
        if any(run["state"] == "killed" for run in runs_of(root)):
            break
        kill_after(lambda pipeline: wait_for_training(root, pipeline))
    run_pipeline(root)
    assert_whole(root)
    killed = sum(run["state"] == "killed" for run in runs_of(root))
    assert killed > 0, "no kill came during a training"


def test_too_few_orders_for_a_model(make_root):
    root = make_root(**{**VOLUMES, "orders": 50})
    said = " ".join(root.apply().replace("│", " ").split())
    assert "No model is trained: there are 50 orders, and 300 are needed at least." in said, said
    root.assert_plan_is_empty()
    assert model_of(root)["versions"] == [] and runs_of(root) == []
