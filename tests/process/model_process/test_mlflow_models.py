"""Folders that MLflow itself writes, in an environment of its own, are published and answer as the model. It needs an index."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from service.bundles.bundle_opening import open_model
from service.bundles.model import Model
from service.bundles.versions.bundle_folder import default_folder
from service.model_process.process_limits import process_limits, set_process_limits
from service.models.__main__ import main
from tests.support.mlflow_environment import MLFLOW_PACKAGES

SAVE = """
import json, sys
import cloudpickle, mlflow.pyfunc, mlflow.sklearn, sklearn
import pandas as pd
from mlflow.models import infer_signature
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

class Doubled(mlflow.pyfunc.PythonModel):
    def predict(self, context, model_input, params=None):
        return 2.0 * model_input["a"].to_numpy()

table = pd.DataFrame({"a": [float(i) for i in range(30)], "b": [float(i % 7) for i in range(30)]})
labels = [int(i % 7 + i / 10 > 4) for i in range(30)]
model = make_pipeline(StandardScaler(), LogisticRegression()).fit(table, labels)
described = {"signature": infer_signature(table, model.predict(table)), "input_example": table.head(2)}
mlflow.sklearn.save_model(model, sys.argv[1] + "/default", **described)
# MLflow opens the first model in a process of its own, to find what it needs. It would write these lines for the others.
needs = [f"{each.__name__}=={each.__version__}" for each in (mlflow, cloudpickle, pd)]
described |= {"pip_requirements": [*needs, f"scikit-learn=={sklearn.__version__}"]}
mlflow.sklearn.save_model(model, sys.argv[1] + "/cloudpickled", serialization_format="cloudpickle", **described)
mlflow.pyfunc.save_model(sys.argv[1] + "/doubled", python_model=Doubled(), pip_requirements=needs[:2])
table.assign(y=labels).to_csv(sys.argv[1] + "/sample.csv", index=False)
with open(sys.argv[1] + "/expected.json", "w") as file:
    json.dump([table.to_dict("records"), model.predict_proba(table)[:, 1].tolist()], file)
"""


@pytest.fixture(scope="module")
def saved(mlflow_python: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the folders that MLflow wrote."""
    folder: Path = tmp_path_factory.mktemp("mlflow")
    subprocess.run([mlflow_python, "-I", "-c", SAVE, str(folder)], check=True, capture_output=True)
    (folder / "bundles").mkdir()
    (folder / "needed.txt").write_text("\n".join(MLFLOW_PACKAGES), encoding="utf-8")
    return folder


@pytest.fixture(autouse=True)
def _environments(mlflow_environments: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SERVICE_ENVIRONMENTS", str(mlflow_environments))


def published(saved: Path, name: str, *options: str) -> Model:
    command = ["--bundles", str(saved / "bundles"), "add", str(saved / name), "--data", str(saved / "sample.csv"), *options]
    before = process_limits()
    try:
        assert main(command) == 0
        return open_model(default_folder(saved / "bundles", name))
    finally:
        set_process_limits(before)


@pytest.mark.parametrize(("name", "options"), [("default", ()), ("cloudpickled", ("--trust-this-file",))])
def test_a_model_of_scikit_learn_is_converted_and_answers_as_the_model(
    name: str, options: tuple[str, ...], saved: Path
) -> None:
    model = published(saved, name, "--target", "y", *options)
    rows, expected = json.loads((saved / "expected.json").read_text())
    answers: list[Any] = list(model.predict(rows).predictions)
    assert [each.probabilities["1"] for each in answers] == pytest.approx(expected, abs=1e-12)
    assert model.card.scoring.scorer == "onnx"


def test_a_python_function_of_mlflow_runs_in_its_process(saved: Path) -> None:
    needed = str(saved / "needed.txt")
    model = published(saved, "doubled", "--trust-this-file", "--requirements", needed)
    rows, _ = json.loads((saved / "expected.json").read_text())
    answers: list[Any] = list(model.predict([{"a": row["a"], "b": row["b"], "y": 0} for row in rows]).predictions)
    assert [each.value for each in answers] == [2.0 * row["a"] for row in rows]
    assert model.process is not None
