"""Promises of mistakes and their cost: words, counts and prices are those of the held-out rows."""

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from client import Card
from demo.evaluation import cost_findings, evaluation_query, threshold_costs
from demo.evaluation.cost_findings import CostReport
from demo.evaluation.threshold_costs import Prices
from tests.support.evaluation_sentences import ENGLISH, LABELLED, Seen


def report_of(card: Card, result: Any, **settings: float) -> CostReport:
    query = replace(evaluation_query.default_query(card, "mistakes"), volume=0.0, **settings)  # type: ignore[arg-type]
    return CostReport(card, result, query, ENGLISH)


def test_mistakes_are_named_counted_and_shared_in_the_words_of_the_card(seen: Seen) -> None:
    card, result, rows = seen["credit-default"]
    report = report_of(card, result)
    sentence = cost_findings.describe_mistakes(card, report.outcome, ENGLISH)
    refused, approved = rows.answer >= 0.5, rows.answer < 0.2
    good, bad = rows.truth == 0, rows.truth == 1
    expected = [
        ("Good clients refused", int((refused & good).sum()), int(good.sum())),
        ("Defaults approved", int((approved & bad).sum()), int(bad.sum())),
        ("Ask a person", int((~refused & ~approved).sum()), len(good)),
    ]
    assert sentence == " ".join(f"{name}: {part:,} of {all_:,} ({part / all_:.1%})." for name, part, all_ in expected)
    assert sentence.startswith("Good clients refused: 236 of 4,636 (5.1%).")
    cells = re.findall(
        r'<td class="[^"]*" data-head="[^"]*">([^<]*)<', cost_findings.build_outcome_table(card, report.outcome, ENGLISH)
    )
    counted = [int((chosen & truth).sum()) for truth in (good, bad) for chosen in (approved, ~refused & ~approved, refused)]
    assert [int(cell.replace(",", "")) for cell in cells] == counted


def test_missed_complaints_are_missed_and_not_flagged_wrongly(seen: Seen) -> None:
    card, result, rows = seen["comment-sentiment"]
    assert card["output"]["focus"] == "negative"
    sentence = cost_findings.describe_mistakes(card, report_of(card, result).outcome, ENGLISH)
    missed = int(((rows.answer < 0.3) & (rows.truth == 1)).sum())
    assert f"Negative comments missed: {missed} of {int(rows.truth.sum())} (" in sentence
    assert "Neutral comments were left out" in card["evaluation_note"]


@pytest.mark.parametrize("name", LABELLED)
def test_a_cost_lies_in_the_interval_of_a_plain_bootstrap(name: str, seen: Seen) -> None:
    card, result, rows = seen[name]
    prices = Prices(1.0, 5.0, 0.5)
    policy = threshold_costs.card_policy(card)
    each = np.where(
        rows.answer >= policy.refuse_from,
        np.where(rows.truth == 0, prices.false_alarm, 0),
        np.where(rows.answer >= policy.approve_below, prices.person, np.where(rows.truth == 1, prices.missed, 0)),
    )
    cost = threshold_costs.cost(threshold_costs.make_bins(card, result), policy, prices)
    assert cost.value == pytest.approx(each.sum())
    random = np.random.default_rng(3)
    again = np.quantile([each[random.integers(0, len(each), len(each))].sum() for _ in range(400)], [0.025, 0.975])
    assert (cost.low, cost.high) == pytest.approx(tuple(again), abs=0.2 * (again[1] - again[0]))


def test_a_cheapest_refusal_inside_the_approve_band_says_so(seen: Seen) -> None:
    card, result, _ = seen["credit-default"]
    strict = report_of(card, result, alarm=100.0, missed=2000.0, person=5000.0)
    assert strict.cheapest.refuse_from < 0.2
    (note,) = (text for text in strict.describe("light").notes if "inside the model's own band “Approve”" in text)
    assert f"begins at {strict.cheapest.refuse_from:.0%}" in note
    lenient = report_of(card, result, alarm=5000.0, missed=5000.0, person=100.0)
    assert lenient.cheapest.refuse_from >= 0.2
    assert not any("inside the model's own band" in text for text in lenient.describe("light").notes)


def test_savings_are_drawn_against_no_model_the_bands_and_the_scorecard_and_scale_with_the_volume(seen: Seen) -> None:
    (card, result, _), (other_card, other_found, _) = seen["credit-default"], seen["credit-scorecard"]
    query = replace(evaluation_query.default_query(card, "mistakes"), volume=59_290.0, currency="EUR")
    drawn = CostReport(card, result, query, ENGLISH).describe("light", (other_card, other_found)).figure
    names = [label.replace("<br>", " ") for label in drawn.layout.yaxis.ticktext]  # type: ignore[union-attr]
    assert {"All: Approve", "The model&#39;s own thresholds", "Your thresholds", "The cheapest thresholds"} <= set(names)
    assert "Credit scorecard: cheapest thresholds" in names
    values = dict(zip(names, drawn.data[-1].x, strict=True))  # type: ignore[union-attr]
    assert values["All: Approve"] == pytest.approx(10 * result["focus_rows"] * query.missed)
    assert values["The cheapest thresholds"] <= values["Your thresholds"] == values["The model&#39;s own thresholds"]
    assert all(note.text.endswith("EUR") for note in drawn.layout.annotations)  # type: ignore[union-attr]
