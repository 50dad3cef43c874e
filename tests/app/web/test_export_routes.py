"""/v1/models/{model}/exports and comparisons: the list, the files, who may have them, and one row in every way."""

import ast
import io
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from openpyxl import load_workbook
from starlette.testclient import TestClient

from client import Refused
from service.bundles.bundle_files import read_card, write_card
from service.bundles.bundle_opening import open_model
from service.bundles.model import Model
from service.bundles.registry import Registry
from service.exports.__main__ import main
from service.exports.forms import FORMS
from service.schemas import ExportList
from service.settings import Settings
from service.web.app import create_app
from tests.support.code_models import write_code_bundle
from tests.support.in_process_client import client_of
from tests.support.problem_check import check_problem
from tests.support.service_app import serve

NAME = "credit-scorecard"
EXPORTS, COMPARISONS = f"/v1/models/{NAME}/exports", f"/v1/models/{NAME}/comparisons"
READ, ADMIN = "a-key-that-may-read", "a-key-that-may-all"


@pytest.fixture(scope="module")
def served(models: dict[str, Model], tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    adding = open_model(write_code_bundle(tmp_path_factory.mktemp("adding"), "adding"))
    yield from serve(Settings(), Registry.of([*models.values(), adding]))


def exports_of(served: TestClient, model: str = NAME) -> dict[str, Any]:
    answer = served.get(f"/v1/models/{model}/exports")
    assert answer.status_code == 200
    msgspec.json.decode(answer.content, type=ExportList)
    return {each["kind"]: each for each in answer.json()["exports"]}


def open_python(content: bytes) -> None:
    ast.parse(content)


def open_sql(content: bytes) -> None:
    assert b"SELECT" in content


def open_archive(content: bytes) -> None:
    assert zipfile.ZipFile(io.BytesIO(content)).testzip() is None


OPENED: dict[str, Callable[[bytes], None]] = {
    "sqlite": open_sql,
    "wheel": open_archive,
    "saved-object": open_archive,
    "triton": open_archive,
}


def test_the_list_names_every_form_before_any_is_made(served: TestClient, models: dict[str, Model]) -> None:
    answer = served.get("/v1/models/diamond-price/exports").json()
    assert (answer["model"], answer["version"]) == ("diamond-price", models["diamond-price"].card.version)
    assert [each["kind"] for each in answer["exports"]] == list(FORMS)
    for each in answer["exports"]:
        assert (each["made"], each["refused"]) == (None, None)
        assert each["command"].startswith("python -m service.exports ")
        assert "diamond-price" in each["command"]
        for texts in (each["title"], each["needs"], each["cost"]):
            assert texts.keys() == {"en", "pl"}


@pytest.mark.parametrize("kind", OPENED)
def test_a_file_is_what_the_list_says(kind: str, served: TestClient, models: dict[str, Model]) -> None:
    listed = exports_of(served)[kind]
    answer = served.get(f"{EXPORTS}/{kind}")
    assert answer.status_code == 200
    assert answer.headers["content-type"].partition(";")[0] == listed["media_type"]
    assert answer.headers["content-disposition"] == f'attachment; filename="{listed["file"]}"'
    assert answer.headers["x-model-version"] == models[NAME].card.version
    OPENED[kind](answer.content)
    made = exports_of(served)[kind]["made"]
    assert made["bytes"] == len(answer.content)
    assert (made["proof"] is None) == (kind == "triton")
    assert made["missing_runtime"] == ("Triton Inference Server" if kind == "triton" else None)
    if made["proof"]:
        assert made["proof"]["rows"] > 500
        assert made["proof"]["difference"] <= 1e-9


def test_a_workbook_is_made_also_where_nothing_can_run_it(
    models: dict[str, Model], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with TestClient(create_app(Settings(), Registry.of([models[NAME]])), base_url="http://localhost") as client:
        answer = client.get(f"{EXPORTS}/workbook")
        assert answer.headers["content-disposition"] == f'attachment; filename="{NAME}.xlsx"'
        assert "Cases" in load_workbook(io.BytesIO(answer.content)).sheetnames
        made = exports_of(client)["workbook"]["made"]
        assert (made["proof"], made["missing_runtime"]) == (None, "LibreOffice")
        (compared,) = compare(client, models[NAME].card.examples[0].row, "workbook")["answers"]
        assert (compared["status"], compared["reason"]) == ("recorded", "This machine does not have LibreOffice.")


def test_the_client_lists_and_downloads(served: TestClient) -> None:
    client = client_of(served)
    listed = {each["kind"]: each for each in client.exports(NAME)["exports"]}
    client.make_export(NAME, "python")
    file = client.download_export(NAME, "python")
    assert (file.name, file.media_type) == (listed["python"]["file"], "text/x-python")
    open_python(file.content)
    with pytest.raises(Refused) as refused:
        client.download_export(NAME, "cobol")
    assert refused.value.code == "unknown_export"
    with pytest.raises(Refused):
        client.exports(NAME, version="0" * 64)


@pytest.mark.parametrize("name", ["garment", "ad-response"])
def test_the_list_knows_the_forms_that_no_model_of_pictures_or_vectors_has(name: str, served: TestClient) -> None:
    forms = exports_of(served, name)
    possible = {kind for kind, form in forms.items() if form["refused"] is None}
    assert possible == {"wheel", "saved-object", "mlflow"}
    for kind in forms.keys() - possible:
        problem = check_problem(served.get(f"/v1/models/{name}/exports/{kind}"), 422, "not_exportable")
        assert forms[kind]["refused"] == {"reason": problem["reason"], "nearest": "wheel"}


def test_a_model_that_has_no_such_form_is_refused_with_the_nearest_one(served: TestClient) -> None:
    problem = check_problem(served.get("/v1/models/adding/exports/python"), 422, "not_exportable")
    assert problem["nearest"] == "wheel"
    assert "is not a graph" in problem["reason"]
    assert problem["reason"] in problem["detail"]
    assert exports_of(served, "adding")["python"]["refused"] == {"reason": problem["reason"], "nearest": "wheel"}


def test_a_model_whose_card_forbids_it_is_not_given_away(
    bundles: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(bundles / NAME, tmp_path / NAME)
    write_card(tmp_path / NAME, msgspec.structs.replace(read_card(bundles / NAME), exports="no"))
    app = create_app(Settings(), Registry.of([open_model(tmp_path / NAME)]))
    client = TestClient(app, base_url="http://localhost")
    assert client.get(f"/v1/models/{NAME}").json()["exports"] == "no"
    for path in (EXPORTS, f"{EXPORTS}/python", f"{EXPORTS}/cobol"):
        check_problem(client.get(path), 403, "exports_forbidden")
    row = read_card(bundles / NAME).examples[0].row
    check_problem(client.post(COMPARISONS, json={"row": row, "ways": ["live"]}), 403, "exports_forbidden")
    folder = tmp_path / "written"
    for command in (["code", NAME, "--language", "all"], ["wheel", NAME]):
        assert main(["--bundles", str(tmp_path), *command, "--folder", str(folder)]) == 1
        assert "may not be taken away" in capsys.readouterr().err
    assert list(folder.iterdir()) == []
    assert main(["--bundles", str(tmp_path), "compare", NAME]) == 1
    assert "may not be taken away" in capsys.readouterr().err


def test_what_does_not_exist_is_404(served: TestClient) -> None:
    check_problem(served.get(f"{EXPORTS}/cobol"), 404, "unknown_export")
    check_problem(served.get("/v1/models/nothing/exports"), 404, "unknown_model")
    check_problem(served.get("/v1/models/nothing/exports/python"), 404, "unknown_model")
    check_problem(served.get(EXPORTS, params={"version": "0" * 64}), 404, "unknown_version")
    check_problem(served.get(f"{EXPORTS}/python", params={"version": "0" * 64}), 404, "unknown_version")
    check_problem(served.get(f"{EXPORTS}/python", params={"verison": "1"}), 400, "invalid_request")


def test_the_scope_read_is_needed(models: dict[str, Model]) -> None:
    app = create_app(Settings(api_keys=f"{READ}:read,{ADMIN}:admin"), Registry.of([models[NAME]]))
    client = TestClient(app, base_url="http://localhost")
    for path in (EXPORTS, f"{EXPORTS}/python"):
        check_problem(client.get(path), 401, "unauthorized")
        check_problem(client.get(path, headers={"Authorization": f"Bearer {ADMIN}"}), 403, "forbidden")
    check_problem(client.post(COMPARISONS, json={}), 401, "unauthorized")
    check_problem(client.post(COMPARISONS, json={}, headers={"Authorization": f"Bearer {ADMIN}"}), 403, "forbidden")
    assert client.get(EXPORTS, headers={"Authorization": f"Bearer {READ}"}).status_code == 200


def test_a_version_whose_files_have_changed_is_not_given_away(bundles: Path, tmp_path: Path) -> None:
    shutil.copytree(bundles / NAME, tmp_path / NAME)
    model = open_model(tmp_path / NAME)
    card = tmp_path / NAME / "card.json"
    card.write_bytes(card.read_bytes() + b" ")
    client = TestClient(create_app(Settings(), Registry.of([model])), base_url="http://localhost")
    check_problem(client.get(f"{EXPORTS}/python"), 503, "model_unavailable")


def compare(app: TestClient, row: dict[str, Any], *ways: str, model: str = NAME, **more: Any) -> dict[str, Any]:
    answer = app.post(f"/v1/models/{model}/comparisons", json={"row": row, "ways": ways} | more)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    assert [each["way"] for each in found["answers"]] == list(ways)
    return found


def test_one_row_has_one_answer_in_every_way(served: TestClient, models: dict[str, Model]) -> None:
    """The service's own ways, a language, a query, a package; and what this machine does not have."""
    row = models[NAME].card.examples[0].row
    found = compare(served, row, "live", "file", "v2", "sqlite", "wheel", "triton")
    (expected,) = served.post(f"/v1/models/{NAME}/predictions", json={"rows": [row]}).json()["predictions"]
    *run, triton = found["answers"]
    for answer in run:
        assert answer["status"] == "run", answer
        assert answer["prediction"].keys() == expected.keys()
        assert [answer["prediction"][name] for name in ("label", "decision")] == [expected["label"], expected["decision"]]
        probabilities = answer["prediction"]["probabilities"]
        distances = [abs(probabilities[label] - number) for label, number in expected["probabilities"].items()]
        assert max(distances) <= answer["difference"] <= 1e-9
        assert answer["seconds"] > 0
        assert not answer["includes_start"]
    assert found["difference"] == max(answer["difference"] for answer in run)
    assert [answer["program"] is None for answer in run] == [True, True, True, False, False]
    assert (triton["status"], triton["prediction"], triton["proof"]) == ("recorded", None, None)
    assert triton["reason"] == "This machine does not have Triton Inference Server."


def test_a_form_that_the_model_does_not_have_is_refused_and_the_others_answer(served: TestClient) -> None:
    found = compare(served, {"a": 1.5, "b": 2}, "python", "live", "v2", model="adding")
    python, live, v2 = found["answers"]
    assert (python["status"], python["prediction"]) == ("refused", None)
    assert "is not a graph" in python["reason"]
    assert live["prediction"]["value"] == v2["prediction"]["value"] == 3.5
    assert found["difference"] == 0


def test_the_client_compares(served: TestClient, models: dict[str, Model]) -> None:
    row = models[NAME].card.examples[0].row
    client = client_of(served)
    found = client.compare(NAME, row, ["live", "file", "live"])
    assert [each["way"] for each in found["answers"]] == ["live", "file"]
    with pytest.raises(Refused) as refused:
        client.compare(NAME, row, ["live", "abacus"])
    assert [each["pointer"] for each in refused.value.errors] == ["/ways/1"]


def test_a_row_that_the_service_refuses_is_refused_as_a_whole(served: TestClient, models: dict[str, Model]) -> None:
    row = models[NAME].card.examples[0].row
    name = next(iter(row))
    body = {"row": row | {name: [1]}, "ways": ["live", "python"]}
    problem = check_problem(served.post(COMPARISONS, json=body), 422, "invalid_input")
    assert [each["pointer"] for each in problem["errors"]] == [f"/row/{name}"]
    body = {"row": row, "ways": ["stored"]}
    assert "unknown_way" in served.post(COMPARISONS, json=body).text, "without a key nothing is stored"
    check_problem(served.post(COMPARISONS, json=body | {"version": "0" * 64}), 404, "unknown_version")
    check_problem(served.post(COMPARISONS, json=body | {"more": 1}), 422, "invalid_input")
    check_problem(served.post("/v1/models/nothing/comparisons", json=body), 404, "unknown_model")


@pytest.mark.usefixtures("nightly_run")
def test_what_is_stored_for_a_key_is_a_way(service: TestClient) -> None:
    keys = service.get("/v1/models/credit-default/entities").json()["items"]
    key = next(each["id"] for each in keys if each["stored_prediction"])
    row = service.get(f"/v1/models/credit-default/entities/{key}").json()["stored_prediction"]["row"]
    found = compare(service, row, "live", "stored", model="credit-default", entity=key)
    assert [each["status"] for each in found["answers"]] == ["run", "run"]
    assert found["difference"] <= 1e-9
    (stored,) = compare(service, row, "stored", model="credit-default", entity="nobody")["answers"]
    assert (stored["status"], stored["prediction"]) == ("failed", None)


@pytest.mark.usefixtures("nightly_run")
def test_a_command_compares_what_is_stored_for_a_key(
    service: TestClient,
    bundles: Path,
    database: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("SERVICE_DATABASE_URL", database)
    keys = service.get("/v1/models/credit-default/entities").json()["items"]
    key = next(each["id"] for each in keys if each["stored_prediction"])
    command = ["--bundles", str(bundles), "compare", "credit-default", "--ways", "live,stored", "--entity"]
    assert main([*command, key]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert [line[0] for line in lines] == ["way", "live", "stored"]
    assert lines[1][1:4] == lines[2][1:4]
    assert main([*command, "nobody"]) == 1
    assert "Nothing is stored under this key" in capsys.readouterr().err


def test_what_takes_too_long_fails_and_the_others_answer(models: dict[str, Model]) -> None:
    app = create_app(Settings(export_seconds=0.5), Registry.of([models[NAME]]))
    with TestClient(app, base_url="http://localhost") as client:
        found = compare(client, models[NAME].card.examples[0].row, "live", "java")
    live, java = found["answers"]
    assert live["status"] == "run"
    assert (java["status"], java["prediction"]) == ("failed", None)
    assert found["difference"] is None
