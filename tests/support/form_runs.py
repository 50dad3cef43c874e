"""Run every form of a model, and every way to the service, on the rows of several models: one entry a form."""

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from starlette.testclient import TestClient

from service.bundles.registry import Registry
from service.exports.code.languages import write_code
from service.exports.model_folders.mlflow_export import mlflow_folder_of
from service.exports.model_folders.triton_export import triton_repository_of
from service.exports.package_forms import PACKAGE_FORMS
from service.exports.program_forms import PROGRAM_FORMS
from service.exports.proof.compiled_runs import run_compiled
from service.exports.proof.package_runs import run_mlflow
from service.exports.proof.pmml_run import run_pmml
from service.exports.proof.proof_answers import REFUSED, Answer, largest_difference
from service.exports.proof.workbook_run import run_workbooks
from service.schemas import Row
from service.settings import Settings
from tests.support.exported_models import ExportCase, ModelCase
from tests.support.inference_requests import columns_of, json_request
from tests.support.mlflow_environment import requirements_of, unmet
from tests.support.row_files import ask, text_of
from tests.support.service_app import serve

Programs = Mapping[str, ExportCase]
Cases = Mapping[str, ModelCase]
Answers = dict[str, list[Answer]]
"""Name of a case → the answers to its rows."""
ASK_MLFLOW = """
import json, sys
sys.modules.update(dict.fromkeys(("joblib", "scipy", "sklearn", "skops")))  # no folder names them: not installed
import mlflow.pyfunc, pandas as pd

answers = {}
for folder, (accepted, refused) in json.load(sys.stdin).items():
    model = mlflow.pyfunc.load_model(folder)
    answers[folder] = model.predict(pd.DataFrame(accepted, dtype=object)).to_dict("records")
    for row in refused:
        try:
            model.predict(pd.DataFrame([row], dtype=object))
        except Exception as error:
            if type(error).__name__ != "Refused":
                raise
        else:
            raise AssertionError(row)
print(json.dumps(answers))
"""


@dataclass(frozen=True)
class Place:
    """What a run may use: a folder of its own, and functions.

    They start PostgreSQL and return its address, and make an environment with MLflow and return its Python.
    """

    folder: Path
    postgresql: Callable[[], str]
    mlflow: Callable[[], Path]


def _one_by_one(kind: str) -> Callable[[Programs, Place], Answers]:
    def run(cases: Programs, place: Place) -> Answers:
        address = place.postgresql() if kind == "postgresql" else ""
        form = PROGRAM_FORMS[kind]
        return {name: form.run(case.program, case.rows, address).answers for name, case in cases.items()}

    return run


def _compiled(language: str) -> Callable[[Programs, Place], Answers]:
    def run(cases: Programs, _: Place) -> Answers:
        code = [(case.program, write_code(case.program, language), case.rows) for case in cases.values()]
        return {name: each.answers for name, each in zip(cases, run_compiled(language, code), strict=True)}

    return run


def _pmml(cases: Programs, _: Place) -> Answers:
    found = run_pmml([(case.program, case.rows) for case in cases.values()])
    return {name: each.answers for name, each in zip(cases, found, strict=True)}


def _workbook(cases: Programs, _: Place) -> Answers:
    found = run_workbooks([(case.program, case.rows) for case in cases.values()])
    return {name: each.answers for name, each in zip(cases, found, strict=True)}


def _package(kind: str) -> Callable[[Cases, Place], Answers]:
    def run(cases: Cases, _: Place) -> Answers:
        form = PACKAGE_FORMS[kind]
        answers = {}
        for name, case in cases.items():
            with form.pack(case.model, case.folder) as archive:
                answers[name] = form.run(archive, case.rows).answers
        return answers

    return run


