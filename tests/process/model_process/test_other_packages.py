"""A model of another Python and another scikit-learn, beside one of this scikit-learn. It needs a package index."""

import subprocess
from pathlib import Path
from typing import Any

import msgspec
import pytest

from service.bundles.bundle_files import write_card
from service.bundles.bundle_opening import open_model
from service.bundles.versions.bundle_folder import default_folder
from service.errors import BrokenBundle
from service.model_process.environment_file import ModelEnvironment, write_environment
from service.model_process.environments import python_for
from service.model_process.process_limits import ProcessLimits, process_limits, set_process_limits
from service.models.__main__ import main
from service.schemas import Classification, Label, Scoring
from tests.support.clean_environment import installed_without_compiling
from tests.support.onnx_models import ROWS, toy_card

OLD = ("scikit-learn==1.2.2", "numpy==1.26.4", "pandas==1.5.3", "joblib==1.3.2")
PYTHON = "3.10"
FIT = """
import sys, joblib, pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
table = pd.DataFrame({"a": [float(i) for i in range(12)], "b": [float(i % 3) for i in range(12)]})
model = make_pipeline(StandardScaler(), RandomForestClassifier(10, random_state=0)).fit(table, [i % 2 for i in range(12)])
joblib.dump(model, sys.argv[1])
print(model.predict_proba(table)[:, 1].tolist())
"""


@pytest.fixture(scope="module")
def old_python(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder: Path = tmp_path_factory.mktemp("environments")
    before = process_limits()
    set_process_limits(ProcessLimits(environments=folder))
    try:
        with installed_without_compiling():
            return python_for(OLD, PYTHON, folder)
    except BrokenBundle as error:
        if "index cannot be reached" in str(error) or "not installed here" in str(error):
            pytest.skip(str(error))
        raise
    finally:
        set_process_limits(before)


def test_add_publishes_a_model_of_scikit_learn_1_2_and_python_3_10(
    old_python: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    command = [old_python, "-I", "-c", FIT, str(tmp_path / "old.joblib")]
    expected = eval(subprocess.run(command, capture_output=True, text=True, check=True).stdout)  # noqa: S307 - our list
    lines = [f"{float(row)},{float(row % 3)},{row % 2}" for row in range(12)]
    (tmp_path / "old.csv").write_text("\n".join(["a,b,y", *lines]), encoding="utf-8")
    (tmp_path / "needs.txt").write_text("\n".join(OLD), encoding="utf-8")
    (tmp_path / "bundles").mkdir()
    monkeypatch.setenv("SERVICE_ENVIRONMENTS", str(Path(old_python).parents[2]))
    before = process_limits()
    command = ["--bundles", str(tmp_path / "bundles"), "add", str(tmp_path / "old.joblib"), "--trust-this-file"]
    options = ["--data", str(tmp_path / "old.csv"), "--target", "y", "--python", PYTHON]
    try:
        assert main([*command, *options, "--requirements", str(tmp_path / "needs.txt")]) == 0
        model = open_model(default_folder(tmp_path / "bundles", "old"))
    finally:
        set_process_limits(before)
    assert "fitted with Python 3.10" in capsys.readouterr().out
    rows = [{"a": float(row), "b": float(row % 3)} for row in range(12)]
    answers: list[Any] = list(model.predict(rows).predictions)
    assert [each.probabilities["1"] for each in answers] == expected


def test_a_model_of_scikit_learn_1_2_on_python_3_10_gives_its_numbers(old_python: str, tmp_path: Path) -> None:
    bundle = tmp_path / "old"
    bundle.mkdir()
    command = [old_python, "-I", "-c", FIT, str(bundle / "model.pickle")]
    expected = eval(subprocess.run(command, capture_output=True, text=True, check=True).stdout)  # noqa: S307 - our list
    write_environment(bundle, ModelEnvironment(form="pickle", trusted=True, python=PYTHON, requirements=OLD))
    output = Classification(labels=(Label(value="0"), Label(value="1")), focus="1")
    scoring = Scoring(scorer="process", gate_rows=0, gate_difference=0)
    write_card(bundle, msgspec.structs.replace(toy_card("old", output, ROWS), scoring=scoring))
    environments = Path(old_python).parents[2]
    before = process_limits()
    set_process_limits(ProcessLimits(environments=environments))
    try:
        model = open_model(bundle)
    finally:
        set_process_limits(before)
    answers: list[Any] = list(model.predict(ROWS).predictions)
    assert [each.probabilities["1"] for each in answers] == expected
    scorer: Any = model.scorer
    assert scorer.facts["python"].startswith(PYTHON)
    assert scorer.facts["versions"] == {"numpy": "1.26.4", "pandas": "1.5.3", "sklearn": "1.2.2"}
