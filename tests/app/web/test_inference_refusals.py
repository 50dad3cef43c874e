"""Promises of /v2 about wrong requests: one clear error, which names the tensor, for whatever arrives."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from tests.support.formula_models import FLAT_ROW
from tests.support.inference_requests import LENGTH, binary_request, with_bytes
from tests.support.problem_check import JSON, check_problem

FLAT_INFER = "/v2/models/flat-price/infer"


def good() -> dict[str, Any]:
    inputs = [
        {"name": "area", "shape": [2], "datatype": "FP64", "data": [37.5, 40]},
        {"name": "lift", "shape": [2], "datatype": "BOOL", "data": [True, False]},
        {"name": "floor", "shape": [2], "datatype": "INT64", "data": [3, 4]},
    ]
    return {"inputs": inputs}


def first(**changes: Any) -> Callable[[], Any]:
    """Return a request whose first tensor is changed."""

    def request() -> Any:
        request = good()
        request["inputs"][0] |= changes
        return request

    return request


def more(*inputs: Any, **others: Any) -> Callable[[], Any]:
    """Return a request with further tensors, or other members."""
    return lambda: {"inputs": [*good()["inputs"], *inputs]} | others


STATE = {"name": "state", "shape": [2], "datatype": "BYTES", "data": ["poor", "new"]}
REFUSED: dict[str, tuple[Callable[[], Any], int, str, str]] = {
    "no tensor": (lambda: {"inputs": []}, 422, "missing_field", "/inputs"),
    "no inputs": (dict, 422, "missing_field", "/inputs"),
    "a tensor is missing": (lambda: {"inputs": good()["inputs"][:2]}, 422, "missing_field", "/inputs/floor"),
    "a tensor is unknown": (more(STATE | {"name": "x" * 99}), 422, "unknown_field", "/inputs/3/name"),
    "a tensor comes twice": (more(STATE, STATE), 422, "duplicate_field", "/inputs/4/name"),
    "a negative shape": (first(shape=[-2]), 422, "wrong_type", "/inputs/0/shape"),
    "a shape of three dimensions": (first(shape=[2, 1, 1]), 422, "wrong_type", "/inputs/0/shape"),
    "a scalar": (first(shape=[]), 422, "wrong_type", "/inputs/0/shape"),
    "a wide shape": (first(shape=[1, 2]), 422, "wrong_type", "/inputs/0/shape"),
    "different numbers of rows": (first(shape=[1], data=[40]), 422, "wrong_type", "/inputs/1/shape"),
    "a shape that is no number": (first(shape=[2.5]), 422, "wrong_type", "/inputs/0/shape/0"),
    "fewer values than rows": (first(data=[40]), 422, "wrong_type", "/inputs/0/data"),
    "more values than rows": (first(data=[40, 41, 42]), 422, "wrong_type", "/inputs/0/data"),
    "nested data in a flat shape": (first(data=[[40], [41]]), 422, "wrong_type", "/inputs/0/data/0"),
    "nested twice": (first(shape=[2, 1], data=[[[40]], [[41]]]), 422, "wrong_type", "/inputs/0/data/0"),
    "an object in data": (first(data=[{}, 1]), 422, "wrong_type", "/inputs/0/data/0"),
    "a text in numbers": (first(data=[40, "41"]), 422, "wrong_type", "/inputs/0/data/1"),
    "true in numbers": (first(data=[40, True]), 422, "wrong_type", "/inputs/0/data/1"),
    "a fraction in whole numbers": (first(datatype="INT8", data=[40, 41.5]), 422, "wrong_type", "/inputs/0/data/1"),
    "too large for the datatype": (first(datatype="INT8", data=[40, 128]), 422, "wrong_type", "/inputs/0/data/1"),
    "below zero without a sign": (first(datatype="UINT64", data=[40, -1]), 422, "wrong_type", "/inputs/0/data/1"),
    "an unknown datatype": (first(datatype="BF16"), 422, "wrong_type", "/inputs/0/datatype"),
    "the datatype of another field": (first(datatype="BYTES", data=["a", "b"]), 422, "wrong_type", "/inputs/0/datatype"),
    "null for a required value": (first(data=[40, None]), 422, "missing_field", "/inputs/0/data/1"),
    "out of range": (first(data=[40, 1]), 422, "out_of_range", "/inputs/0/data/1"),
    "an unknown category": (more(STATE | {"data": ["poor", "old"]}), 422, "unknown_category", "/inputs/3/data/1"),
    "neither data nor bytes": (first(data=None), 422, "missing_field", "/inputs/0/data"),
    "both data and bytes": (first(parameters={"binary_data_size": 0}), 422, "wrong_type", "/inputs/0/data"),
    "bytes that are not there": (
        first(data=None, parameters={"binary_data_size": 16}),
        422,
        "wrong_type",
        "/inputs/0/parameters/binary_data_size",
    ),
    "a size below zero": (
        first(data=None, parameters={"binary_data_size": -16}),
        422,
        "wrong_type",
        "/inputs/0/parameters/binary_data_size",
    ),
    "shared memory": (
        first(data=None, parameters={"shared_memory_region": "x"}),
        422,
        "unknown_field",
        "/inputs/0/parameters/shared_memory_region",
    ),
    "a parameter without effect": (more(parameters={"priority": 1}), 422, "unknown_field", "/parameters/priority"),
    "an unknown output": (more(outputs=[{"name": "label"}]), 422, "unknown_field", "/outputs/0/name"),
    "an output twice": (more(outputs=[{"name": "value"}] * 2), 422, "duplicate_field", "/outputs/1/name"),
    "an id that is no text": (more(id=7), 422, "wrong_type", "/id"),
    "base64": (first(parameters={"content_type": "base64"}), 400, "", ""),
    "another model": (more(model_name="pet-kind"), 400, "", ""),
    "a billion rows": (lambda: {"inputs": [good()["inputs"][0] | {"shape": [10**9]}]}, 413, "", ""),
    "rows beyond all integers": (lambda: {"inputs": [good()["inputs"][0] | {"shape": [10**30]}]}, 413, "", ""),
}


@pytest.mark.parametrize(("request_of", "status", "code", "pointer"), REFUSED.values(), ids=REFUSED)
def test_a_wrong_request_is_refused_in_a_shape_that_both_kinds_of_clients_read(
    request_of: Callable[[], Any], status: int, code: str, pointer: str, toys: TestClient
) -> None:
    assert toys.post(FLAT_INFER, json=good()).status_code == 200
    answer = toys.post(FLAT_INFER, json=request_of())
    codes = {400: "invalid_request", 413: "too_large", 422: "invalid_input"}
    problem = check_problem(answer, status, codes[status])
    assert problem["error"].startswith(problem["detail"])
    if code:
        assert [(each["code"], each["pointer"]) for each in problem["errors"][:1]] == [(code, pointer)]
        assert problem["errors"][0]["message"] in problem["error"]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e400", "9" * 5000])
def test_what_is_no_finite_number_is_refused(number: str, toys: TestClient) -> None:
    body = json.dumps(good()).replace("37.5", number)
    problem = check_problem(toys.post(FLAT_INFER, content=body, headers=JSON), 422, "invalid_input")
    assert [(each["code"], each["pointer"]) for each in problem["errors"]] == [("not_finite", "/inputs/0/data/0")]


BYTES_TENSOR = {"name": "state", "shape": [2], "datatype": "BYTES"}
FLAGS = {"name": "lift", "shape": [2], "datatype": "BOOL"}
NUMBERS = {"name": "area", "shape": [2], "datatype": "FP64"}
WRONG_BYTES: dict[str, tuple[Any, bytes, int, str]] = {
    "too few numbers": (NUMBERS, b"\0" * 8, 8, "/inputs/3/data"),
    "too many numbers": (NUMBERS, b"\0" * 24, 24, "/inputs/3/data"),
    "a part of a number": (NUMBERS, b"\0" * 15, 15, "/inputs/3/data"),
    "more than there is": (NUMBERS, b"\0" * 16, 17, "/inputs/3/parameters/binary_data_size"),
    "bytes that belong to nothing": (NUMBERS, b"\x00\x00\x00\x00\x00\x00\x44\x40" * 3, 16, "/inputs"),
    "infinity": (NUMBERS, b"\0\0\0\0\0\0\xf0\x7f" * 2, 16, "/inputs/3/data/0"),
    "NaN for a required value": (NUMBERS, b"\0\0\0\0\0\0\xf8\x7f" * 2, 16, "/inputs/3/data/0"),
    "a flag of 2": (FLAGS, b"\1\2", 2, "/inputs/3/data"),
    "a text that ends early": (BYTES_TENSOR, b"\4\0\0\0poor\4\0\0\0ne", 14, "/inputs/3/data/1"),
    "a length that ends early": (BYTES_TENSOR, b"\4\0\0\0poor\3\0", 10, "/inputs/3/data/1"),
    "a length of 4 GB": (BYTES_TENSOR, b"\xff\xff\xff\xffpoor", 8, "/inputs/3/data/0"),
    "a text too many": (BYTES_TENSOR, b"\4\0\0\0poor" * 3, 24, "/inputs/3/data"),
    "no text at all": (BYTES_TENSOR, b"", 0, "/inputs/3/data/0"),
    "not UTF-8": (BYTES_TENSOR, b"\1\0\0\0\xff\0\0\0\0", 9, "/inputs/3/data/0"),
}


@pytest.mark.parametrize(("tensor", "data", "size", "pointer"), WRONG_BYTES.values(), ids=WRONG_BYTES)
def test_wrong_bytes_are_refused_and_their_tensor_is_named(
    tensor: Any, data: bytes, size: int, pointer: str, toys: TestClient
) -> None:
    others = [each for each in good()["inputs"] if each["name"] != tensor["name"]]
    rooms = {"name": "rooms", "shape": [2], "datatype": "UINT8", "data": [1, 2]}
    padding = [rooms, STATE][: 3 - len(others)]
    inputs = [*others, *padding, tensor | {"parameters": {"binary_data_size": size}}]
    body, headers = with_bytes({"inputs": inputs}, data)
    problem = check_problem(toys.post(FLAT_INFER, content=body, headers=headers), 422, "invalid_input")
    assert problem["errors"][0]["pointer"] == pointer


@pytest.mark.parametrize("length", ["", "-1", "x", "1e3", "9" * 30, "100000"])
def test_a_wrong_length_of_the_json_is_refused(length: str, toys: TestClient) -> None:
    body, headers = binary_request(toys.get("/v1/models/flat-price").json(), [FLAT_ROW])
    check_problem(toys.post(FLAT_INFER, content=body, headers=headers | {LENGTH: length}), 400, "invalid_request")


def test_a_length_that_cuts_the_json_is_refused(toys: TestClient) -> None:
    body, headers = binary_request(toys.get("/v1/models/flat-price").json(), [FLAT_ROW])
    for change in (-1, 1):
        other = headers | {LENGTH: str(int(headers[LENGTH]) + change)}
        check_problem(toys.post(FLAT_INFER, content=body, headers=other), 400, "invalid_request")


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_bytes_that_are_changed_anywhere_are_answered_or_refused(data: st.DataObject, toys: TestClient) -> None:
    body, headers = binary_request(toys.get("/v1/models/flat-price").json(), [FLAT_ROW] * 2)
    index = data.draw(st.integers(0, len(body) - 1))
    changed = body[:index] + data.draw(st.binary(max_size=4)) + body[index + data.draw(st.integers(0, 4)) :]
    answer = toys.post(FLAT_INFER, content=changed, headers=headers)
    assert answer.status_code in {200, 400, 413, 422}
    if answer.status_code != 200:
        check_problem(answer, answer.status_code, answer.json()["code"])