def _mlflow(cases: Cases, place: Place) -> Answers:
    """One Python with MLflow opens all folders, with no more than they name; each refused row must be refused alone."""
    folders = {name: place.folder / name / f"{case.model.card.name}-mlflow" for name, case in cases.items()}
    archives = {}
    for name, case in cases.items():
        with mlflow_folder_of(case.model, case.folder) as archive:
            archives[name] = Path(shutil.copy(archive, place.folder / f"{name}.zip"))
            shutil.unpack_archive(archive, place.folder / name)
    python = place.mlflow()
    assert unmet((need for folder in folders.values() for need in requirements_of(folder)), python) == []
    questions = {str(folders[name]): _accepted_and_refused(case) for name, case in cases.items()}
    command: list[str | Path] = [python, "-I", "-c", ASK_MLFLOW]
    done = subprocess.run(command, input=json.dumps(questions), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    answers = json.loads(done.stdout)
    _check_row_by_row(cases, archives, str(python))
    return {name: _spread(case, map(_of_columns, answers[str(folders[name])])) for name, case in cases.items()}


def _check_row_by_row(cases: Cases, archives: Mapping[str, Path], python: str) -> None:
    """Check what asks MLflow a single row: rows that are answered and rows that are refused."""
    name, case = next(iter(cases.items()))
    chosen = [*range(5), *(at for at, answer in enumerate(case.expected) if answer.is_refused)][:10]
    found = run_mlflow(archives[name], [case.rows[at] for at in chosen], python)
    assert found.program == "MLflow 3.17.2"
    assert largest_difference([case.expected[at] for at in chosen], found.answers) <= 1e-9


def _triton(cases: Cases, place: Place) -> Answers:
    """The graph has numbers alone: fields.json says how a row becomes numbers. Labels and refusals are the caller's."""
    answers = {}
    for name, case in cases.items():
        with triton_repository_of(case.model, case.folder) as archive:
            shutil.unpack_archive(archive, place.folder / name)
        folder = place.folder / name / f"{case.model.card.name}-triton"
        fields = json.loads((folder / "fields.json").read_text())["input"]
        rows, _ = _accepted_and_refused(case)
        numbers = np.array([[_number(field, row.get(field["name"])) for field in fields] for row in rows])
        (graph,) = folder.glob("models/*/1/model.onnx")
        session = onnxruntime.InferenceSession(graph)
        scores = session.run([session.get_outputs()[-1].name], {session.get_inputs()[0].name: numbers})[0].tolist()
        mine = iter(scores)
        answers[name] = [
            each if each.is_refused else replace(each, numbers=(*(found := next(mine)), *each.numbers[len(found) :]))
            for each in case.expected
        ]
    return answers


def _number(field: dict[str, Any], value: Any) -> float:
    if value is None:
        return float("nan")
    return float(field["numbers"][json.dumps(value)] if "numbers" in field else value)


def _protocol(cases: Cases, _: Place) -> Answers:
    """`/v2` of the service; a refused row is sent alone."""
    answers = {}
    with _service(cases) as service:
        for name, case in cases.items():
            path, card = f"/v2/models/{case.model.card.name}/infer", _card(service, case)
            accepted, refused = _accepted_and_refused(case)
            columns = columns_of(service.post(path, json=json_request(card, accepted)))
            mine = (_of_columns({key: values[at] for key, values in columns.items()}) for at in range(len(accepted)))
            answers[name] = _spread(case, mine)
            for row in refused:
                assert service.post(path, json=json_request(card, [row])).status_code == 422, row
    return answers


def _file(cases: Cases, _: Place) -> Answers:
    """A CSV with all rows."""
    answers = {}
    with _service(cases) as service:
        for name, case in cases.items():
            fields = [field.name for field in case.model.card.inputs]
            lines = [[_cell(row.get(field)) for field in fields] for row in case.rows]
            answer = ask(service, case.model.card.name, text_of(fields, lines), "csv", "json").json()
            answers[name] = [_of_prediction(each) for each in answer["predictions"]]
    return answers


def _cell(value: Any) -> Any:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else value


def _service(cases: Cases) -> AbstractContextManager[TestClient]:
    return contextmanager(serve)(Settings(), Registry.of([case.model for case in cases.values()]))


def _card(service: TestClient, case: ModelCase) -> Any:
    return service.get(f"/v1/models/{case.model.card.name}").json()


def _accepted_and_refused(case: ModelCase) -> tuple[list[Row], list[Row]]:
    pairs = list(zip(case.rows, case.expected, strict=True))
    return [row for row, each in pairs if not each.is_refused], [row for row, each in pairs if each.is_refused]


def _spread(case: ModelCase, found: Iterator[Answer]) -> list[Answer]:
    """Return the answers to accepted rows at the places of these rows."""
    return [REFUSED if each.is_refused else next(found) for each in case.expected]


def _of_columns(columns: Mapping[str, Any]) -> Answer:
    numbers = [value for name, value in columns.items() if name.startswith("probability_")]
    numbers = numbers or [columns[name] for name in ("value", "low", "high") if columns.get(name) is not None]
    return Answer(tuple(numbers), columns.get("label"), columns.get("decision"))


def _of_prediction(prediction: Mapping[str, Any] | None) -> Answer:
    if prediction is None:
        return REFUSED
    interval = prediction.get("interval") or {}
    value = [prediction.get("value"), *(interval[name] for name in ("low", "high") if name in interval)]
    numbers = (prediction.get("probabilities") or {}).values() or value
    return Answer(tuple(numbers), prediction.get("label"), prediction.get("decision"))


RUNS: Mapping[str, Callable[[Any, Place], Answers]] = {
    "python": _one_by_one("python"),
    "javascript": _one_by_one("javascript"),
    "java": _compiled("java"),
    "csharp": _compiled("csharp"),
    "sqlite": _one_by_one("sqlite"),
    "postgresql": _one_by_one("postgresql"),
    "pmml": _pmml,
    "workbook": _workbook,
    "wheel": _package("wheel"),
    "saved-object": _package("saved-object"),
    "mlflow": _mlflow,
    "triton": _triton,
    "v2": _protocol,
    "file": _file,
}
