"""The packages of a model that somebody added, and that runs in a process: each opens in an environment of its own."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import cloudpickle
import numpy as np
import pandas as pd
import pytest

from service.bundles.bundle_opening import open_model
from service.bundles.model import Model
from service.bundles.versions.bundle_folder import default_folder
from service.exports.forms import FORMS
from service.exports.package_forms import PACKAGE_FORMS
from service.models.__main__ import main as models_command
from tests.support.clean_environment import install, make_environment
from tests.support.mlflow_environment import requirements_of, unmet

ROWS = 150
KINDS = ["wheel", "saved-object", "mlflow"]
USE_WHEEL = """
import json, sys
import model_rent
print(json.dumps([each.value for each in model_rent.predict(json.load(sys.stdin))]))
"""
USE_MLFLOW = """
import json, sys
import mlflow.pyfunc, pandas as pd
frame = pd.DataFrame(json.load(sys.stdin))
print(json.dumps(mlflow.pyfunc.load_model(sys.argv[1]).predict(frame)["value"].tolist()))
"""


def table() -> pd.DataFrame:
    random = np.random.default_rng(5)
    days = pd.to_timedelta(random.integers(0, 900, ROWS), unit="D")
    area = np.where(random.random(ROWS) < 0.1, np.nan, random.uniform(20, 120, ROWS).round(1))
    fields = pd.DataFrame({"signed": pd.Timestamp("2024-01-01") + days, "area": area})
    return fields.assign(rent=(45 * fields["area"].fillna(60) + days.days + random.normal(0, 50, ROWS)).round())


def fit(fields: pd.DataFrame) -> Any:
    """Fit a pipeline with a step that only its own packages can run: it reads dates."""
    from sklearn.compose import make_column_transformer
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import Ridge
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer

    days = FunctionTransformer(lambda frame: (frame - pd.Timestamp("2024-01-01")).apply(lambda column: column.dt.days))
    steps = make_column_transformer((days, ["signed"]), (SimpleImputer(), ["area"]))
    return make_pipeline(steps, Ridge()).fit(fields[["signed", "area"]], fields["rent"])


@pytest.fixture(scope="module")
def bundles_with_rent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rent")
    fields = table()
    (folder / "rent.pkl").write_bytes(cloudpickle.dumps(fit(fields)))
    fields.to_csv(folder / "rent.csv", index=False)
    (folder / "bundles").mkdir()
    options = ["--data", str(folder / "rent.csv"), "--target", "rent", "--trust-this-file"]
    assert models_command(["--bundles", str(folder / "bundles"), "add", str(folder / "rent.pkl"), *options]) == 0
    return folder / "bundles"


@pytest.fixture(scope="module")
def rent(bundles_with_rent: Path) -> Model:
    model = open_model(default_folder(bundles_with_rent, "rent"))
    assert model.card.scoring.scorer == "process"
    return model


def test_every_package_opens_with_the_packages_that_it_names(rent: Model, mlflow_python: Path, tmp_path: Path) -> None:
    """One environment, with hashes: the exact packages of the saved object are enough for the wheel too."""
    for kind in KINDS:
        with PACKAGE_FORMS[kind].pack(rent, rent.folder) as packed:
            shutil.copy(packed, tmp_path)
    wheel, saved, folder = (tmp_path / FORMS[kind].file_name(rent.card) for kind in KINDS)
    shutil.unpack_archive(saved, tmp_path)
    shutil.unpack_archive(folder, tmp_path)
    exact: list[str | Path] = ["--require-hashes", "-r", saved.with_suffix("") / "requirements.txt"]
    python = make_environment(tmp_path / "environment", exact)
    verified = subprocess.run([python, saved.with_suffix("") / "verify.py"], capture_output=True, text=True, check=False)
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert verified.stdout.endswith(" rows, largest difference 0\n")
    install(python, "--no-deps", str(wheel))
    assert unmet(requirements_of(folder.with_suffix("")), mlflow_python) == []
    rows = list(rent.card.real_rows[:50])
    expected = [each.value for each in rent.predict(rows).predictions]  # type: ignore[union-attr]
    programs: list[list[str | Path]] = [[python, USE_WHEEL], [mlflow_python, USE_MLFLOW, folder.with_suffix("")]]
    for program, *code in programs:
        command: list[str | Path] = [program, "-I", "-c", *code]
        done = subprocess.run(command, input=json.dumps(rows), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout) == expected
