"""Promises of texts in the caller's language: texts are known by their place, so names and values may be `en` and `pl`."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import msgspec
import numpy as np
import pytest
from starlette.testclient import TestClient

from service.bundles.background import build_background
from service.bundles.model import Model
from service.bundles.registry import Registry
from service.schemas import (
    Band,
    BandShare,
    Card,
    Category,
    Classification,
    ClassificationEvaluation,
    Entity,
    Example,
    Figure,
    Input,
    Label,
    Metric,
    Row,
    Segment,
    SegmentGroup,
    Text,
    Training,
    WeakSpot,
)
from service.settings import Settings
from tests.support.formula_models import model_of
from tests.support.in_process_client import client_of
from tests.support.service_app import serve

LANGUAGES = ("en", "pl")
PATH = "/v1/models/languages"
ROW: Row = {"en": 0.25, "pl": "pl"}
INPUTS = (
    Input(
        name="en", type="number", minimum=0, maximum=1, seen=(0, 1), step=0.05, label={"en": "English", "pl": "angielski"}
    ),
    Input(
        name="pl",
        type="category",
        categories=(Category(value="en", label={"pl": "po angielsku"}), Category(value="pl", label="pl")),
        label={"en": "Polish", "pl": "polski"},
    ),
)
OUTPUT = Classification(
    labels=(Label(value="en", label={"en": "Yes", "pl": "Tak"}), Label(value="pl", label={"en": "No", "pl": "Nie"})),
    focus="pl",
    bands=(
        Band(value="en", low=0, high=0.5, tone="good", label={"en": "low", "pl": "nisko"}),
        Band(value="pl", low=0.5, high=1, tone="bad", label={"en": "high", "pl": "wysoko"}),
    ),
)
FIGURE = Figure(value=0.5, low=0.4, high=0.6, rows=9)


def toy() -> Model:
    model = model_of("languages", INPUTS, OUTPUT, lambda numbers: np.stack([1 - numbers[:, 0], numbers[:, 0]], axis=1))
    card: Card = msgspec.structs.replace(
        model.card,
        title={"en": "Languages", "pl": "Języki"},
        examples=(Example(name="en", row=ROW, label={"en": "one", "pl": "jeden"}), Example(name="pl", row=ROW)),
        real_rows=(ROW, {"en": 1.0, "pl": "en"}),
        not_for=({"en": "never", "pl": "nigdy"},),
        entity=Entity(key="id", label={"en": "key", "pl": "klucz"}),
        metrics=(Metric(name="en", value=1, rows=9, label={"en": "one", "pl": "jeden"}),),
        training=Training(data="d", source="s", licence="l", libraries={"en": "1.0", "pl": "2.0"}),
    )
    share = BandShare(value="en", label={"en": "low", "pl": "nisko"}, share=FIGURE, focus=FIGURE)
    group = SegmentGroup(label={"en": "few", "pl": "mało"}, metric=FIGURE, flagged=None, truth=FIGURE, small=True)
    evaluation = ClassificationEvaluation(
        rows=9,
        focus="pl",
        focus_rows=4,
        metric="auc",
        metric_label={"en": "AUC", "pl": "pole"},
        overall=FIGURE,
        auc=FIGURE,
        average_precision=FIGURE,
        roc=[],
        precision=[],
        calibration=[],
        thresholds=[],
        bands=[share],
        importance=[],
        segments=[Segment(name="en", label={"en": "by language", "pl": "według języka"}, is_input=True, groups=[group])],
        weak_spots=[WeakSpot(sentence={"en": "weak", "pl": "słabo"}, metric=FIGURE, overall=0.5)],
    )
    return replace(model, card=card, evaluation=evaluation, background=build_background(card, model.checks, None))


@pytest.fixture(scope="module")
def app() -> Iterator[TestClient]:
    yield from serve(Settings(), Registry.of([toy()]))


def get(app: TestClient, path: str, language: str) -> Any:
    answer = app.get(path, headers={"Accept-Language": language})
    assert answer.status_code == 200
    return answer.json()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_card_whose_names_and_values_are_languages_is_served_whole(app: TestClient, language: str) -> None:
    card = get(app, PATH, language)
    polish = language == "pl"
    assert [field["name"] for field in card["inputs"]] == ["en", "pl"]
    assert [field["label"] for field in card["inputs"]] == (["angielski", "polski"] if polish else ["English", "Polish"])
    categories = card["inputs"][1]["categories"]
    assert [category["value"] for category in categories] == ["en", "pl"]
    assert [category["label"] for category in categories] == ["po angielsku", "pl"], "a text that lacks a language"
    assert [example["row"] for example in card["examples"]] == [ROW, ROW]
    assert card["examples"][0]["label"] == ("jeden" if polish else "one")
    assert card["real_rows"] == [ROW, {"en": 1.0, "pl": "en"}]
    assert card["not_for"] == ["nigdy" if polish else "never"]
    assert card["entity"]["label"] == ("klucz" if polish else "key")
    assert card["metrics"][0]["label"] == ("jeden" if polish else "one")
    assert card["training"]["libraries"] == {"en": "1.0", "pl": "2.0"}
    assert [label["label"] for label in card["output"]["labels"]] == (["Tak", "Nie"] if polish else ["Yes", "No"])
    assert [band["label"] for band in card["output"]["bands"]] == (["nisko", "wysoko"] if polish else ["low", "high"])
    (state,) = get(app, "/v1/models", language)["items"]
    assert state["title"] == ("Języki" if polish else "Languages")


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_evaluation_whose_names_are_languages_is_served_whole(app: TestClient, language: str) -> None:
    result = get(app, f"{PATH}/evaluation", language)["evaluation"]
    polish = language == "pl"
    assert (result["metric_label"], result["focus"]) == ("pole" if polish else "AUC", "pl")
    assert [(band["value"], band["label"]) for band in result["bands"]] == [("en", "nisko" if polish else "low")]
    (segment,) = result["segments"]
    assert (segment["name"], segment["label"]) == ("en", "według języka" if polish else "by language")
    assert segment["groups"][0]["label"] == ("mało" if polish else "few")
    assert segment["groups"][0]["flagged"] is None
    assert result["weak_spots"][0]["sentence"] == ("słabo" if polish else "weak")


@pytest.mark.parametrize("language", LANGUAGES)
def test_rows_keyed_by_languages_get_every_kind_of_answer(app: TestClient, language: Any) -> None:
    client = client_of(app)
    (prediction,) = client.predict("languages", [ROW])["predictions"]
    assert prediction["probabilities"] == {"en": 0.75, "pl": 0.25}
    assert (prediction["label"], prediction["decision"]) == ("en", "en")
    (explanation,) = client.explain("languages", [ROW], language=language)["explanations"]
    assert {each["field"]: each["value"] for each in explanation["contributions"]} == ROW
    assert explanation["prediction"]["probabilities"] == {"en": 0.75, "pl": 0.25}
    assert ("angielski" if language == "pl" else "English") in explanation["sentence"]
    answer = app.post(f"{PATH}/curves", json={"row": ROW, "fields": ["en", "pl"]}).json()
    assert [point["value"] for point in answer["curves"][1]["points"]] == ["en", "pl"]
    goal = {"probability": {"label": "pl", "min": 0.5}}
    answer = app.post(f"{PATH}/recommendations", json={"row": ROW, "goal": goal}).json()
    assert answer["recommendations"][0]["changes"] == [{"field": "en", "from": 0.25, "to": 0.5}]
    assert client.card("languages", language=language)["examples"][0]["row"] == ROW
    assert app.get("/openapi.json").status_code == 200


def texts_left(node: Any) -> list[Any]:
    """Return the values of a shape that are texts by their type and not yet plain."""
    results = []
    for name in node.__struct_fields__:
        value = getattr(node, name)
        if isinstance(value, dict) and value and value.keys() <= set(LANGUAGES):
            results.append(value)
        for item in value if isinstance(value, list | tuple) else [value]:
            results += texts_left(item) if isinstance(item, msgspec.Struct) else []
    return results


def test_every_text_of_the_bundled_models_is_plain_in_each_language(service: TestClient, models: dict[str, Model]) -> None:
    for name, model in models.items():
        translated: list[Text] = texts_left(model.card)
        assert translated
        for language in LANGUAGES:
            served = get(service, f"/v1/models/{name}", language)
            assert texts_left(msgspec.convert(served, Card)) == []
            evaluation = get(service, f"/v1/models/{name}/evaluation", language)["evaluation"]
            assert texts_left(msgspec.convert(evaluation, type(model.evaluation))) == []
