"""A wheel of a model, installed with nothing but what it declares, gives the answers and the errors of the service."""

import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from service.bundles.bundle_opening import open_model
from service.bundles.model import Model
from service.exports.saved_object.archive import saved_object_of
from service.exports.wheel.package_project import package_name
from service.exports.wheel.package_requirements import ALWAYS, LANGUAGE_DETECTOR, ONNX_RUNTIME
from service.exports.wheel.wheel_export import wheel_of
from service.publishing.plain_rows import plain_rows
from service.training.recipes import RECIPES
from tests.support.bundled_models import WITHOUT_ARRAYS
from tests.support.clean_environment import make_environment
from tests.support.code_models import write_code_bundle
from tests.support.onnx_models import ROWS as ROWS_OF_NUMBERS
from tests.support.repository import ROOT

ROWS = 1000
MODELS = WITHOUT_ARRAYS
ASK = """
import importlib, json, sys
import msgspec

answers = {}
for name, questions in json.load(sys.stdin).items():
    module = importlib.import_module(name)
    answer = {"predictions": [msgspec.to_builtins(each) for each in module.predict(questions["rows"])]}
    answer["explanations"] = [msgspec.to_builtins(module.explain(row, "pl")) for row in questions["rows"][:3]]
    answer["problems"] = []
    for rows in questions["refused"]:
        try:
            module.predict(rows)
        except module.Refused as error:
            answer["problems"].append(msgspec.to_builtins(error.problem))
    answers[name] = answer
print(json.dumps(answers))
"""
"""Run in the environment of the wheels. The questions come as JSON."""


