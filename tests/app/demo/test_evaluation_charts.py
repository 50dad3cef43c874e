"""Promises of the charts and sentences of How good, on the evaluations of the bundled models."""

import itertools
import re
from typing import Any, cast

import pytest
from starlette.testclient import TestClient

from client import Card, Evaluation
from demo.charts import canvas
from demo.evaluation import classification_findings, findings, group_findings, regression_findings
from demo.text.translation import Translation
from tests.support.demo_cards import ENGLISH, EVIL, POLISH

Found = tuple[Card, Evaluation]


@pytest.fixture(scope="module")
def evaluated(service: TestClient, cards: dict[str, Any]) -> dict[tuple[str, str], Found]:
    answers = {}
    for name, language in itertools.product(cards, ("en", "pl")):
        card, result = (
            service.get(f"/v1/models/{name}{path}", headers={"Accept-Language": language}).json()
            for path in ("", "/evaluation")
        )
        answers[name, language] = (card, result["evaluation"])
    return answers


def findings_of(card: Card, result: Any, tr: Translation) -> list[findings.Finding]:
    theme = "light"
    listed = [
        findings.describe_weak_spots(result, tr),
        *(group_findings.describe_groups(card, result, each, theme, tr) for each in result["segments"]),
    ]
    if result["bands"]:
        listed.append(findings.describe_bands(card, result, theme, tr))
    if result["importance"]:
        listed.append(findings.describe_importance(card, result, theme, tr))
    if result["kind"] == "classification":
        rooms = (
            classification_findings.describe_discrimination,
            classification_findings.describe_precision_and_recall,
            classification_findings.describe_calibration,
        )
        listed += [room(card, result, theme, tr) for room in rooms]
    else:
        listed += [
            room(card, result, theme, tr)
            for room in (
                regression_findings.describe_predicted_vs_true,
                regression_findings.describe_residuals,
                regression_findings.describe_coverage,
            )
        ]
    return listed


@pytest.mark.parametrize("language", ["en", "pl"])
@pytest.mark.parametrize("name", ["credit-default", "credit-scorecard", "diamond-price", "comment-sentiment"])
def test_every_finding_is_a_whole_sentence(name: str, language: str, evaluated: dict[tuple[str, str], Found]) -> None:
    card, result = evaluated[name, language]
    tr = ENGLISH if language == "en" else POLISH
    for each in findings_of(card, result, tr):
        for text in (each.sentence, *each.notes):
            assert not re.search(r"[{}]|\b(nan|None|inf)\b", text), text
            assert text[0].isupper() or text[0] in "„“0123456789", text
            assert text[-1] in ".:", text
    without = [each for each in findings_of(card, result, tr) if each.figure is None]
    assert without == [findings.describe_weak_spots(result, tr)]


def test_where_the_sentence_stands_is_marked_on_the_curve(evaluated: dict[tuple[str, str], Found]) -> None:
    card, result = evaluated["credit-default", "en"]
    drawn = classification_findings.describe_precision_and_recall(card, cast(Any, result), "light", ENGLISH).figure
    curve, mark = drawn.data  # type: ignore[union-attr]
    assert (mark.x[0], mark.y[0]) in set(zip(curve.x, curve.y, strict=True))
    assert mark.x[0] == pytest.approx(0.5, abs=0.02)


def test_groups_that_are_small_are_grey_in_the_chart_and_in_the_table(evaluated: dict[tuple[str, str], Found]) -> None:
    card, result = evaluated["credit-default", "en"]
    small = 0
    for segment in result["segments"]:
        drawn = group_findings.describe_groups(card, result, segment, "light", ENGLISH)
        grey = [colour != canvas.ACCENT["light"] for colour in drawn.figure.data[-1].marker.color]  # type: ignore[union-attr]
        rows = re.findall(r"<tr( style[^>]*)?><th scope=.row.>(?!Test<)(.*?)</tr>", drawn.table)
        assert grey == [bool(style) for style, _ in rows] == ["(few)" in row for _, row in rows]
        assert grey == [group["small"] for group in segment["groups"]]
        small += sum(grey)
    assert small, "there are such groups"


def test_nothing_of_a_group_runs(evaluated: dict[tuple[str, str], Found]) -> None:
    card, result = evaluated["credit-default", "en"]
    segment = {**result["segments"][0], "groups": [{**result["segments"][0]["groups"][0], "label": EVIL}]}
    drawn = group_findings.describe_groups(card, result, cast(Any, segment), "light", ENGLISH)
    assert "<script" not in drawn.table
    assert "the only group" in drawn.sentence
