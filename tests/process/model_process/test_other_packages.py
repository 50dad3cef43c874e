"""A model of another Python and another scikit-learn, beside one of this scikit-learn. It needs a package index."""

import subprocess
from pathlib import Path
from typing import Any

import msgspec
import pytest

from service.bundles.bundle_files import write_card
from service.bundles.bundle_opening import open_model
from service.errors import BrokenBundle
from service.model_process.environment_file import ModelEnvironment, write_environment
from service.model_process.environments import python_for
from service.model_process.process_limits import ProcessLimits, process_limits, set_process_limits
from service.schemas import Classification, Label, Scoring
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
        return python_for(OLD, PYTHON, folder)
    except BrokenBundle as error:
        if "index cannot be reached" in str(error) or "not installed here" in str(error):
            pytest.skip(str(error))
        raise
    finally:
        set_process_limits(before)


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
