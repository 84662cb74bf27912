"""Machine learning from apply to predictions, its registry, kills in the middle, and an MLflow server
that is told of it."""

import json
import os
import random
import signal
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request

import pytest
from conftest import is_listening, wait_until

VOLUMES = {"users": 2000, "products": 100, "orders": 3000, "traffic_hours": 1, "event_rate": 2}
KILLS = 8


def runs_of(root):
    return root.api("GET", "/v1/experiments/order_value/runs")


def model_of(root):
    return root.api("GET", "/v1/models/order_value")


def run_pipeline(root):
    run = root.api("POST", "/v1/pipelines/refine/run", {})
    assert run["state"] == "succeeded", run["error"]
    return run


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
    for _ in range(KILLS):
        pid = root.daemon()["pid"]

        def run():
            try:
                root.api("POST", "/v1/pipelines/refine/run", {})
            except OSError:
                pass  # killed

        thread = threading.Thread(target=run)
        thread.start()
        time.sleep(seeded.uniform(begin, end))
        os.kill(pid, signal.SIGKILL)
        thread.join()
        root.tofu("plan")  # starts the daemon again
        assert_whole(root)
    run_pipeline(root)
    assert_whole(root)
    killed = sum(run["state"] == "killed" for run in runs_of(root))
    assert killed > 0, "no kill came during a training"


def test_too_few_orders_for_a_model(make_root):
    root = make_root(**{**VOLUMES, "orders": 50})
    root.apply()
    root.assert_plan_is_empty()
    assert model_of(root)["versions"] == [] and runs_of(root) == []


CLIENT = """
import json, sys
import mlflow, mlflow.onnx, mlflow.pyfunc, numpy, onnxruntime, pandas
uri, lake = sys.argv[1:]
mlflow.set_tracking_uri(uri)
client = mlflow.MlflowClient()
runs = mlflow.search_runs(experiment_names=["order_value"], output_format="list")
version = client.get_model_version_by_alias("order_value", "champion")
features = json.loads(sys.stdin.read())
rows = numpy.array(features["rows"], dtype="float64")
frame = pandas.DataFrame(rows, columns=features["columns"])
loaded = mlflow.pyfunc.load_model("models:/order_value@champion")
predicted = numpy.asarray(loaded.predict(frame)).reshape(-1)
onnx = mlflow.onnx.load_model("models:/order_value@champion")
session = onnxruntime.InferenceSession(onnx.SerializeToString(), providers=["CPUExecutionProvider"])
direct = session.run(None, {session.get_inputs()[0].name: rows})[0].reshape(-1)
print("FOUND " + json.dumps({
    "runs": {run.info.run_name: {"metrics": run.data.metrics, "params": run.data.params, "status": run.info.status}
             for run in runs},
    "version": version.tags["hriste.version"], "predicted": predicted.tolist(), "direct": direct.tolist(),
    "artifacts": sorted(a.path for a in client.list_artifacts(runs[0].info.run_id, "model"))}))
"""


@pytest.fixture
def mlflow_server(tmp_path):
    """start(port=0): a real MLflow server; returns (process, uri)."""
    python = os.environ.get("HRISTE_MLFLOW_PYTHON")
    if not python:
        pytest.skip("script/test without --quick brings MLflow")
    processes = []

    def start(port):
        folder = tmp_path / "mlflow"
        folder.mkdir(exist_ok=True)
        process = subprocess.Popen(
            [python, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1",
             "--backend-store-uri", f"sqlite:///{folder}/mlflow.db", "--artifacts-destination", str(folder / "files")],
            cwd=folder, stdout=(folder / "log").open("a"), stderr=subprocess.STDOUT, start_new_session=True)
        processes.append(process)
        wait_until(lambda: is_listening(port), 90, "the MLflow server")
        return process

    yield python, start
    for process in processes:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_a_real_mlflow_server_is_told(make_root, mlflow_server):
    python, start = mlflow_server
    port = free_port()
    uri = f"http://127.0.0.1:{port}"
    root = make_root(**VOLUMES, tracking_uri=uri)
    root.apply()  # the server is away: nothing waits for it
    wait_until(lambda: all("waiting" in run["mirror"] for run in runs_of(root)), what="the mirror's try")
    root.assert_plan_is_empty()
    start(port)
    wait_until(lambda: all(run["mirror"] == "done" for run in runs_of(root)), 90,
               "everything at the server")
    time.sleep(2)  # the alias follows in the same round
    model = model_of(root)
    champion = next(v for v in model["versions"] if v["version"] == model["aliases"]["champion"])
    columns = champion["file"]["features"]["columns"]
    wanted = root.sql("SELECT order_id, predicted FROM gold.order_predictions ORDER BY order_id LIMIT 200")
    rows = root.sql(f"SELECT {', '.join(columns)} FROM gold.order_features ORDER BY order_id LIMIT 200")
    client = subprocess.run([python, "-c", CLIENT, uri, str(root.data_dir / "lake")], text=True,
                            input=json.dumps({"columns": columns, "rows": rows}), capture_output=True, timeout=300)
    lines = [line for line in client.stdout.splitlines() if line.startswith("FOUND ")]
    assert lines, client.stdout[-3000:] + client.stderr[-3000:]
    found = json.loads(lines[0][6:])
    ours = {run["name"]: run for run in runs_of(root)}
    assert set(found["runs"]) == set(ours)
    for name, run in found["runs"].items():
        assert run["status"] == "FINISHED" and run["params"] == ours[name]["params"]
        assert run["metrics"] == pytest.approx(ours[name]["metrics"], rel=1e-12)
    assert found["version"] == str(champion["version"])
    assert "model/MLmodel" in found["artifacts"] and "model/model.onnx" in found["artifacts"]
    for way in ("predicted", "direct"):
        assert found[way] == pytest.approx([row[1] for row in wanted], rel=1e-9)
