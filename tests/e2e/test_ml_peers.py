"""Our regression, ONNX files and scores beside those of others: scikit-learn and closed forms in numpy
for coefficients and intervals, onnx for the file, onnxruntime for what it predicts, delta-rs for the
table of scores. What is compared is made by `ml_peer_tool`."""

import json
import subprocess

import deltalake
import numpy
import onnx
import onnxruntime
import pytest
import scipy.stats
from conftest import BUILD
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error


class Case:
    def __init__(self, folder):
        self.folder = folder
        table = deltalake.DeltaTable(str(folder / "lake/gold/order_features")).to_pyarrow_table()
        self.table = table.sort_by("order_id")
        self.models = {kind: json.loads((folder / kind / "model.json").read_text()) for kind in ("linear", "ridge")}

    def matrix(self, columns):
        return numpy.column_stack([self.table[c].to_numpy().astype(float) for c in columns])

    @property
    def target(self):
        return numpy.array([float(v) for v in self.table["order_value"].to_pylist()])

    def parts(self, model):
        """(used features, X and y that train, X and y that test)"""
        used = [c["feature"] for c in model["coefficients"]]
        train = numpy.array([t.isoformat() < model["split"][:19] for t in self.table["ordered_at"].to_pylist()])
        X, y = self.matrix(used), self.target
        return used, X[train], y[train], X[~train], y[~train]


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ml")
    subprocess.run([BUILD / "ml_peer_tool", folder], check=True)
    return Case(folder)


def close(ours, theirs, by=1e-8):
    ours, theirs = numpy.asarray(ours), numpy.asarray(theirs)
    assert numpy.all(abs(ours - theirs) <= by * numpy.maximum(1, abs(theirs))), numpy.max(abs(ours - theirs))


def test_the_split_leaves_the_last_fifth_to_the_test(case):
    model = case.models["linear"]
    _, _, train, _, test = case.parts(model)
    assert (model["train"]["rows"], model["test"]["rows"]) == (len(train), len(test))
    assert 0.199 < len(test) / 20000 < 0.202
    assert model["left_out"] == [{"feature": "always", "reason": "constant"}]


@pytest.mark.parametrize("kind", ["linear", "ridge"])
def test_coefficients_and_metrics_are_those_of_scikit_learn(case, kind):
    model = case.models[kind]
    used, X, y, X_test, y_test = case.parts(model)
    assert len(used) == 39
    # Centred before: scikit-learn does so too, and its solver then has no offsets to lose digits by.
    theirs = LinearRegression() if kind == "linear" else Ridge(alpha=model["penalty"], solver="cholesky")
    theirs.fit(X - X.mean(axis=0), y)
    close([c["value"] for c in model["coefficients"]], theirs.coef_)
    close(model["intercept"]["value"], theirs.intercept_ - X.mean(axis=0) @ theirs.coef_)
    for part, data, truth in (("train", X, y), ("test", X_test, y_test)):
        predicted = theirs.predict(data - X.mean(axis=0))
        close(model[part]["r2"], r2_score(truth, predicted))
        close(model[part]["rmse"], root_mean_squared_error(truth, predicted))
        close(model[part]["mae"], mean_absolute_error(truth, predicted))
        close(model[part]["ceiling"], 1 - 200**2 / truth.var())


@pytest.mark.parametrize("kind", ["linear", "ridge"])
def test_intervals_are_those_of_the_closed_form(case, kind):
    model = case.models[kind]
    _, X, y, _, _ = case.parts(model)
    n, p = X.shape
    means = X.mean(axis=0)
    Z = X - means
    G = Z.T @ Z
    inverse = numpy.linalg.inv(G + model["penalty"] * numpy.eye(p))
    weights = inverse @ (Z.T @ (y - y.mean()))
    freedom = n - 1 - numpy.trace(inverse @ G)
    variance = ((y - y.mean() - Z @ weights) ** 2).sum() / freedom
    covariance = variance * inverse @ G @ inverse
    errors = numpy.sqrt(numpy.diag(covariance))
    close(model["degrees_of_freedom"], freedom)
    close(model["residual_sd"], numpy.sqrt(variance))
    reach = scipy.stats.t.ppf(0.975, freedom)
    close([c["standard_error"] for c in model["coefficients"]], errors)
    close([c["low"] for c in model["coefficients"]], weights - reach * errors)
    close([c["high"] for c in model["coefficients"]], weights + reach * errors)
    close(model["intercept"]["standard_error"], numpy.sqrt(variance / n + means @ covariance @ means))


@pytest.mark.parametrize("kind", ["linear", "ridge"])
def test_the_onnx_file_is_valid_and_predicts_as_we_do(case, kind):
    path = case.folder / kind / "model.onnx"
    file = onnx.load(path)
    onnx.checker.check_model(file, full_check=True)
    assert [node.op_type for node in file.graph.node] == ["Gather", "MatMul", "Add"]
    properties = {p.key: p.value for p in file.metadata_props}
    model = case.models[kind]
    assert json.loads(properties["hriste.features"]) == model["features"]["columns"]
    session = onnxruntime.InferenceSession(path)
    [predicted] = session.run(None, {"features": case.matrix(model["features"]["columns"])})
    assert predicted.dtype == numpy.float64 and predicted.shape == (20000, 1)
    ours = case.matrix([c["feature"] for c in model["coefficients"]]) @ [c["value"] for c in model["coefficients"]]
    close(predicted[:, 0], ours + model["intercept"]["value"], 1e-9)


def test_the_table_of_scores_is_what_onnxruntime_predicts(case):
    table = deltalake.DeltaTable(str(case.folder / "lake/gold/order_predictions"))
    scores = table.to_pyarrow_table().sort_by("order_id")
    assert scores.column_names == ["order_id", "order_value", "predicted", "model", "version"]
    assert scores["order_id"].equals(case.table["order_id"])
    assert scores["order_value"].equals(case.table["order_value"])
    assert set(scores["model"].to_pylist()) == {"order_value"} and set(scores["version"].to_pylist()) == {4}
    session = onnxruntime.InferenceSession(case.folder / "linear/model.onnx")
    columns = case.models["linear"]["features"]["columns"]
    [predicted] = session.run(None, {"features": case.matrix(columns)})
    close(scores["predicted"].to_numpy(), predicted[:, 0], 1e-9)
