"""Promises of importance, segments and weak spots: they are measured on held-out rows and report no noise."""

import json
from typing import Any

import numpy as np
import pytest
from sklearn import metrics
from sklearn.inspection import permutation_importance

from service.training.recipes import RECIPES
from tests.support import synthetic_recipes
from tests.support.evaluated_models import width
from tests.support.held_out_rows import HeldOut
from tests.support.sklearn_pipelines import pipeline_of


def test_importance_is_what_scikit_learn_finds_by_permutation(bundled: Any) -> None:
    seen: HeldOut = bundled["credit-scorecard"]
    pipeline = pipeline_of("credit-scorecard")
    expected = permutation_importance(pipeline, seen.test.fields, seen.truth, scoring="roc_auc", n_repeats=3, random_state=1)
    drops = dict(zip(seen.test.fields.columns, expected.importances_mean, strict=True))
    result = {each.field: each.drop for each in seen.evaluation.importance}
    assert result.keys() == drops.keys()
    assert seen.evaluation.importance[0].field == max(drops, key=lambda field: float(drops[field]))
    for field, drop in result.items():
        assert drop.value == pytest.approx(drops[field], abs=0.015), field
        assert drop.low <= drop.value <= drop.high
        assert drop.rows == 2000


def test_the_interval_of_an_importance_holds_what_measuring_again_finds(toys: Any) -> None:
    """Of signals that are all worth the same, each is measured on rows and shuffles of its own: a repetition."""
    result = {each.field: each.drop for each in toys["even"].evaluation.importance}
    drops = [result[signal] for signal in synthetic_recipes.SIGNALS]
    middle = float(np.mean([drop.value for drop in drops]))
    assert sum(drop.low <= middle <= drop.high for drop in drops) >= 7
    unused = result["unused"]
    assert unused.low <= 0.001
    assert width(unused) < width(drops[0]) < 0.05


def test_a_field_that_says_nothing_has_no_importance(toys: Any) -> None:
    result = {each.field: each.drop.value for each in toys["even"].evaluation.importance}
    assert abs(result["unused"]) < 0.002
    assert min(result[signal] for signal in synthetic_recipes.SIGNALS) > 0.01
    assert [each.field for each in toys["prices"].evaluation.importance] == ["size", "flag"]
    assert [each.field for each in toys["three"].evaluation.importance] == ["x", "y"]


def test_a_model_of_one_field_has_nothing_to_compare(bundled: Any) -> None:
    assert bundled["comment-sentiment"].evaluation.importance == []


@pytest.mark.parametrize("name", sorted([*set(RECIPES) - {"garment"}, "planted", "three", "prices"]))
def test_every_row_is_in_one_group_of_every_segment(name: str, bundled: Any, toys: Any) -> None:
    result = (bundled | toys)[name].evaluation
    assert result.segments
    for segment in result.segments:
        assert sum(group.truth.rows for group in segment.groups) == result.rows, segment.name
        assert all(group.metric.rows == group.truth.rows > 0 for group in segment.groups)
        labels = [json.dumps(group.label) if isinstance(group.label, dict) else group.label for group in segment.groups]
        assert len(set(labels)) == len(labels)


@pytest.mark.parametrize("name", ["credit-default", "credit-scorecard"])
def test_protected_attributes_that_the_model_does_not_see_are_compared(name: str, bundled: Any) -> None:
    seen: HeldOut = bundled[name]
    outside = {segment.name: segment for segment in seen.evaluation.segments if not segment.is_input}
    assert outside.keys() == {"SEX", "EDUCATION", "MARRIAGE", "AGE"}
    refused = np.array([each.decision == "refuse" for each in seen.predictions])
    for attribute, codes, label in (
        ("SEX", {2}, "women"),
        ("SEX", {1}, "men"),
        ("EDUCATION", {2}, "university"),
        ("EDUCATION", {0, 5, 6}, "not documented"),
        ("MARRIAGE", {2}, "single"),
    ):
        (group,) = (group for group in outside[attribute].groups if group.label["en"] == label)
        rows = seen.test.aside[attribute].isin(codes).to_numpy()
        assert group.truth.rows == rows.sum()
        assert group.truth.value == pytest.approx(seen.truth[rows].mean(), abs=1e-6)
        assert group.flagged.value == pytest.approx(refused[rows].mean(), abs=1e-6)
        assert group.metric.value == pytest.approx(metrics.roc_auc_score(seen.truth[rows], seen.answer[rows]), abs=1e-6)
        few = min(seen.truth[rows].sum(), (1 - seen.truth[rows]).sum())
        assert group.small == (rows.sum() < 50 or few < 10)
    ages = seen.test.aside["AGE"].to_numpy()
    youngest = outside["AGE"].groups[0]
    assert youngest.label == {"en": "below 28 years", "pl": "poniżej 28 lat"}
    assert youngest.truth.rows == (ages < 28).sum()


