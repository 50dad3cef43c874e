"""Promises of the rules of the credit models: impossible clients are warned of, in the reader's language, everywhere."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from service.bundles.model import Model
from tests.support.row_files import ask, text_of

CREDIT = ("credit-default", "credit-scorecard")
IMPOSSIBLE = {"worst_delay": 0, "months_delayed": 6, "months_late_now": 1}
ENGLISH = "A client with late months has a worst delay of 1 month or more."
POLISH = "Klient, który się spóźniał, ma najdłuższą zaległość wynoszącą co najmniej 1 miesiąc."
SENTENCES = {"en": ENGLISH, "pl": POLISH}


def impossible(cards: dict[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = cards["credit-default"]["examples"][1]["row"]
    return row | IMPOSSIBLE


def contradiction(prediction: dict[str, Any], fields: list[str]) -> str:
    """Return the sentence of the contradiction between some fields."""
    (sentence,) = [each["sentence"] for each in prediction["warnings"] if each.get("fields") == fields]
    assert isinstance(sentence, str)
    return sentence


def post(service: TestClient, question: str, body: Any, language: str) -> Any:
    answer = service.post(f"/v1/models/credit-default/{question}", json=body, headers={"Accept-Language": language})
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize("name", CREDIT)
def test_no_real_client_and_no_example_contradicts_itself(name: str, models: dict[str, Model]) -> None:
    card = models[name].card
    rows = [*card.real_rows, *(example.row for example in card.examples)]
    assert len(card.rules) == 6
    assert not models[name].checks.rules.contradictory(models[name].checks.columns(list(rows)).numbers).any()
    assert not models[name].checks.rules.contradictory(models[name].background.rows.numbers).any()


@pytest.mark.parametrize("language", SENTENCES)
def test_the_card_has_its_rules_in_the_readers_language(language: str, service: TestClient) -> None:
    card = service.get("/v1/models/credit-default", headers={"Accept-Language": language}).json()
    assert SENTENCES[language] in [rule["sentence"] for rule in card["rules"]]
    rule = next(rule for rule in card["rules"] if rule["sentence"] == SENTENCES[language])
    assert rule == {
        "kind": "implies",
        "if": {"field": "months_delayed", "minimum": 1},
        "then": {"field": "worst_delay", "minimum": 1},
        "sentence": SENTENCES[language],
    }


@pytest.mark.parametrize("language", SENTENCES)
def test_every_answer_about_an_impossible_client_says_so(language: str, service: TestClient, cards: dict[str, Any]) -> None:
    row, fields = impossible(cards), ["months_delayed", "worst_delay"]
    predictions = [
        post(service, "predictions", {"rows": [row, cards["credit-default"]["real_rows"][0]]}, language)["predictions"][0],
        post(service, "explanations", {"rows": [row]}, language)["explanations"][0]["prediction"],
        post(service, "curves", {"row": row, "fields": ["credit_limit"]}, language)["prediction"],
        post(service, "curves", {"row": row, "fields": ["credit_limit"]}, language)["curves"][0]["points"][0]["prediction"],
        post(service, "recommendations", {"row": row, "goal": {"decision": "approve"}}, language)["prediction"],
    ]
    for prediction in predictions:
        assert contradiction(prediction, fields) == SENTENCES[language]


def test_an_answer_in_json_to_a_file_says_so_too(service: TestClient, cards: dict[str, Any]) -> None:
    row = impossible(cards)
    answer = service.post(
        "/v1/models/credit-default/predictions",
        content=text_of(list(row), [list(row.values())]),
        headers={"Content-Type": "text/csv", "Accept": "application/json", "Accept-Language": "pl"},
    )
    assert contradiction(answer.json()["predictions"][0], ["months_delayed", "worst_delay"]) == POLISH
    assert ask(service, "credit-default", text_of(list(row), [list(row.values())]), "csv").status_code == 200


@pytest.mark.usefixtures("nightly_run")
def test_a_change_to_a_stored_client_that_makes_it_impossible_is_warned_of(service: TestClient) -> None:
    body = {"rows": [{"client_id": "17", "months_delayed": 6, "worst_delay": 0}]}
    (prediction,) = post(service, "predictions", body, "pl")["predictions"]
    assert contradiction(prediction, ["months_delayed", "worst_delay"]) == POLISH


def test_an_impossible_client_is_not_called_usual(service: TestClient, cards: dict[str, Any]) -> None:
    (why,) = post(service, "explanations", {"rows": [impossible(cards)]}, "en")["explanations"]
    assert why["usualness"]["percentile"] == 100
    assert {"worst_delay", "months_delayed"} <= set(why["usualness"]["fields"])


def test_no_proposal_makes_a_client_impossible(service: TestClient, models: dict[str, Model]) -> None:
    """Six months late and not late now cannot be: such a client's `months_late_now` never goes to 0."""
    model = models["credit-default"]
    for base in model.card.real_rows[:25]:
        row = dict(base) | {"months_delayed": 6, "worst_delay": 2, "months_late_now": 2}
        answer = post(
            service, "recommendations", {"row": row, "goal": {"probability": {"label": "default", "max": 0.4}}}, "en"
        )
        for each in answer["recommendations"]:
            changed = row | {change["field"]: change["to"] for change in each["changes"]}
            assert each["prediction"]["warnings"] == [], changed
            assert changed["months_late_now"] >= 1
            assert changed["last_payment"] <= 6 * changed["average_payment"] + 3


def test_a_surface_of_linked_fields_marks_what_cannot_be(service: TestClient, cards: dict[str, Any]) -> None:
    row = cards["credit-default"]["examples"][1]["row"]
    body = {"row": row, "fields": ["worst_delay", "months_late_now"], "together": True}
    surface = post(service, "curves", body, "en")["surface"]
    for worst, line in zip(surface["values"][0], surface["contradictions"], strict=True):
        for late, marked in zip(surface["values"][1], line, strict=True):
            assert marked == (late > worst or worst == 0)  # the client was late in three months
