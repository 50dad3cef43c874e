"""Promises of the page How good, and of the card's texts on the page About."""

import re
from typing import Any

import pytest
from starlette.testclient import TestClient

from demo.text.translation import Translation
from tests.support.demo_models import BUILT, BUNDLED, listen, questions
from tests.support.demo_pages import html_of, opened, quiet
from tests.support.in_process_client import client_of

pytestmark = pytest.mark.usefixtures("request_log")

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
    "worst",
)
"""Every question of How good, of models of labels and of values."""


@pytest.mark.parametrize(
    ("request_log", "model"), [(name, name) for name in (*BUNDLED, *BUILT)], indirect=["request_log"], ids=[*BUNDLED, *BUILT]
)
@pytest.mark.parametrize("language", ["en", "pl"])
def test_every_question_of_how_good_is_answered_with_a_sentence(request_log: list[str], model: str, language: str) -> None:
    app = quiet(opened("how-good", model=model, lang=language))
    pills = app.get("button_group")[-1]
    assert len(pills.proto.options) >= 5
    for view in HOW_GOOD:
        shown = quiet(opened("how-good", model=model, lang=language, view=view))
        assert shown.header, view
    assert len(questions(request_log)) >= 1


@pytest.mark.parametrize(
    ("request_log", "model"), [(name, name) for name in (*BUNDLED, *BUILT)], indirect=["request_log"], ids=[*BUNDLED, *BUILT]
)
@pytest.mark.parametrize("language", ["en", "pl"])
def test_about_shows_every_text_of_the_card(
    request_log: list[str], model: str, language: str, service: TestClient, toys_and_built: TestClient
) -> None:
    app = (service if model in BUNDLED else toys_and_built).get(f"/v1/models/{model}", headers={"Accept-Language": language})
    card = app.json()
    page = quiet(opened("about", model=model, lang=language))
    assert questions(request_log) == [], "the card alone"
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


@pytest.mark.parametrize(
    ("language", "without", "ways"),
    [
        ("en", "without a model: ", {"brier": "always the overall share as the probability", "r2": "always the mean"}),
        ("pl", "bez modelu: ", {"brier": "zawsze ogólny odsetek jako prawdopodobieństwo", "r2": "zawsze średnia"}),
    ],
)
@pytest.mark.parametrize("model", ["credit-default", "comment-sentiment", "diamond-price"])
@pytest.mark.usefixtures("request_log")
def test_a_figure_without_a_model_says_what_gives_it_and_the_data_give_it(
    model: str, language: str, without: str, ways: dict[str, str], service: TestClient
) -> None:
    evaluation = service.get(f"/v1/models/{model}/evaluation").json()["evaluation"]
    tr, metric = Translation(language), "r2" if model == "diamond-price" else "brier"
    share = evaluation["focus_rows"] / evaluation["rows"] if metric == "brier" else 0.0
    value = tr.number(share * (1 - share), 3)  # the Brier score of a constant share; the mean explains nothing
    about = quiet(opened("about", model=model, lang=language))
    assert f"{without}{value} ({ways[metric]})" in [each.value.replace("\\", "") for each in about.caption]
    question = "against" if metric == "r2" else "trust"
    page = quiet(opened("how-good", model=model, lang=language, view=question))
    shown = tr.percent(0) if metric == "r2" else value
    assert f"{without}{shown} ({ways[metric]})" in "\n".join(
        [html_of(page), *(each.value for each in [*page.caption, *page.markdown])]
    ).replace("\\", "")


def test_typed_prices_change_the_cheapest_thresholds(request_log: list[str], service: TestClient) -> None:
    result = service.get("/v1/models/credit-default/evaluation").json()["evaluation"]
    app = quiet(opened("how-good", model="credit-default", lang="en", view="mistakes"))
    before = len(questions(request_log))
    keys = {name: f"how-good/{name}/credit-default" for name in ("alarm", "missed", "person", "volume")}
    for name, text in (("volume", "5,929"), ("person", "0")):
        app.text_input(key=keys[name]).set_value(text)
    for alarm, missed, person in ((1, 5, 9), (9, 2, 9), (2, 9, 1)):
        for name, price in (("alarm", alarm), ("missed", missed), ("person", person)):
            app.text_input(key=keys[name]).set_value(str(price))
        quiet(app.run())
        counts = result["thresholds"]

        def cost(low: Any, high: Any, prices: tuple[int, int, int] = (alarm, missed, person)) -> int:
            asked_about = sum(low[name] - high[name] for name in ("flagged_right", "flagged_wrong"))
            return int(high["flagged_wrong"] * prices[0] + low["passed_wrong"] * prices[1] + asked_about * prices[2])

        costs = {
            (low["threshold"], high["threshold"]): cost(low, high) for i, low in enumerate(counts) for high in counts[i:]
        }
        least = min(costs.values())
        best = {
            f"{low:.0%} {high:.0%}" if low != high else f"{high:.0%}" for (low, high), each in costs.items() if each == least
        }
        said = "".join(text.value for text in app.header).replace("\\", "")
        cheapest, saved = re.findall(r"Cheapest: (.*?), ([\d,]+)\sNT", said)[0]
        assert " ".join(re.findall(r"\d+%", cheapest)) in best
        assert int(saved.replace(",", "")) == costs[0.2, 0.5] - least
        assert re.findall(r"Approve below 20%, Refuse from 50%: total cost ([\d,]+)\sNT", said) == [f"{costs[0.2, 0.5]:,}"]
    assert len(questions(request_log)) == before


def test_a_text_that_is_no_price_changes_nothing(request_log: list[str]) -> None:
    app = quiet(opened("how-good", model="credit-default", lang="pl", view="mistakes"))
    field = app.text_input(key="how-good/missed/credit-default")
    for text, expected in (
        ("1500,5", "1\N{NO-BREAK SPACE}500,5"),
        ("many", "1\N{NO-BREAK SPACE}500,5"),
        ("-3", "1\N{NO-BREAK SPACE}500,5"),
    ):
        field.set_value(text)
        quiet(app.run())
        assert app.text_input(key="how-good/missed/credit-default").value == expected
    assert questions(request_log)


def test_a_worst_mistake_opens_in_try(request_log: list[str], service: TestClient) -> None:
    result = service.get("/v1/models/comment-sentiment/evaluation").json()["evaluation"]
    app = quiet(opened("how-good", model="comment-sentiment", lang="en", view="worst"))
    app.button(key="open-worst-1").click()
    quiet(app.run())
    assert result["worst_rows"][1]["row"]["comment"] in [area.value for area in app.text_area]
    assert questions(request_log)


@pytest.mark.parametrize(
    ("request_log", "model"), [(name, name) for name in (*BUNDLED, *BUILT)], indirect=["request_log"], ids=[*BUNDLED, *BUILT]
)
def test_the_sentence_of_a_question_agrees_with_its_chart(request_log: list[str], model: str) -> None:
    for view in HOW_GOOD:
        app = quiet(opened("how-good", model=model, lang="en", view=view))
        said = "".join(text.value for text in [*app.markdown, *app.caption]).replace("\\", "")
        heading = app.header[0].value.replace("\\", "")
        assert "Pale" not in said
        if re.search(r"\(.* to .*\)", heading) and view != "weak":
            assert "95% confidence interval" in said
    assert len(questions(request_log)) >= 1


def test_how_good_says_that_a_model_has_no_evaluation(monkeypatch: pytest.MonkeyPatch, toys: TestClient) -> None:
    listen(client_of(toys), monkeypatch)
    app = quiet(opened("how-good", model="pet-kind", lang="en"))
    assert "This model has not been evaluated yet" in app.info[0].value
