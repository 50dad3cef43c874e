"""Promises of /v2: the Open Inference Protocol gives the answers of /v1, and one clear error for everything else."""

import asyncio
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from service.bundles.model import Model
from service.bundles.registry import Registry, Served
from service.publishing.plain_rows import plain_rows
from service.settings import Settings
from service.web.app import create_app
from tests.support.asgi_calls import Call
from tests.support.bundled_models import WITHOUT_ARRAYS
from tests.support.formula_models import FLAT, FLAT_ROW, FLAT_ROWS, NOTE, PET_ROW, PET_ROWS
from tests.support.inference_requests import (
    LENGTH,
    binary_request,
    columns_of,
    columns_of_predictions,
    element,
    json_request,
    with_bytes,
)
from tests.support.problem_check import check_problem
from tests.support.service_app import serve
from tests.support.sklearn_pipelines import split_of

ALL_BYTES = {"parameters": {"binary_data_output": True}}
FLAT_INFER = "/v2/models/flat-price/infer"


def infer_json(client: TestClient, card: Any, rows: Any, **others: Any) -> Any:
    return client.post(f"/v2/models/{card['name']}/infer", json=json_request(card, rows, **others))


def infer_bytes(client: TestClient, card: Any, rows: Any, **others: Any) -> Any:
    body, headers = binary_request(card, rows, **others)
    return client.post(f"/v2/models/{card['name']}/infer", content=body, headers=headers)


def expected_columns(client: TestClient, name: str, rows: Any) -> dict[str, list[Any]]:
    return columns_of_predictions(client.post(f"/v1/models/{name}/predictions", json={"rows": rows}).json()["predictions"])


def card_of(client: TestClient, name: str) -> Any:
    return client.get(f"/v1/models/{name}").json()


@pytest.mark.parametrize("name", WITHOUT_ARRAYS)
def test_a_thousand_real_rows_have_the_answers_of_v1_to_the_last_bit(
    name: str, service: TestClient, cards: dict[str, Any], models: dict[str, Model]
) -> None:
    card = cards[name]
    rows = plain_rows(models[name].card, split_of(name).test.fields[:1000])
    expected = expected_columns(service, name, rows)
    for ask in (infer_json, infer_bytes):
        for others in ({}, ALL_BYTES):
            answer = ask(service, card, rows, **others)
            assert answer.status_code == 200, answer.text
            columns = columns_of(answer)
            del columns["warnings"]
            assert columns == expected
            assert answer.headers["x-model-version"] == card["version"]


@settings(max_examples=25, deadline=None)
@given(rows=st.lists(FLAT_ROWS, min_size=1, max_size=3))
def test_missing_and_unseen_values_have_the_answers_of_v1(rows: Any, toys: TestClient) -> None:
    card = card_of(toys, "flat-price")
    predictions = toys.post("/v1/models/flat-price/predictions", json={"rows": rows}).json()["predictions"]
    warnings = ["; ".join(f"{each['field']}: {each['code']}" for each in row["warnings"]) for row in predictions]
    for ask in (infer_json, infer_bytes):
        columns = columns_of(ask(toys, card, rows))
        assert columns.pop("warnings") == warnings
        assert columns == columns_of_predictions(predictions)


@settings(max_examples=15, deadline=None)
@given(rows=st.lists(PET_ROWS, min_size=1, max_size=3), texts=st.lists(st.text(max_size=20), min_size=1, max_size=3))
def test_labels_and_texts_have_the_answers_of_v1(rows: Any, texts: list[str], toys: TestClient) -> None:
    notes = [{"note": text, "stars": 3} for text in texts]
    for name, asked in (("pet-kind", rows), ("note-value", notes)):
        expected = toys.post(f"/v1/models/{name}/predictions", json={"rows": asked})
        for ask in (infer_json, infer_bytes):
            answer = ask(toys, card_of(toys, name), asked)
            assert answer.status_code == expected.status_code
            if answer.status_code == 200:
                columns = columns_of(answer)
                del columns["warnings"]
                assert columns == columns_of_predictions(expected.json()["predictions"])


def test_a_row_is_answered_alike_as_a_column_nested_or_flat_and_without_what_is_optional(toys: TestClient) -> None:
    card = card_of(toys, "flat-price")
    row = FLAT_ROW | {"rooms": None, "state": None}
    flat = json_request(card, [row, row])
    expected = toys.post(FLAT_INFER, json=flat).json()["outputs"]
    column = {"inputs": [tensor | {"shape": [2, 1]} for tensor in flat["inputs"]]}
    nested = {"inputs": [each | {"data": [[value] for value in each["data"]]} for each in column["inputs"]]}
    shorter = {"inputs": [tensor for tensor in flat["inputs"] if tensor["name"] not in {"rooms", "state"}]}
    for request in (column, nested, shorter):
        assert toys.post(FLAT_INFER, json=request).json()["outputs"] == expected


@pytest.mark.parametrize("datatype", ["FP64", "FP32", "FP16", "INT64", "INT8", "UINT64", "UINT8"])
def test_a_number_of_any_datatype_is_converted_exactly(datatype: str, toys: TestClient) -> None:
    card = card_of(toys, "flat-price")
    expected = columns_of(infer_json(toys, card, [FLAT_ROW | {"area": 40}]))
    request = json_request(card, [FLAT_ROW | {"area": 40}])
    request["inputs"][0]["datatype"] = datatype
    assert columns_of(toys.post(FLAT_INFER, json=request)) == expected
    del request["inputs"][0]["data"]
    data = element(40, datatype)
    request["inputs"][0]["parameters"] = {"binary_data_size": len(data)}
    body, headers = with_bytes(request, data)
    assert columns_of(toys.post(FLAT_INFER, content=body, headers=headers)) == expected


