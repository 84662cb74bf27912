"""A real MLflow server is told of runs, models and aliases, also when it was away; and what its stock
client loads predicts as we do."""

import json
import os
import signal
import socket
import subprocess
import urllib.error
import urllib.request

import pytest
from conftest import is_listening, wait_until
from test_ml import VOLUMES, model_of, runs_of


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


def has_champion(uri):
    try:
        urllib.request.urlopen(f"{uri}/api/2.0/mlflow/registered-models/alias?name=order_value&alias=champion").close()
        return True
    except urllib.error.HTTPError:
        return False


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
    wait_until(lambda: has_champion(uri), what="the alias at the server")
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
