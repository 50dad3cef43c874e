"""Promises of the page How good, and of the card's texts on the page About."""

import re

import pytest
from starlette.testclient import TestClient

from demo.text.translation import Translation
from tests.support.demo_models import BUILT, BUNDLED, listen, questions
from tests.support.demo_pages import opened, quiet
from tests.support.in_process_client import client_of

pytestmark = pytest.mark.usefixtures("asked")

HOW_GOOD = (
    "apart",
    "trust",
    "mistakes",
    "finding",
    "against",
    "errors",
    "ranges",
    "bands",
    "matters",
    "groups",
    "weak",
)
"""Every question of How good, of models of labels and of values."""


@pytest.mark.parametrize(
    ("asked", "model"), [(name, name) for name in (*BUNDLED, *BUILT)], indirect=["asked"], ids=[*BUNDLED, *BUILT]
)
@pytest.mark.parametrize("language", ["en", "pl"])
def test_every_question_of_how_good_is_answered_with_a_sentence(asked: list[str], model: str, language: str) -> None:
    app = quiet(opened("how-good", model=model, lang=language))
    pills = app.get("button_group")[-1]
    assert len(pills.proto.options) >= 5
    for view in HOW_GOOD:
        shown = quiet(opened("how-good", model=model, lang=language, view=view))
        assert shown.header, view
    assert len(questions(asked)) >= 1


@pytest.mark.parametrize(
    ("asked", "model"), [(name, name) for name in (*BUNDLED, *BUILT)], indirect=["asked"], ids=[*BUNDLED, *BUILT]
)
@pytest.mark.parametrize("language", ["en", "pl"])
def test_about_shows_every_text_of_the_card(
    asked: list[str], model: str, language: str, service: TestClient, toys_and_built: TestClient
) -> None:
    app = (service if model in BUNDLED else toys_and_built).get(f"/v1/models/{model}", headers={"Accept-Language": language})
    card = app.json()
    page = quiet(opened("about", model=model, lang=language))
    assert questions(asked) == [], "the card alone"
    texts = [*page.markdown, *page.caption, *page.subheader, *page.info, *page.title]
    said = "\n".join(text.value for text in texts).replace("\\", "")
    training = card["training"]
    for text in (
        *(card.get(name, "") for name in ("title", "summary", "purpose", "version")),
        *card.get("not_for", []),
        *card.get("limits", []),
        *(training.get(name, "") for name in ("data", "source", "licence", "period", "algorithm")),
    ):
        assert text in said
    tr = Translation(language)
    assert tr.number(training["rows"]) in said
    if card.get("built"):
        assert tr.date(card["built"]) in said
    shown = {each.label.replace("\\", ""): each.value for each in page.metric}
    for metric in card["metrics"]:
        percent = metric["name"] in {"accuracy", "coverage", "relative_error"}
        value, low, high = (
            tr.percent(metric[end], 1) if percent else tr.number(metric[end], 3) for end in ("value", "low", "high")
        )
        assert shown[metric["label"]] == value
        assert any(low in text.value and high in text.value for text in page.caption), "its interval"
    assert tr.number(card["metrics"][0]["rows"]) in said


def test_typed_prices_change_the_cheapest_threshold(asked: list[str], service: TestClient) -> None:
    found = service.get("/v1/models/credit-default/evaluation").json()["evaluation"]
    app = quiet(opened("how-good", model="credit-default", lang="en", view="mistakes"))
    before = len(questions(asked))
    alarm, missed = app.text_input
    assert alarm.key
    assert missed.key
    assert (alarm.label, missed.label) == ("A false alarm costs", "A missed one costs")
    for prices in ((1, 5), (9, 2), (2, 9)):
        for key, price in zip((alarm.key, missed.key), prices, strict=True):
            app.text_input(key=key).set_value(str(price))
        quiet(app.run())
        costs = {
            each["threshold"]: each["flagged_wrong"] * prices[0] + each["passed_wrong"] * prices[1]
            for each in found["thresholds"]
        }
        least = min(costs.values())
        best = {f"{threshold:.0%}" for threshold, cost in costs.items() if cost == least}
        said = "".join(text.value for text in app.markdown).replace("\\", "")
        (threshold,) = re.findall(rf"the cheapest threshold is (\d+%), where they cost {least:,} \(", said)
        assert threshold in best
        assert f"Here all mistakes cost {costs[0.5]:,} (" in said
    assert len(questions(asked)) == before


@pytest.mark.parametrize(
    ("asked", "model"), [(name, name) for name in (*BUNDLED, *BUILT)], indirect=["asked"], ids=[*BUNDLED, *BUILT]
)
def test_the_sentence_of_a_question_agrees_with_its_chart(asked: list[str], model: str) -> None:
    for view in HOW_GOOD:
        app = quiet(opened("how-good", model=model, lang="en", view=view))
        said = "".join(text.value for text in [*app.markdown, *app.caption]).replace("\\", "")
        heading = app.header[0].value.replace("\\", "")
        assert "Pale" not in said
        if " to " in heading and view != "weak":
            assert "95% confidence interval" in said
    assert len(questions(asked)) >= 1


def test_how_good_says_that_a_model_has_no_evaluation(monkeypatch: pytest.MonkeyPatch, toys: TestClient) -> None:
    listen(client_of(toys), monkeypatch)
    app = quiet(opened("how-good", model="pet-kind", lang="en"))
    assert "Nobody has measured this model yet" in app.info[0].value
