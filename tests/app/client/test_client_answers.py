"""Promises of the client's four questions: the real answers come through whole, a spoiled one never does as anything odd."""

import io
import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import pytest
import requests
from starlette.testclient import TestClient

from client import Client, InvalidAnswer, Refused
from tests.support.in_process_client import InProcess, client_of

PRICE, CREDIT, COMMENT = "diamond-price", "credit-default", "comment-sentiment"
DIAMOND = {"carat": 0.7, "cut": "Ideal", "color": "G", "clarity": "VS2", "depth": 61.8, "table": 57}
LIGHTER = DIAMOND | {"carat": 0.5}
WORDS = {"comment": "Great room, rude staff"}

Ask = Callable[[Client], Any]
QUESTIONS: dict[str, Ask] = {
    "explanations of a value": lambda client: client.explain(PRICE, [DIAMOND, LIGHTER]),
    "explanations of words": lambda client: client.explain(COMMENT, [WORDS]),
    "curves": lambda client: client.curves(PRICE, DIAMOND, ["cut", "color"], pinned=LIGHTER),
    "a surface": lambda client: client.curves(PRICE, DIAMOND, ["cut", "color"], together=True),
    "recommendations": lambda client: client.recommend(PRICE, DIAMOND, {"value": {"max": 2000}}, fixed=["carat"]),
    "evaluation of probabilities": lambda client: client.evaluation(CREDIT),
    "evaluation of values": lambda client: client.evaluation(PRICE),
}


class Spoiled(InProcess):
    """Carries a request to the real app, and its answer back with one thing changed; keeps what the app really said."""

    def __init__(self, app: TestClient, spoil: Callable[[Any], Any]) -> None:
        super().__init__(app)
        self._spoil = spoil

    def send(self, request: requests.PreparedRequest, *arguments: Any, **options: Any) -> requests.Response:
        response = super().send(request, *arguments, **options)
        said = json.dumps(self._spoil(json.loads(response.raw.read())))
        response.raw = io.BytesIO(said.encode())
        response.headers["Content-Length"] = str(len(said))
        return response


def spoiled(app: TestClient, spoil: Callable[[Any], Any]) -> Client:
    client = client_of(app)
    client.session.mount("http://localhost", Spoiled(app, spoil))
    return client


class Replay(Spoiled):
    """Says one answer, whatever is asked: thousands of spoiled answers need the app but once."""

    def __init__(self, answer: Any) -> None:
        self._answer = answer

    def send(self, request: requests.PreparedRequest, *_arguments: Any, **_options: Any) -> requests.Response:
        response = requests.Response()
        response.status_code, response.request = 200, request
        response.headers["Content-Type"] = "application/json"
        response.raw = io.BytesIO(json.dumps(self._answer).encode())
        return response


def told(answer: Any) -> Client:
    client = Client("http://localhost")
    client.session.mount("http://localhost", Replay(answer))
    return client


def heard(app: TestClient, ask: Ask) -> Any:
    """Return what the service really says to a question."""
    said: dict[str, Any] = {}

    def listen(answer: Any) -> Any:
        return said.setdefault("answer", answer)

    ask(spoiled(app, listen))
    return said["answer"]


def test_explanations_come_through_and_add_up(service: TestClient) -> None:
    client = client_of(service)
    for name in (PRICE, CREDIT, "credit-scorecard", COMMENT):
        rows = client.card(name)["real_rows"][:2]
        answer = client.explain(name, rows, "pl")
        for row, explanation in zip(rows, answer["explanations"], strict=True):
            total = explanation["base"] + sum(each["contribution"] for each in explanation["contributions"])
            assert total == pytest.approx(explanation["output"], rel=1e-6, abs=1e-6)
            assert {each["field"] for each in explanation["contributions"]} == set(row)
        assert [each["prediction"] for each in answer["explanations"]] == client.predict(name, rows)["predictions"]