def test_segments_of_prices_say_the_typical_error_and_the_mean_price(bundled: Any) -> None:
    seen: HeldOut = bundled["diamond-price"]
    (cut,) = (segment for segment in seen.evaluation.segments if segment.name == "cut")
    for group in cut.groups:
        rows = (seen.test.fields["cut"].str.lower() == group.label["en"].lower()).to_numpy()
        errors = np.abs(seen.answer[rows] / seen.truth[rows] - 1)
        assert group.metric.value == pytest.approx(np.median(errors), abs=1e-6)
        assert group.truth.value == pytest.approx(seen.truth[rows].mean(), rel=1e-6)
        assert group.flagged is None
        assert group.truth.low < group.truth.value < group.truth.high


def test_comments_are_compared_by_their_length(bundled: Any) -> None:
    seen: HeldOut = bundled["comment-sentiment"]
    (lengths,) = seen.evaluation.segments
    assert lengths.is_input
    assert lengths.label == {"en": "Length of the text", "pl": "Długość tekstu"}
    assert len(lengths.groups) == 4
    counted = seen.test.fields["comment"].str.len().to_numpy()
    limit = int(lengths.groups[0].label["en"].removeprefix("below ").removesuffix(" characters"))
    assert lengths.groups[0].truth.rows == (counted < limit).sum()


def test_a_planted_weak_spot_is_found_and_named(toys: Any) -> None:
    result = toys["planted"].evaluation
    assert 1 <= len(result.weak_spots) <= 3
    spot = result.weak_spots[0]
    assert spot.sentence["en"].startswith("Where region is 2, ")
    assert " of 100 pairs are ranked correctly, overall " in spot.sentence["en"]
    assert spot.sentence["pl"].startswith("region: 2: model poprawnie szereguje ")
    assert spot.metric.low < 0.5 < spot.metric.high
    assert spot.overall == result.auc.value
    (noisy,) = toys["prices"].evaluation.weak_spots
    assert noisy.sentence["en"].startswith("Where flag is yes")


def test_the_figure_of_a_weak_spot_comes_from_the_half_that_was_not_searched(toys: Any) -> None:
    in_region = int((toys["planted"].test.fields["region"] == synthetic_recipes.WEAK_REGION).sum())
    spot = toys["planted"].evaluation.weak_spots[0]
    assert 0.35 * in_region < spot.metric.rows < 0.65 * in_region


def test_a_model_without_a_weak_spot_is_accused_of_none(toys: Any) -> None:
    assert toys["even"].evaluation.weak_spots == []


def test_noise_is_hardly_ever_taken_for_a_weak_spot() -> None:
    from service.evaluation.groups import Group, Grouping
    from service.evaluation.weak_spots import find_weak_spots

    accused = 0
    for seed in range(30):
        random = np.random.default_rng(seed)
        truth = (random.random(1500) < 0.3).astype(float)
        rows = noise_rows(truth, truth + random.normal(size=1500))
        groupings = []
        for name in "abcdef":
            codes = random.integers(0, 4, 1500)
            groups = [Group(str(code), np.flatnonzero(codes == code)) for code in range(4)]
            groupings.append(Grouping(name, name, is_input=True, groups=groups))
        accused += bool(find_weak_spots(rows, groupings))
    assert accused <= 2


def noise_rows(truth: Any, answer: Any) -> Any:
    from service.evaluation.held_out import HeldOut as Rows
    from service.rows.columns import Columns
    from service.schemas import Card, Classification, Input, Label, Scoring

    card = Card(
        name="noise",
        title="",
        question="",
        inputs=(Input(name="x", type="number"),),
        output=Classification(labels=(Label(value="no"), Label(value="yes")), focus="yes"),
        scoring=Scoring(scorer="onnx", gate_rows=0, gate_difference=0),
    )
    unused: Any = None
    nobody = np.array([None] * len(truth))
    columns = Columns(answer[:, None], {})
    return Rows(
        card=card,
        scorer=unused,
        columns=columns,
        truth=truth,
        output=answer,
        is_correct=truth == 1,
        scores=np.column_stack([1 - answer, answer]),
        decisions=nobody,
        intervals=[None] * len(truth),
    )


@pytest.mark.parametrize("name", sorted(RECIPES))
def test_a_weak_spot_is_worse_than_all_rows_together_and_says_by_how_much(name: str, bundled: Any) -> None:
    result = bundled[name].evaluation
    assert len(result.weak_spots) <= 3
    for spot in result.weak_spots:
        worse = spot.metric.high < spot.overall if result.metric == "auc" else spot.metric.low > spot.overall
        assert worse
        figures = [getattr(spot.metric, end) * 100 for end in ("value", "low", "high")]
        digits = 0 if result.metric == "auc" else 1
        here, low, high = (f"{round(figure, digits):g}" + ("" if result.metric == "auc" else "%") for figure in figures)
        assert f" {here} ({low} to {high})" in spot.sentence["en"]
        assert f"({spot.metric.rows} cases)" in spot.sentence["en"]
        assert f"(liczba przypadków: {spot.metric.rows})" in spot.sentence["pl"]
