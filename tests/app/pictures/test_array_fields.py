"""Promises of models whose rows hold a picture or a vector, through the real app."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from starlette.testclient import TestClient

from service.bundles.bundle_opening import open_model
from service.bundles.registry import Registry
from service.bundles.versions.bundle_folder import default_folder
from service.comparisons.service_ways import answer_file, answer_live, answer_tensors
from service.exports.forms import FORMS
from service.exports.refusals import NotExportable
from service.pictures.model_picture import pixels_png
from service.questions import explanations
from service.settings import Settings
from tests.support.picture_models import LENGTH, SIDE, number_weights, pixel_weights, publish_pictures, publish_vectors
from tests.support.service_app import serve
from wire.row_values import data_url

PICTURES, VECTORS = "toy-pictures", "toy-vectors"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("array-bundles")
    publish_pictures(PICTURES, folder)
    publish_vectors(VECTORS, folder)
    return folder


@pytest.fixture(scope="module")
def app(folder: Path) -> Iterator[TestClient]:
    settings = Settings(bundles=str(folder), database_url=f"sqlite:///{folder}/store.db")
    yield from serve(settings, Registry.of([open_model(default_folder(folder, name)) for name in (PICTURES, VECTORS)]))


def ask(app: TestClient, model: str, rows: list[dict[str, Any]], question: str = "predictions") -> Any:
    answer = app.post(f"/v1/models/{model}/{question}", json={"rows": rows})
    assert answer.status_code == 200, answer.text
    return answer.json()


def refusal(app: TestClient, model: str, row: dict[str, Any]) -> Any:
    answer = app.post(f"/v1/models/{model}/predictions", json={"rows": [row]})
    assert answer.status_code == 422
    return [(error["pointer"], error["code"]) for error in answer.json()["errors"]]


def pictures(count: int) -> Any:
    return np.random.default_rng(1).integers(0, 256, (count, SIDE, SIDE), dtype=np.uint8)


def test_each_picture_of_a_request_gets_the_value_of_its_pixels(app: TestClient) -> None:
    sent = pictures(3)
    rows = [{"picture": data_url(pixels_png(each))} for each in sent]
    values = [each["value"] for each in ask(app, PICTURES, rows)["predictions"]]
    np.testing.assert_allclose(values, (sent * pixel_weights()).sum(axis=(1, 2)), rtol=1e-9)
    assert ask(app, PICTURES, rows[1:2])["predictions"][0]["value"] == values[1]


def test_a_picture_as_the_service_keeps_it_gets_the_same_answer(app: TestClient) -> None:
    content = pixels_png(np.random.default_rng(2).integers(0, 256, (700, 900, 3), dtype=np.uint8))
    kept = app.post("/v1/pictures", content=content, headers={"Content-Type": "image/png"})
    assert kept.status_code == 200
    rows = [{"picture": data_url(content)}, {"picture": data_url(kept.content)}]
    first, second = ask(app, PICTURES, rows)["predictions"]
    assert first == second
    again = app.post("/v1/pictures", content=kept.content, headers={"Content-Type": "image/png"})
    assert again.content == kept.content


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("http://127.0.0.1/picture.png", "unsupported_picture"),
        ("data:text/html;base64,AAAA", "unsupported_picture"),
        ("data:image/png;base64,AA AA", "broken_picture"),
        ("data:image/png;base64,AAAA", "unsupported_picture"),
        (data_url(pixels_png(np.zeros((SIDE, SIDE), dtype=np.uint8))).replace("png", "jpeg"), "unsupported_picture"),
        (data_url(pixels_png(pictures(1)[0])[:-30]), "broken_picture"),
        (None, "missing_field"),
        (7, "wrong_type"),
    ],
)
def test_a_value_that_is_no_picture_is_refused_with_its_place(app: TestClient, value: Any, code: str) -> None:
    assert refusal(app, PICTURES, {"picture": value}) == [("/rows/0/picture", code)]


def test_a_file_that_is_no_picture_is_refused_with_a_code(app: TestClient) -> None:
    answer = app.post("/v1/pictures", content=b"<svg/>", headers={"Content-Type": "image/svg+xml"})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "unsupported_picture")
    assert app.post("/v1/pictures", content=b"{}", headers={"Content-Type": "application/json"}).status_code == 415


def test_the_picture_that_a_model_sees_is_shown_as_the_pixels_that_are_scored(app: TestClient) -> None:
    content = pixels_png(np.random.default_rng(3).integers(0, 256, (90, 60, 3), dtype=np.uint8))
    path = f"/v1/pictures?width={SIDE}&height={SIDE}&colours=grey"
    seen = app.post(path, content=content, headers={"Content-Type": "image/png"})
    pixels = np.asarray(Image.open(io.BytesIO(seen.content)))
    assert pixels.shape == (SIDE, SIDE)
    value = ask(app, PICTURES, [{"picture": data_url(content)}])["predictions"][0]["value"]
    assert value == pytest.approx((pixels * pixel_weights()).sum(), rel=1e-9)


@pytest.mark.parametrize(
    "query", ["width=", "width=0&height=8", "width=8&height=513", "width=8&height=8&colours=red", "width=%C2%B2&height=8"]
)
def test_a_picture_is_shown_only_in_sizes_that_a_field_may_have(app: TestClient, query: str) -> None:
    content = pixels_png(pictures(1)[0])
    answer = app.post(f"/v1/pictures?{query}", content=content, headers={"Content-Type": "image/png"})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")


def test_a_vector_and_a_number_are_scored_and_explained_as_two_fields(app: TestClient) -> None:
    row = {"embedding": [0.5, -1, 0.25, 0, 2], "size": 0.3}
    expected = float(np.array(row["embedding"]) @ number_weights()) + 3.0
    assert ask(app, VECTORS, [row])["predictions"][0]["value"] == pytest.approx(expected, rel=1e-9)
    (why,) = ask(app, VECTORS, [row], "explanations")["explanations"]
    parts = {each["field"]: each["contribution"] for each in why["contributions"]}
    assert why["base"] + sum(parts.values()) == pytest.approx(expected)
    assert parts["size"] == pytest.approx(3.0, abs=1.0)
    assert next(each for each in why["contributions"] if each["field"] == "embedding")["value"] is None


def test_why_is_the_same_if_few_arrays_are_built_at_once(app: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [{"embedding": [0.5, -1, 0.25, 0, 2], "size": 0.3}]
    whole = ask(app, VECTORS, rows, "explanations")["explanations"]
    monkeypatch.setattr(explanations, "_NUMBERS_AT_ONCE", 7 * LENGTH)
    assert ask(app, VECTORS, rows, "explanations")["explanations"] == whole


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ([0.0] * (LENGTH + 1), "wrong_length"),
        ([0.0] * (LENGTH - 1) + [True], "wrong_type"),
        ([0.0] * (LENGTH - 1) + ["1"], "wrong_type"),
        ([0.0] * (LENGTH - 1) + [[1]], "wrong_type"),
        ([0.0] * (LENGTH - 1) + [10**400], "not_finite"),
        ("[0, 0, 0, 0, 0]", "wrong_type"),
        (None, "missing_field"),
    ],
)
def test_a_value_that_is_no_vector_is_refused_with_its_place(app: TestClient, value: Any, code: str) -> None:
    assert refusal(app, VECTORS, {"embedding": value, "size": 0}) == [("/rows/0/embedding", code)]


def test_the_openapi_document_describes_pictures_and_vectors(app: TestClient) -> None:
    document = app.get("/openapi.json").text
    assert '"minItems":5' in document.replace(" ", "")
    assert "data:image/" in document


def test_a_form_answers_for_pictures_and_vectors_as_the_service_or_says_why_there_is_none(
    folder: Path, tmp_path: Path
) -> None:
    places = {name: default_folder(folder, name) for name in (PICTURES, VECTORS)}
    picture, vector = (open_model(place) for place in places.values())
    made = FORMS["wheel"].make(picture, places[PICTURES], tmp_path)
    assert made.proof
    assert (made.proof.real_rows >= 1000, made.proof.difference) == (True, 0)
    for kind in FORMS.keys() - {"wheel", "saved-object", "mlflow"}:
        with pytest.raises(NotExportable, match="the field picture is a picture") as refused:
            FORMS[kind].make(picture, places[PICTURES], tmp_path)
        assert refused.value.nearest == "wheel"
    for model in (picture, vector):
        row = dict(model.card.real_rows[0])
        live = answer_live(model, row).answers
        assert answer_file(model, row).answers == answer_tensors(model, row).answers == live