def test_sentences_come_in_the_language_that_was_asked_for(service: TestClient) -> None:
    english, polish = (client_of(service).explain(PRICE, [DIAMOND], language) for language in ("en", "pl"))
    assert english["explanations"][0]["sentence"].startswith("Lowered most by")
    assert english["explanations"][0]["sentence"] != polish["explanations"][0]["sentence"]


def test_curves_come_through_with_the_row_and_the_pinned_one(service: TestClient) -> None:
    client = client_of(service)
    answer = client.curves(PRICE, DIAMOND, ["carat", "cut"], pinned=LIGHTER)
    own, pinned = client.predict(PRICE, [DIAMOND])["predictions"] + client.predict(PRICE, [LIGHTER])["predictions"]
    assert (answer["prediction"], answer["pinned"]) == (own, pinned)
    carat, cut = answer["curves"]
    assert [point["value"] for point in cut["points"]] == ["Fair", "Good", "Very Good", "Premium", "Ideal"]
    assert own in [point["prediction"] for point in carat["points"] if point["value"] == 0.7]
    assert client.curves(PRICE, DIAMOND, ["cut"])["pinned"] is None


def test_a_surface_comes_through_as_a_map_of_two_fields(service: TestClient) -> None:
    surface = client_of(service).curves(PRICE, DIAMOND, ["cut", "color"], together=True)["surface"]
    assert surface is not None
    cuts, colours = surface["values"]
    at = surface["outputs"][cuts.index("Ideal")][colours.index("G")]
    assert at == client_of(service).predict(PRICE, [DIAMOND])["predictions"][0]["value"]


def test_recommendations_come_through_and_do_what_they_say(service: TestClient) -> None:
    client = client_of(service)
    answer = client.recommend(PRICE, DIAMOND, {"value": {"max": 2000}}, fixed=["carat"])
    assert answer["reachable"]
    assert answer["recommendations"]
    for each in answer["recommendations"]:
        changed = DIAMOND | {change["field"]: change["to"] for change in each["changes"]}
        assert changed["carat"] == DIAMOND["carat"]
        assert client.predict(PRICE, [changed])["predictions"] == [each["prediction"]]
        assert each["prediction"]["value"] <= 2000


def test_evaluations_come_through_of_either_kind(service: TestClient) -> None:
    client = client_of(service)
    credit, price = client.evaluation(CREDIT), client.evaluation(PRICE, "pl")
    assert credit["kind"] == "classification"
    assert price["kind"] == "regression"
    assert credit["auc"] is not None
    assert credit["auc"]["low"] < credit["auc"]["value"] < credit["auc"]["high"]
    assert price["metric_label"] != client.evaluation(PRICE)["metric_label"]


@pytest.mark.parametrize(
    ("ask", "pointer", "code"),
    [
        (lambda client: client.explain(PRICE, [DIAMOND | {"carat": 99}]), "/rows/0/carat", "out_of_range"),
        (lambda client: client.curves(PRICE, DIAMOND, ["shoe_size"]), "/fields/0", "unknown_field"),
        (lambda client: client.curves(PRICE, DIAMOND, ["cut"], pinned={}), "/pinned/carat", "missing_field"),
        (lambda client: client.recommend(PRICE, DIAMOND, {"decision": "frame it"}), "/goal/decision", "wrong_goal"),
        (lambda client: client.recommend(PRICE, DIAMOND, {"value": {"max": 9}}, ["hue"]), "/fixed/0", "unknown_field"),
        (lambda client: client.explain(PRICE, [DIAMOND | {"carat": float("nan")}]), "/rows/0/carat", "not_finite"),
    ],
)
def test_a_refused_question_names_the_place(ask: Ask, pointer: str, code: str, service: TestClient) -> None:
    with pytest.raises(Refused) as raised:
        ask(client_of(service))
    assert (pointer, code) in [(error["pointer"], error["code"]) for error in raised.value.errors]
    assert raised.value.status == 422


def test_an_evaluation_of_nobody_is_refused(service: TestClient) -> None:
    with pytest.raises(Refused) as raised:
        client_of(service).evaluation("nobody")
    assert (raised.value.status, raised.value.code) == (404, "unknown_model")