@pytest.fixture(scope="module")
def wheels(models: dict[str, Model], bundles: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("wheels")
    files = {}
    for name in MODELS:
        with wheel_of(models[name], bundles / name) as wheel:
            files[name] = Path(shutil.copy(wheel, folder))
    return files


@pytest.fixture(scope="module", params=["oldest", "newest"])
def python(request: pytest.FixtureRequest, wheels: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python with the wheels and the oldest, or the newest, versions of what they need."""
    needs = [*ALWAYS, ONNX_RUNTIME, LANGUAGE_DETECTOR]
    versions = [need.replace(">=", "==") for need in needs] if request.param == "oldest" else needs
    return make_environment(tmp_path_factory.mktemp("environment") / request.param, [*wheels.values(), *versions])


@pytest.fixture(scope="module")
def questions(models: dict[str, Model]) -> dict[str, dict[str, Any]]:
    """For each model: real rows, examples first, and rows that are refused."""
    asked = {}
    for name in MODELS:
        card = models[name].card
        held_out = RECIPES[name].split().test.fields
        rows = [*(example.row for example in card.examples), *plain_rows(card, held_out[:ROWS])]
        first, field = rows[0], card.inputs[0].name
        wrong = [{**first, field: None}, {**first, field: {"$ne": 1}}, {**first, "no such field": 1}, {}]
        asked[name] = {"rows": rows, "refused": [[row] for row in wrong] + [[first, wrong[0]]]}
    return asked


def test_installed_wheels_answer_real_rows_explain_and_refuse_as_the_service_does(
    python: Path, questions: dict[str, dict[str, Any]], service: TestClient
) -> None:
    asked = json.dumps({package_name(name): questions[name] for name in MODELS})
    done = subprocess.run([python, "-I", "-c", ASK], input=asked, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    answers = json.loads(done.stdout)
    for name in MODELS:
        path, answer = f"/v1/models/{name}", answers[package_name(name)]
        rows = questions[name]["rows"]
        served = service.post(f"{path}/predictions", json={"rows": rows}).json()["predictions"]
        assert len(answer["predictions"]) == len(rows)
        for mine, other in zip(answer["predictions"], served, strict=True):
            numbers = ("probabilities", "value", "interval")
            assert {key: each for key, each in mine.items() if key not in numbers} == {
                key: each for key, each in other.items() if key not in numbers
            }
            assert numbers_of(mine) == pytest.approx(numbers_of(other), rel=1e-9, abs=1e-9)
        why = service.post(f"{path}/explanations", json={"rows": rows[:3]}, headers={"Accept-Language": "pl"}).json()
        for mine, other in zip(answer["explanations"], why["explanations"], strict=True):
            assert mine["sentence"] == other["sentence"]
            assert [each["field"] for each in mine["contributions"]] == [each["field"] for each in other["contributions"]]
            assert [each["contribution"] for each in mine["contributions"]] == pytest.approx(
                [each["contribution"] for each in other["contributions"]], abs=1e-9
            )
        refused = [service.post(f"{path}/predictions", json={"rows": wrong}).json() for wrong in questions[name]["refused"]]
        assert len(refused) == len(answer["problems"])
        assert [without_id(each) for each in answer["problems"]] == [without_id(each) for each in refused]


def numbers_of(prediction: dict[str, Any]) -> list[float]:
    interval = prediction.get("interval") or {}
    return [*prediction.get("probabilities", {}).values(), prediction.get("value", 0.0), *interval.values()]


def without_id(problem: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in problem.items() if key != "request_id"}


def test_the_commands_of_a_package_check_predict_and_refuse(
    python: Path, questions: dict[str, dict[str, Any]], tmp_path: Path
) -> None:
    def run(*arguments: str | Path) -> "subprocess.CompletedProcess[str]":
        command = [python, "-I", "-m", package_name("credit-default"), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    checked = run("check")
    assert (checked.returncode, re.sub(r"\d+ rows", "rows", checked.stdout)) == (0, "rows, largest difference 0\n")
    file = tmp_path / "rows.json"
    file.write_text(json.dumps({"rows": questions["credit-default"]["rows"][:2]}))
    assert len(json.loads(run("predict", file).stdout)["predictions"]) == 2
    file.write_text('{"rows": [{"months_late_now": NaN}]}')
    refused = run("predict", file)
    assert refused.returncode == 2
    assert json.loads(refused.stderr)["code"] == "invalid_input"


def test_a_type_checker_finds_a_wrong_field_and_a_wrong_type(wheels: dict[str, Path], tmp_path: Path) -> None:
    with zipfile.ZipFile(wheels["diamond-price"]) as wheel:
        wheel.extractall(tmp_path)
    row = "{'carat': 0.5, 'cut': 'Ideal', 'color': 'E', 'clarity': 'SI1', 'table': 55.0, 'depth': 61.0}"
    program = tmp_path / "program.py"
    program.write_text(
        "import model_diamond_price as diamonds\n"
        f"value: float = diamonds.predict([{row}])[0].value\n"
        f"wrong_value = diamonds.predict([{row.replace('0.5', repr('half'))}])\n"
        f"wrong_category = diamonds.predict([{row.replace('Ideal', 'ideal')}])\n"
        f"label = diamonds.predict([{row}])[0].label\n"
    )
    command = [sys.executable, "-m", "mypy", "--strict", "--no-incremental", "--follow-imports=silent", str(program)]
    found = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path, env={"PATH": "", "HOME": "/"})
    assert re.findall(r"program\.py:(\d)", found.stdout) == ["3", "4", "5"], found.stdout


def test_the_example_of_the_readme_runs(python: Path, wheels: dict[str, Path], tmp_path: Path) -> None:
    with zipfile.ZipFile(wheels["comment-sentiment"]) as wheel:
        (metadata,) = [name for name in wheel.namelist() if name.endswith("METADATA")]
        readme = wheel.read(metadata).decode()
    (example,) = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    done = subprocess.run([python, "-I", "-c", example], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("LabelPrediction(label=")


def test_the_source_of_the_package_needs_no_path_of_the_repository(wheels: dict[str, Path]) -> None:
    for wheel in wheels.values():
        with zipfile.ZipFile(wheel) as archive:
            for name in archive.namelist():
                assert str(ROOT).encode() not in archive.read(name), name


def test_a_model_in_a_process_of_its_own_answers_from_its_package(tmp_path: Path) -> None:
    bundle = write_code_bundle(tmp_path / "bundles", "adding")
    with wheel_of(open_model(bundle), bundle) as wheel, zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")
    program = (
        f"import sys; sys.path.insert(0, {str(tmp_path / 'installed')!r}); import model_adding as m; "
        f"print([each.value for each in m.predict({ROWS_OF_NUMBERS!r})])"
    )
    done = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [sum(row.values()) for row in ROWS_OF_NUMBERS]


def test_a_saved_object_names_what_is_missing_and_reproduces_its_answers_with_its_exact_packages(
    models: dict[str, Model], bundles: Path, tmp_path: Path
) -> None:
    with saved_object_of(models["credit-default"], bundles / "credit-default") as archive:
        shutil.unpack_archive(archive, tmp_path)
        folder = tmp_path / archive.stem
    empty = make_environment(tmp_path / "empty", [])
    before = subprocess.run([empty, folder / "verify.py"], capture_output=True, text=True, check=False)
    assert before.returncode == 2
    assert re.search(r"^onnxruntime: \d[\d.]+ was saved, nothing is here$", before.stdout, re.MULTILINE)
    python = make_environment(tmp_path / "exact", ["--require-hashes", "-r", folder / "requirements.txt"])
    after = subprocess.run([python, folder / "verify.py"], capture_output=True, text=True, check=False)
    assert after.returncode == 0, after.stdout + after.stderr
    assert after.stdout.endswith(" rows, largest difference 0\n")
