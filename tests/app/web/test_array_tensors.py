"""Promises of pictures and vectors under /v2: the answers of /v1, from JSON and from bytes, and faults that name their tensor."""

import base64
import struct
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from service.bundles.registry import Registry
from service.settings import Settings
from tests.support.inference_requests import columns_of, with_bytes
from tests.support.picture_formulas import MIXED, shade_png
from tests.support.service_app import serve
from wire.row_values import data_url

PICTURES = [shade_png(40), shade_png(90, format_="JPEG")]
VECTORS: list[list[float]] = [[0.1, -2.5, 3e-4], [4, 5, 6]]
SIZES = [1.5, 2.5]


@pytest.fixture(scope="module")
def app() -> Iterator[TestClient]:
    yield from serve(Settings(), Registry.of([MIXED]))


@pytest.fixture(scope="module")
def expected(app: TestClient) -> list[float]:
    rows = [
        {"photo": data_url(photo), "embedding": VECTORS[index], "size": SIZES[index], "note": None}
        for index, photo in enumerate(PICTURES)
    ]
    answer = app.post("/v1/models/mixed/predictions", json={"rows": rows}).json()
    values: list[float] = [each["value"] for each in answer["predictions"]]
    return values


def tensors(photo: dict[str, Any], embedding: dict[str, Any]) -> dict[str, Any]:
    return {
        "inputs": [
            {"name": "photo", "shape": [2], "datatype": "BYTES"} | photo,
            {"name": "embedding", "shape": [2, 3], "datatype": "FP64"} | embedding,
            {"name": "size", "shape": [2], "datatype": "FP64", "data": SIZES},
        ]
    }


URLS: dict[str, Any] = {"data": [data_url(picture) for picture in PICTURES]}
BASE64: dict[str, Any] = {
    "data": [base64.b64encode(picture).decode() for picture in PICTURES],
    "parameters": {"content_type": "base64"},
}
FLAT: dict[str, Any] = {"data": [number for vector in VECTORS for number in vector]}


@pytest.mark.parametrize("photo", [URLS, BASE64], ids=["urls", "base64"])
@pytest.mark.parametrize("embedding", [{"data": VECTORS}, FLAT], ids=["nested", "flat"])
def test_tensors_in_json_have_the_answers_of_v1(photo: Any, embedding: Any, app: TestClient, expected: list[float]) -> None:
    answer = app.post("/v2/models/mixed/infer", json=tensors(photo, embedding))
    assert columns_of(answer)["value"] == expected


@pytest.mark.parametrize("photo", [URLS, BASE64], ids=["urls", "base64"])
def test_pictures_may_stand_in_a_column(photo: Any, app: TestClient, expected: list[float]) -> None:
    column = photo | {"shape": [2, 1], "data": [[each] for each in photo["data"]]}
    assert columns_of(app.post("/v2/models/mixed/infer", json=tensors(column, FLAT)))["value"] == expected


def test_a_refusal_of_a_content_type_names_that_of_pictures(app: TestClient) -> None:
    answer = app.post("/v2/models/mixed/infer", json=tensors(URLS | {"parameters": {"content_type": "hg_json"}}, FLAT))
    assert answer.status_code == 400
    assert "base64" in answer.text


def test_tensors_in_bytes_have_the_answers_of_v1(app: TestClient, expected: list[float]) -> None:
    photos = b"".join(struct.pack("<I", len(picture)) + picture for picture in PICTURES)
    numbers = np.array(VECTORS).tobytes()
    request = tensors({"parameters": {"binary_data_size": len(photos)}}, {"parameters": {"binary_data_size": len(numbers)}})
    body, headers = with_bytes(request, photos, numbers)
    assert columns_of(app.post("/v2/models/mixed/infer", content=body, headers=headers))["value"] == expected


def test_metadata_say_the_shape_of_each_tensor(app: TestClient) -> None:
    inputs = {each["name"]: (each["datatype"], each["shape"]) for each in app.get("/v2/models/mixed").json()["inputs"]}
    assert inputs == {
        "photo": ("BYTES", [-1]),
        "embedding": ("FP64", [-1, 3]),
        "size": ("FP64", [-1]),
        "note": ("BYTES", [-1]),
    }


@pytest.mark.parametrize(
    ("photo", "embedding", "pointer", "code"),
    [
        ({"data": [data_url(PICTURES[0]), "aGk="]}, FLAT, "/inputs/0/data/1", "unsupported_picture"),
        (BASE64 | {"data": [BASE64["data"][0], "%"]}, FLAT, "/inputs/0/data/1", "broken_picture"),
        (URLS, {"data": [VECTORS[0], [1, 2]]}, "/inputs/1/data/1", "wrong_length"),
        (URLS, {"data": [VECTORS[0], [1, 2, "x"]]}, "/inputs/1/data/1", "wrong_type"),
        (URLS, {"data": [1, 2, 3, 4]}, "/inputs/1/data", "wrong_type"),
        (URLS, {"data": VECTORS, "shape": [2]}, "/inputs/1/shape", "wrong_type"),
        (URLS, {"data": VECTORS, "shape": [3, 2]}, "/inputs/1/shape", "wrong_type"),
        (URLS, {"data": VECTORS, "datatype": "BYTES"}, "/inputs/1/datatype", "wrong_type"),
        (URLS | {"shape": [2, 3]}, FLAT, "/inputs/0/shape", "wrong_type"),
    ],
)
def test_a_wrong_tensor_is_named(photo: Any, embedding: Any, pointer: str, code: str, app: TestClient) -> None:
    answer = app.post("/v2/models/mixed/infer", json=tensors(photo, embedding))
    assert answer.status_code == 422
    assert (answer.json()["errors"][0]["pointer"], answer.json()["errors"][0]["code"]) == (pointer, code)
