"""The OpenAPI document is true: schemathesis asks every operation what it allows, and what it does not."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema_rs
import msgspec
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.python import asgi
from starlette.testclient import TestClient

from service.bundles.bundle_files import read_card
from service.bundles.versions.bundle_folder import default_folder
from service.bundles.versions.registry_updates import RegistryUpdates
from service.settings import BUNDLES, Settings
from service.web.app import create_app
from tests.support.bundled_models import WITHOUT_ARRAYS as BUNDLED
from tests.support.inference_requests import json_request
from tests.support.operation_cases import OperationCases, operations
from tests.support.service_app import trained_bundles

DATABASE = tempfile.TemporaryDirectory()
SERVED = [name for name in BUNDLED if name != "credit-scorecard"]
"""It has the fields, the key, the labels and the decisions of credit-default, so its operations are the same."""


@schemathesis.serializer("application/zip")
def as_it_is(_context: Any, value: bytes) -> bytes:
    return value


def app_over_the_bundles() -> Any:
    app = create_app(Settings(database_url=f"sqlite:///{DATABASE.name}/witryna.db"))
    RegistryUpdates(app.services.registry, bundles_without_arrays()).load()
    return app


def bundles_without_arrays() -> Path:
    """Return a folder of these models: to draw a picture or 1,280 numbers for every case takes minutes."""
    folder, trained = Path(DATABASE.name) / "bundles", trained_bundles()
    folder.mkdir()
    for name in SERVED:
        bundle = default_folder(trained, name)
        (folder / bundle.name).symlink_to(bundle)
        (folder / f"{name}.default").symlink_to(trained / f"{name}.default")
    return folder


APP = app_over_the_bundles()
schema = schemathesis.openapi.from_asgi("/openapi.json", APP, headers={"Host": "localhost"})
SESSION = asgi.get_client(APP)
SESSION.trust_env = False  # to look for a proxy takes longer than many an answer


QUESTIONS = ("predictions", "explanations", "curves", "recommendations")


ROWS = {name: read_card(default_folder(BUNDLES, name)).examples[0].row for name in SERVED}
CARDS = {name: msgspec.to_builtins(read_card(default_folder(BUNDLES, name))) for name in SERVED}


def repair(case: Any) -> None:
    """Repair what no JSON schema can express: a range ends after it begins, 20.0 is not a whole number, a key is known."""
    body = case.body
    rows = body.get("rows", [])
    for index, row in enumerate(rows):
        if "client_id" in row:
            rows[index] = ROWS[case.path.split("/")[3]] | row | {"client_id": "17"}
    if isinstance(body.get("points"), float):
        body["points"] = int(body["points"])
    if "ranges" in body:
        body["ranges"] = {name: sorted(ends) for name, ends in body["ranges"].items()}
    for limits in filter(None, map(body.get("goal", {}).get, ("probability", "value"))):
        if limits.get("min") is not None and limits.get("max") is not None:
            limits["min"], limits["max"] = sorted((limits["min"], limits["max"]))


def repair_meeting(content: dict[str, Any]) -> None:
    """Keep the title alone: no schema knows the models and the kinds of characters, and that a key has one body."""
    if "title" in content:
        content.clear()
        content["title"] = "A meeting"


def repair_picture(query: dict[str, Any]) -> None:
    """Give all that say what a model sees, or nothing: no OpenAPI document says that parameters belong together."""
    if query:
        query |= {"width": 28, "height": 28} | query


def repair_tensors(case: Any) -> None:
    """Give each field one tensor, and all of them one row: no JSON schema can count over tensors."""
    if not (case.path.endswith("/infer") and case.meta.generation.mode.is_positive):
        return
    card = CARDS[case.path.split("/")[3]]
    example = json_request(card, [ROWS[card["name"]]])
    drawn = {tensor["name"]: tensor for tensor in case.body["inputs"]}
    for tensor in example["inputs"]:
        values = drawn.get(tensor["name"], {}).get("data") or tensor["data"]
        value = values[0][0] if isinstance(values[0], list) else values[0]
        datatype = drawn.get(tensor["name"], tensor)["datatype"]
        fits = datatype in {tensor["datatype"], "INT64"} and not isinstance(value, float)
        tensor |= {"data": [value], "datatype": datatype if fits else tensor["datatype"]}
    case.body |= {"inputs": example["inputs"], "outputs": None}


def call(case: Any) -> None:
    """Call and check an operation without the cookies of another call, in a session that all calls share."""
    SESSION.cookies.clear()
    case.call_and_validate(session=SESSION, headers={"Host": "localhost"}, timeout=PATIENCE_SECONDS)


PATIENCE_SECONDS = 60
"""Ends a test that would otherwise hang. No promise depends on it."""
SLOW = "/explanations$|^/v2/"
"""The operations whose examples take long to make or to answer: fewer of them."""
LARGE = "/events$|/exports/|/comparisons$|^/mcp$"
"""Those that make a file, for seconds each (test_export_routes.py), and those that speak another protocol."""


@settings(max_examples=25, derandomize=True, suppress_health_check=list(HealthCheck))
def answers_as_documented(case: Any) -> None:
    if case.path.endswith(("/predictions", "/curves", "/recommendations")) and case.meta.generation.mode.is_positive:
        repair(case)
    if case.path.startswith("/v1/meetings") and case.method == "POST" and case.meta.generation.mode.is_positive:
        repair_meeting(case.body.get("content", case.body))
    if case.path == "/v1/pictures" and case.meta.generation.mode.is_positive:
        repair_picture(case.query)
    call(case)


@pytest.mark.parametrize("cases", operations(schema.exclude(path_regex=f"{LARGE}|{SLOW}")))
def test_every_operation_answers_as_documented(cases: OperationCases) -> None:
    cases.ask(answers_as_documented)


@settings(max_examples=5, derandomize=True, suppress_health_check=list(HealthCheck))
def slowly_answers_as_documented(case: Any) -> None:
    repair_tensors(case)
    call(case)


@pytest.mark.parametrize("cases", operations(schema.include(path_regex=SLOW).exclude(path_regex="/versions/.*/infer$")))
def test_every_explanation_and_every_operation_of_v2_answers_as_documented(
    cases: OperationCases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.questions.explanations._ROW_BUDGET", 512)  # no shape depends on how exact an answer is
    cases.ask(slowly_answers_as_documented)


def bodies(document: Any, name: str) -> dict[str, Any]:
    """Return the body of every question that a model can be asked."""
    paths = {kind: document["paths"].get(f"/v1/models/{name}/{kind}") for kind in QUESTIONS}
    return {kind: path["post"]["requestBody"]["content"]["application/json"] for kind, path in paths.items() if path}


def test_every_model_has_its_own_operations_with_real_examples(service: TestClient, cards: dict[str, Any]) -> None:
    document = service.get("/openapi.json").json()
    for name, card in cards.items():
        row = document["components"]["schemas"][f"Row-{name}"]
        assert list(row["properties"]) == [field["name"] for field in card["inputs"]]
        result = bodies(document, name)
        has_range = any(field["type"] not in {"text", "image", "vector"} for field in card["inputs"])
        assert result.keys() == set(QUESTIONS) - (set() if has_range else {"curves"})
        for kind, body in result.items():
            assert body["examples"].keys() == {example["name"] for example in card["examples"]}
            for example in body["examples"].values():
                answer = service.post(f"/v1/models/{name}/{kind}", json=example["value"])
                assert answer.status_code == 200, (kind, answer.text)


def test_an_operation_is_called_by_the_word_of_the_contract(service: TestClient) -> None:
    paths = service.get("/openapi.json").json()["paths"]
    operations = {kind: paths[f"/v1/models/diamond-price/{kind}"]["post"]["operationId"] for kind in QUESTIONS}
    assert operations == {
        "predictions": "predict_diamond-price",
        "explanations": "explain_diamond-price",
        "curves": "curves_diamond-price",
        "recommendations": "recommend_diamond-price",
    }


@pytest.mark.parametrize("name", ["credit-default", "credit-scorecard", "diamond-price"])
def test_the_examples_show_what_would_have_to_change(name: str, service: TestClient) -> None:
    examples = bodies(service.get("/openapi.json").json(), name)["recommendations"]["examples"].values()
    answers = [service.post(f"/v1/models/{name}/recommendations", json=example["value"]).json() for example in examples]
    assert any(answer["recommendations"] or answer.get("nearest") for answer in answers), "or a change that comes nearer"


def validator(document: Any, schema: Any) -> jsonschema_rs.Draft202012Validator:
    """Return the checker of a schema that points into the document."""
    return jsonschema_rs.Draft202012Validator({**schema, "components": document["components"]})


def test_every_answer_has_the_shape_that_its_own_operation_names(service: TestClient, cards: dict[str, Any]) -> None:
    document = service.get("/openapi.json").json()
    for name in cards:
        for kind, body in bodies(document, name).items():
            shape = document["paths"][f"/v1/models/{name}/{kind}"]["post"]["responses"]["200"]["content"]
            checker = validator(document, shape["application/json"]["schema"])
            for example in body["examples"].values():
                checker.validate(service.post(f"/v1/models/{name}/{kind}", json=example["value"]).json())
        shape = document["paths"][f"/v1/models/{name}/evaluation"]["get"]["responses"]["200"]["content"]
        evaluations = {other: service.get(f"/v1/models/{other}/evaluation").json() for other in cards}
        checker = validator(document, shape["application/json"]["schema"])
        for other, evaluation in evaluations.items():
            same = cards[other]["output"]["kind"] == cards[name]["output"]["kind"]
            assert checker.is_valid(evaluation) == same, (name, other)


CREDIT, PRICE = "credit-default", "diamond-price"
REFUSED = [
    (CREDIT, "explanations", lambda body: body | {"rows": body["rows"] * 21}, 413),
    (CREDIT, "explanations", lambda body: body | {"language": "pl"}, 422),
    (CREDIT, "curves", lambda body: body | {"fields": []}, 422),
    (CREDIT, "curves", lambda body: body | {"fields": body["fields"][:1] * 2}, 422),
    (CREDIT, "curves", lambda body: body | {"fields": ["shoe_size"]}, 422),
    (CREDIT, "curves", lambda body: body | {"fields": body["fields"][:1], "together": True}, 422),
    (CREDIT, "curves", lambda body: body | {"points": 1}, 422),
    (CREDIT, "curves", lambda body: body | {"points": 202}, 422),
    (CREDIT, "curves", lambda body: body | {"points": 42, "together": True}, 422),
    (CREDIT, "curves", lambda body: body | {"pinned": {}}, 422),
    (CREDIT, "recommendations", lambda body: body | {"goal": {}}, 422),
    (CREDIT, "recommendations", lambda body: body | {"goal": {"decision": "frame it"}}, 422),
    (CREDIT, "recommendations", lambda body: body | {"goal": {"value": {"min": 1}}}, 422),
    (CREDIT, "recommendations", lambda body: body | {"goal": {"probability": {"label": "pays", "min": 1.1}}}, 422),
    (CREDIT, "recommendations", lambda body: body | {"fixed": ["shoe_size"]}, 422),
    (CREDIT, "recommendations", lambda body: body | {"ranges": {"shoe_size": [1, 2]}}, 422),
    (PRICE, "recommendations", lambda body: body | {"ranges": {"cut": [1, 2]}}, 422),
    (PRICE, "recommendations", lambda body: body | {"ranges": {"carat": [1]}}, 422),
    (PRICE, "recommendations", lambda body: body | {"goal": {"value": {}}}, 422),
    (PRICE, "recommendations", lambda body: body | {"goal": {"probability": {"label": "pays"}}}, 422),
]
"""Model, question, what is done to its example, the status: each refused by the service, so the schema must refuse it too."""


@pytest.mark.parametrize(("model", "kind", "spoil", "status"), REFUSED)
def test_what_the_service_refuses_its_schema_refuses(
    model: str, kind: str, spoil: Callable[[Any], Any], status: int, service: TestClient
) -> None:
    document = service.get("/openapi.json").json()
    body = bodies(document, model)[kind]
    good = next(iter(body["examples"].values()))["value"]
    checker = validator(document, body["schema"])
    assert checker.is_valid(good)
    assert not checker.is_valid(spoil(good))
    answer = service.post(f"/v1/models/{model}/{kind}", json=spoil(good))
    assert answer.status_code == status
    assert str(status) in document["paths"][f"/v1/models/{model}/{kind}"]["post"]["responses"]


def test_a_model_with_only_texts_has_no_curves(service: TestClient, cards: dict[str, Any]) -> None:
    row = cards["comment-sentiment"]["examples"][0]["row"]
    answer = service.post("/v1/models/comment-sentiment/curves", json={"row": row, "fields": list(row)})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "wrong_type")