def put(value: Any, *steps: Any) -> Callable[[Any], Any]:
    """Return what puts a value into an answer, at the place that the steps lead to."""

    def spoil(answer: Any) -> Any:
        inner = answer
        for step in steps[:-1]:
            inner = inner[step]
        inner[steps[-1]] = value
        return answer

    return spoil


def cut(*steps: Any) -> Callable[[Any], Any]:
    """Return what takes the last item off a list."""

    def spoil(answer: Any) -> Any:
        inner = answer
        for step in steps:
            inner = inner[step]
        inner.pop()
        return answer

    return spoil


ONE = ("explanations", 0)
LIES: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "one explanation too few": ("explanations of a value", cut("explanations")),
    "no explanations": ("explanations of a value", put([], "explanations")),
    "why of another model": ("explanations of a value", put("other", "model")),
    "a base that is NaN": ("explanations of a value", put(float("nan"), *ONE, "base")),
    "an infinite contribution": ("explanations of a value", put(float("inf"), *ONE, "contributions", 0, "contribution")),
    "a base of 400 digits": ("explanations of a value", put(10**400, *ONE, "base")),
    "a contribution as text": ("explanations of a value", put("0.1", *ONE, "contributions", 0, "contribution")),
    "a sentence in two languages": ("explanations of a value", put({"en": "a", "pl": "b"}, *ONE, "sentence")),
    "neither label nor value": ("explanations of a value", put({"decision": None, "warnings": []}, *ONE, "prediction")),
    "a probability above one": (
        "explanations of words",
        put({"negative": -0.5, "positive": 1.5}, *ONE, "prediction", "probabilities"),
    ),
    "a span of one": ("explanations of words", put([3], *ONE, "contributions", 0, "span")),
    "unusual fields as text": ("explanations of a value", put({"percentile": 99, "fields": "carat"}, *ONE, "usualness")),
    "one curve too few": ("curves", cut("curves")),
    "the curve of another field": ("curves", put("clarity", "curves", 0, "field")),
    "a curve without points": ("curves", put(None, "curves", 0, "points")),
    "a point without a prediction": ("curves", put({"value": 1}, "curves", 0, "points", 0)),
    "a seen range of one end": ("curves", put([1.0], "curves", 0, "seen")),
    "nothing pinned": ("curves", put(None, "pinned")),
    "a pinned row without an answer": ("curves", put({"decision": None, "warnings": []}, "pinned")),
    "no surface": ("a surface", put(None, "surface")),
    "a surface of other fields": ("a surface", put(["carat", "cut"], "surface", "fields")),
    "a surface of one field's values": ("a surface", cut("surface", "values")),
    "a surface with a short row": ("a surface", cut("surface", "outputs", 2)),
    "a surface with a row too few": ("a surface", cut("surface", "outputs")),
    "a surface with a hole": ("a surface", put(None, "surface", "outputs", 0, 0)),
    "changes from nothing": ("recommendations", put([{"field": "cut", "to": "Fair"}], "recommendations", 0, "changes")),
    "reachable as text": ("recommendations", put("yes", "reachable")),
    "a change that was not scored": ("recommendations", put({}, "recommendations", 0, "prediction")),
    "an evaluation of another model": ("evaluation of values", put("other", "model")),
    "an evaluation of no kind": ("evaluation of values", put("clustering", "evaluation", "kind")),
    "an evaluation of the wrong kind": ("evaluation of values", put("classification", "evaluation", "kind")),
    "a figure without its interval": ("evaluation of probabilities", put({"value": 0.7, "rows": 9}, "evaluation", "auc")),
    "half a row": ("evaluation of probabilities", put(0.5, "evaluation", "rows")),
}


@pytest.mark.parametrize(("question", "spoil"), LIES.values(), ids=LIES)
def test_an_answer_that_lies_is_nonsense(question: str, spoil: Callable[[Any], Any], service: TestClient) -> None:
    with pytest.raises(InvalidAnswer):
        QUESTIONS[question](spoiled(service, spoil))