def test_the_id_is_returned_and_the_named_outputs_come_in_their_order(toys: TestClient) -> None:
    outputs = [{"name": "decision"}, {"name": "value", "parameters": {"binary_data": True}}]
    answer = infer_json(toys, card_of(toys, "flat-price"), [FLAT_ROW], id="42 ł", outputs=outputs)
    body = json.loads(answer.content[: int(answer.headers[LENGTH])])
    assert (body["id"], body["model_name"], body["model_version"]) == ("42 ł", "flat-price", "toy")
    assert [tensor["name"] for tensor in body["outputs"]] == ["decision", "value"]
    assert answer.headers["content-type"] == "application/octet-stream"
    assert "id" not in infer_json(toys, card_of(toys, "flat-price"), [FLAT_ROW]).json()


def test_zero_rows_are_answered(toys: TestClient) -> None:
    for ask in (infer_json, infer_bytes):
        assert columns_of(ask(toys, card_of(toys, "pet-kind"), []))["label"] == []


def test_metadata_names_one_tensor_for_each_field_and_column(toys: TestClient) -> None:
    assert toys.get("/v2").json() == {"name": "witryna", "version": "1", "extensions": ["binary_tensor_data"]}
    metadata = toys.get("/v2/models/flat-price").json()
    assert metadata["versions"] == ["toy"]
    assert metadata["inputs"] == [
        {"name": "area", "datatype": "FP64", "shape": [-1]},
        {"name": "rooms", "datatype": "FP64", "shape": [-1], "parameters": {"optional": True}},
        {"name": "state", "datatype": "BYTES", "shape": [-1], "parameters": {"optional": True}},
        {"name": "lift", "datatype": "BOOL", "shape": [-1]},
        {"name": "floor", "datatype": "INT64", "shape": [-1]},
    ]
    for name, row in {"flat-price": FLAT_ROW, "pet-kind": PET_ROW, "note-value": {"note": "calm", "stars": 1}}.items():
        outputs = toys.get(f"/v2/models/{name}/versions/toy").json()["outputs"]
        answered = infer_json(toys, card_of(toys, name), [row]).json()["outputs"]
        assert outputs == [{"name": each["name"], "datatype": each["datatype"], "shape": [-1]} for each in answered]


def test_a_version_is_answered_by_that_version_alone(toys: TestClient) -> None:
    request = json_request(card_of(toys, "flat-price"), [FLAT_ROW])
    assert toys.post("/v2/models/flat-price/versions/toy/infer", json=request).status_code == 200
    assert toys.get("/v2/models/flat-price/versions/toy/ready").json() == {"name": "flat-price", "ready": True}
    for answer in (
        toys.post("/v2/models/flat-price/versions/other/infer", json=request),
        toys.get("/v2/models/flat-price/versions/other/ready"),
        toys.get("/v2/models/flat-price/versions/other"),
    ):
        check_problem(answer, 404, "unknown_version")
    other = toys.post(FLAT_INFER, json=request | {"model_version": "other"})
    check_problem(other, 400, "invalid_request")


def test_a_broken_model_is_not_ready_and_says_why() -> None:
    registry = Registry.of([FLAT])
    registry.replace(Served({"flat-price": {"toy": FLAT}}, {"bad": "its card is missing"}))
    for client in serve(Settings(), registry):
        assert client.get("/v2/health/ready").json() == {"live": True, "ready": True}
        problem = check_problem(client.get("/v2/models/bad/ready"), 503, "model_unavailable")
        assert problem["error"] == "This model cannot be served: its card is missing."


def test_a_service_that_still_loads_is_live_and_not_ready() -> None:
    client = TestClient(create_app(Settings(), Registry()), base_url="http://localhost")
    assert client.get("/v2/health/live").status_code == 200
    answer = client.get("/v2/health/ready")
    assert (answer.status_code, answer.json()) == (503, {"live": True, "ready": False})


def test_a_key_is_needed_for_all_but_health() -> None:
    for client in serve(Settings(api_keys="a-long-key-for-reading:read"), Registry.of([FLAT])):
        for path in ("/v2", "/v2/models/flat-price", "/v2/models/flat-price/ready"):
            problem = check_problem(client.get(path), 401, "unauthorized")
            assert problem["error"]
        check_problem(client.post(FLAT_INFER, json={"inputs": []}), 401, "unauthorized")
        assert client.get("/v2/health/live").status_code == 200


def test_errors_elsewhere_have_no_member_of_the_protocol(toys: TestClient) -> None:
    assert "error" not in toys.get("/v1/models/none").json()
    assert toys.get("/v2/models/none").json()["error"] == "There is no model of this name"
    for answer in (toys.get("/v2/none"), toys.get(FLAT_INFER), toys.post("/v2/models/none/infer", json={"inputs": []})):
        assert answer.json()["error"] == answer.json()["detail"]


def test_a_client_may_leave_the_type_of_the_body_out() -> None:
    app = create_app(Settings(), Registry.of([NOTE]))
    card = {"inputs": [{"name": "note", "type": "text"}, {"name": "stars", "type": "integer"}]}
    body, headers = binary_request(card, [{"note": "calm", "stars": 3}])

    async def status_of(**others: str) -> int:
        fields = {LENGTH.lower(): headers[LENGTH], **{name.replace("_", "-"): value for name, value in others.items()}}
        call = Call(app, "POST", "/v2/models/note-value/infer", fields).end(body)
        return (await call.answered()).status

    assert asyncio.run(status_of()) == 200
    assert asyncio.run(status_of(content_type="text/csv")) == 415