JUNK: tuple[Any, ...] = (None, True, -1, 0.5, 10**400, "text", [], {}, [None], {"a": None}, float("nan"))


def shortened(tree: Any) -> Any:
    """Return an evaluation with at most one item in each list: its shape is the same, and soon tried through."""
    if isinstance(tree, dict):
        return {name: shortened(value) for name, value in tree.items()}
    return [shortened(value) for value in tree[:1]] if isinstance(tree, list) else tree


def paths_of(tree: Any, steps: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the way to everything in an answer."""
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for step, value in items:
        yield (*steps, step)
        yield from paths_of(value, (*steps, step))


@pytest.mark.parametrize("question", QUESTIONS)
def test_whatever_stands_wherever_in_an_answer_the_client_raises_nonsense_or_nothing(
    question: str, service: TestClient
) -> None:
    ask, answer = QUESTIONS[question], heard(service, QUESTIONS[question])
    if question.startswith("evaluation"):
        answer = shortened(answer)
    ask(told(answer))
    refused = 0
    for steps in list(paths_of(answer)):
        for junk in JUNK:
            try:
                ask(told(put(junk, *steps)(deepcopy(answer))))
            except InvalidAnswer:
                refused += 1
    assert refused > 5 * len(list(paths_of(answer)))


NEWER = {
    ("evaluation", "accuracy"),
    ("evaluation", "brier"),
    ("evaluation", "coverage"),
    ("evaluation", "relative_error"),
    ("evaluation", "too_high"),
    ("evaluation", "too_low"),
    ("evaluation", "precision", "precision"),
    ("evaluation", "thresholds", "right"),
    ("evaluation", "thresholds", "found"),
    ("evaluation", "baseline"),
    ("evaluation", "worst_rows"),
    ("evaluation", "importance", "behind_first"),
    ("evaluation", "confusion"),
    ("explanations", "label"),
    ("explanations", "strongest_region"),
    ("evaluation", "segments", "tests"),
    ("evaluation", "segments", "groups", "wrongly_flagged"),
    ("nearest",),
    ("obstacles",),
}
"""What an evaluation may lack: bundles that were built before it was there are served too."""

MAY_LACK = {"interval", "span", "known_words"}
"""What an answer may do without."""


@pytest.mark.parametrize("question", QUESTIONS)
def test_an_answer_that_lacks_anything_it_needs_is_nonsense(question: str, service: TestClient) -> None:
    ask, answer = QUESTIONS[question], heard(service, QUESTIONS[question])
    if question.startswith("evaluation"):
        answer = shortened(answer)
    for *way, last in paths_of(answer):
        named = tuple(step for step in (*way, last) if isinstance(step, str))
        is_free = last in MAY_LACK or way[-1:] in (["probabilities"], ["row"]) or named in NEWER
        if isinstance(last, str) and not is_free:
            lacking = deepcopy(answer)
            inner = lacking
            for step in way:
                inner = inner[step]
            del inner[last]
            with pytest.raises(InvalidAnswer):
                ask(told(lacking))


def test_the_real_client_understands_the_real_service(service: TestClient) -> None:
    client = client_of(service)
    assert client.ready()["status"] == "ready"
    for model in client.models("pl"):
        card = client.card(model["name"], "pl")
        assert card["question"] == model["question"]
        rows = card["real_rows"][:5]
        answer = client.predict(model["name"], rows, version=card["version"])
        assert len(answer["predictions"]) == len(rows) > 0


def test_a_refusal_of_the_real_service_names_the_field(service: TestClient) -> None:
    client = client_of(service)
    row = client.card("diamond-price")["examples"][0]["row"] | {"carat": 99}
    with pytest.raises(Refused) as raised:
        client.predict("diamond-price", [row])
    assert [(error["pointer"], error["code"]) for error in raised.value.errors] == [("/rows/0/carat", "out_of_range")]
    assert raised.value.request_id
