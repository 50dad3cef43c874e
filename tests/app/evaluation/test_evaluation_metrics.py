"""Promises of an evaluation: its figures are what scikit-learn finds on the held-out rows, and it claims no noise."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest
from sklearn import metrics
from sklearn.calibration import calibration_curve
from sklearn.inspection import permutation_importance

from service.evaluation.intervals import Bootstrap, proportion
from service.evaluation.metrics import auc, average_precision, brier, median_error, r2
from service.schemas import Figure, RegressionEvaluation
from service.training.recipes import RECIPES
from tests.support import synthetic_recipes
from tests.support.held_out_rows import HeldOut, held_out
from tests.support.sklearn_pipelines import pipeline_of

LABELLED = ("credit-default", "credit-scorecard", "comment-sentiment")


@pytest.fixture(scope="module")
def bundled(bundles: Path) -> dict[str, HeldOut]:
    return {name: held_out(bundles / name, recipe) for name, recipe in RECIPES.items()}


@pytest.fixture(scope="module")
def toys(tmp_path_factory: pytest.TempPathFactory) -> dict[str, HeldOut]:
    folder = tmp_path_factory.mktemp("toys")
    two, three = (
        synthetic_recipes.classification(["no", "yes"], "yes"),
        synthetic_recipes.classification(["a", "b", "c"], "b"),
    )
    bands = ", ".join(
        f'{{ value = "{value}", low = {low}, high = {high}, tone = "middle" }}'
        for value, low, high in (("cheap", 0, 200), ("dear", 200, 1e6), ("never", 1e6, 1e9))
    )
    recipes = {
        "planted": (synthetic_recipes.regions("planted", planted=True), two, synthetic_recipes.REGION_FIELDS),
        "even": (synthetic_recipes.regions("even", planted=False), two, synthetic_recipes.REGION_FIELDS),
        "three": (synthetic_recipes.three_labels("three"), three, {"x": "number", "y": "number"}),
        "prices": (
            synthetic_recipes.prices("prices"),
            f'[output]\nkind = "regression"\nbands = [{bands}]\n',
            {"size": "number", "flag": "boolean"},
        ),
    }
    made = {}
    for name, (recipe, output, fields) in recipes.items():
        synthetic_recipes.publish_synthetic(recipe, synthetic_recipes.draft(name, output, fields), folder)
        made[name] = held_out(folder / name, recipe)
    return made


def width(figure: Figure) -> float:
    return figure.high - figure.low


def resampled(metric: Any, truth: Any, answer: Any) -> Any:
    """Return a plain bootstrap of a metric of scikit-learn: one call a draw."""
    random = np.random.default_rng(99)
    draws = [random.integers(0, len(truth), len(truth)) for _ in range(200)]
    return np.quantile([metric(truth[rows], answer[rows]) for rows in draws], [0.025, 0.975])


@pytest.mark.parametrize("name", [*LABELLED, "three", "planted"])
def test_rankings_are_as_good_as_scikit_learn_finds_them(name: str, bundled: Any, toys: Any) -> None:
    seen: HeldOut = (bundled | toys)[name]
    found = seen.evaluation
    assert found.rows == found.auc.rows == len(seen.truth)
    assert found.focus_rows == seen.truth.sum()
    assert found.auc.value == pytest.approx(metrics.roc_auc_score(seen.truth, seen.answer), abs=1e-6)
    expected = metrics.average_precision_score(seen.truth, seen.answer)
    assert found.average_precision.value == pytest.approx(expected, abs=1e-6)
    assert found.brier.value == pytest.approx(metrics.brier_score_loss(seen.truth, seen.answer), abs=1e-6)


@pytest.mark.parametrize("name", [*LABELLED, "three", "planted"])
def test_accuracy_is_the_share_of_rows_whose_likeliest_label_is_right(name: str, bundled: Any, toys: Any) -> None:
    seen: HeldOut = (bundled | toys)[name]
    labels = sorted({each.label for each in seen.predictions}, key=list(seen.predictions[0].probabilities).index)
    right = np.array([labels.index(each.label) for each in seen.predictions]) == seen.test.truth
    expected = binomtest(int(right.sum()), len(right)).proportion_ci(method="wilson")
    found = seen.evaluation.accuracy
    assert found.value == pytest.approx(metrics.accuracy_score(right, np.ones(len(right))), abs=1e-6)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=2e-6)
    assert found.rows == len(right)


@pytest.mark.parametrize("name", [*LABELLED, "three"])
def test_the_curves_run_through_scikit_learns_points_and_keep_their_ends(name: str, bundled: Any, toys: Any) -> None:
    seen: HeldOut = (bundled | toys)[name]
    found = seen.evaluation
    rounded = np.round(seen.answer, 6)
    for point in found.roc:
        flagged = rounded >= point.threshold - 1e-9
        assert point.found == pytest.approx(np.mean(flagged[seen.truth == 1]), abs=1e-6)
        assert point.false_alarms == pytest.approx(np.mean(flagged[seen.truth == 0]), abs=1e-6)
    for point in found.precision:
        flagged = rounded >= point.threshold - 1e-9
        assert point.right == pytest.approx(metrics.precision_score(seen.truth, flagged), abs=1e-6)
        assert point.found == pytest.approx(metrics.recall_score(seen.truth, flagged), abs=1e-6)
    assert len(found.roc) <= 101
    assert len(found.precision) <= 101
    assert (found.roc[0].false_alarms, found.roc[0].found) == (0, 0)
    assert (found.roc[-1].false_alarms, found.roc[-1].found) == (1, 1)
    assert found.precision[-1].found == 1
    area = metrics.auc([point.false_alarms for point in found.roc], [point.found for point in found.roc])
    assert area == pytest.approx(found.auc.value, abs=0.003)


@pytest.mark.parametrize("name", LABELLED)
def test_the_counts_at_a_threshold_are_the_confusion_matrix(name: str, bundled: Any) -> None:
    seen: HeldOut = bundled[name]
    assert [each.threshold for each in seen.evaluation.thresholds] == [place / 100 for place in range(101)]
    for counts in seen.evaluation.thresholds:
        (passed_right, flagged_wrong), (passed_wrong, flagged_right) = metrics.confusion_matrix(
            seen.truth, seen.answer >= counts.threshold, labels=[0, 1]
        )
        assert counts.flagged_right == flagged_right
        assert counts.flagged_wrong == flagged_wrong
        assert counts.passed_right == passed_right
        assert counts.passed_wrong == passed_wrong


@pytest.mark.parametrize("name", [*LABELLED, "three"])
def test_calibration_is_what_scikit_learn_finds_in_ten_bins(name: str, bundled: Any, toys: Any) -> None:
    seen: HeldOut = (bundled | toys)[name]
    happened, said = calibration_curve(seen.truth, seen.answer, n_bins=10, strategy="quantile")
    bins = seen.evaluation.calibration
    assert [each.said for each in bins] == pytest.approx(said, abs=1e-6)
    assert [each.happened.value for each in bins] == pytest.approx(happened, abs=1e-6)
    assert sum(each.happened.rows for each in bins) == len(seen.truth)


@pytest.mark.parametrize("name", [*LABELLED, "prices"])
def test_the_bands_hold_the_rows_that_were_decided_so(name: str, bundled: Any, toys: Any) -> None:
    seen: HeldOut = (bundled | toys)[name]
    decisions = np.array([each.decision for each in seen.predictions])
    assert sum(band.focus.rows for band in seen.evaluation.bands) == len(decisions)
    for band in seen.evaluation.bands:
        inside = decisions == band.value
        assert band.share.value == pytest.approx(inside.mean(), abs=1e-6)
        if inside.any():
            assert band.focus.value == pytest.approx(seen.truth[inside].mean(), abs=1e-5)


@pytest.mark.parametrize("name", ["diamond-price", "prices"])
def test_errors_of_values_are_as_large_as_scikit_learn_finds_them(name: str, bundled: Any, toys: Any) -> None:
    seen: HeldOut = (bundled | toys)[name]
    found = seen.evaluation
    assert isinstance(found, RegressionEvaluation)
    assert found.r2.value == pytest.approx(metrics.r2_score(seen.truth, seen.answer), abs=1e-6)
    expected = metrics.median_absolute_error(seen.truth, seen.answer)
    assert found.median_error.value == pytest.approx(expected, abs=1e-5)
    expected = metrics.median_absolute_error(np.ones(len(seen.truth)), seen.answer / seen.truth)
    assert found.relative_error is not None
    assert found.relative_error.value == pytest.approx(expected, abs=1e-6)
    assert found.relative_error == found.overall
    inside = np.array(
        [each.interval.low <= true <= each.interval.high for each, true in zip(seen.predictions, seen.truth, strict=True)]
    )
    assert found.coverage is not None
    assert found.coverage.value == pytest.approx(inside.mean(), abs=1e-6)
    assert sum(each.rows for each in found.residuals) == len(seen.truth)
    assert sum(each.coverage.rows for each in found.coverage_bins) == len(seen.truth)
    for part in found.coverage_bins:
        rows = (seen.answer >= part.low - 1e-6) & (seen.answer <= part.high + 1e-6)
        assert part.coverage.value == pytest.approx(inside[rows].mean(), abs=1e-6)
    assert len(found.sample) == 300
    pairs = set(zip(np.round(seen.answer, 6).tolist(), np.round(seen.truth, 6).tolist(), strict=True))
    assert {(each.predicted, each.true) for each in found.sample} <= pairs


@pytest.mark.parametrize("name", ["diamond-price", "prices"])
def test_too_much_and_too_little_are_counted_row_by_row(name: str, bundled: Any, toys: Any) -> None:
    seen: HeldOut = (bundled | toys)[name]
    for figure, chosen in (
        (seen.evaluation.too_high, seen.answer > seen.truth),
        (seen.evaluation.too_low, seen.answer < seen.truth),
    ):
        expected = binomtest(int(chosen.sum()), len(chosen)).proportion_ci(method="wilson")
        assert figure.value == pytest.approx(chosen.mean(), abs=1e-6)
        assert (figure.low, figure.high) == pytest.approx((expected.low, expected.high), abs=2e-6)


@pytest.mark.parametrize("name", [*LABELLED, "three"])
def test_every_threshold_says_how_sure_its_shares_are(name: str, bundled: Any, toys: Any) -> None:
    seen: HeldOut = (bundled | toys)[name]

    def is_share(figure: Figure, chosen: Any, among: Any) -> None:
        part, rows = int((chosen & among).sum()), int(among.sum())
        assert figure.rows == rows
        if rows:
            expected = binomtest(part, rows).proportion_ci(method="wilson")
            assert (figure.value, figure.low, figure.high) == pytest.approx(
                (part / rows, expected.low, expected.high), abs=2e-6
            )

    of_focus = seen.truth == 1
    for counts in seen.evaluation.thresholds[::7]:
        flagged = seen.answer >= counts.threshold
        is_share(counts.right, of_focus, flagged)
        is_share(counts.found, flagged, of_focus)
    for point in seen.evaluation.precision[::9]:
        is_share(point.precision, of_focus, np.round(seen.answer, 6) >= point.threshold - 1e-9)
        assert point.precision.value == pytest.approx(point.right, abs=1e-6)


def delong_error(truth: Any, answer: Any) -> float:
    """Return the standard error of an AUC: DeLong, DeLong and Clarke-Pearson, Biometrics 1988."""
    yes, no = answer[truth == 1], answer[truth == 0]
    wins = (yes[:, None] > no).astype(np.float32) + 0.5 * (yes[:, None] == no)
    return float(np.sqrt(wins.mean(axis=1).var(ddof=1) / len(yes) + wins.mean(axis=0).var(ddof=1) / len(no)))


@pytest.mark.parametrize("name", [*LABELLED, "three"])
def test_the_interval_of_an_auc_is_as_wide_as_delongs(name: str, bundled: Any, toys: Any) -> None:
    seen: HeldOut = (bundled | toys)[name]
    found = seen.evaluation.auc
    assert found.low < found.value < found.high
    assert width(found) == pytest.approx(2 * 1.96 * delong_error(seen.truth, seen.answer), rel=0.2)


@pytest.mark.parametrize(
    ("name", "figure", "metric"),
    [
        ("comment-sentiment", "average_precision", metrics.average_precision_score),
        ("credit-default", "average_precision", metrics.average_precision_score),
        ("comment-sentiment", "brier", metrics.brier_score_loss),
        ("credit-default", "brier", metrics.brier_score_loss),
        ("diamond-price", "r2", metrics.r2_score),
        ("diamond-price", "median_error", metrics.median_absolute_error),
    ],
)
def test_an_interval_is_where_a_plain_bootstrap_puts_it(name: str, figure: str, metric: Any, bundled: Any) -> None:
    seen: HeldOut = bundled[name]
    found = getattr(seen.evaluation, figure)
    low, high = resampled(metric, seen.truth, seen.answer)
    assert found.low < found.value < found.high
    assert found.low == pytest.approx(low, abs=0.25 * (high - low))
    assert found.high == pytest.approx(high, abs=0.25 * (high - low))


@given(st.integers(1, 5000), st.data())
def test_a_share_has_wilsons_interval(rows: int, data: st.DataObject) -> None:
    part = data.draw(st.integers(0, rows))
    expected = binomtest(part, rows).proportion_ci(method="wilson")
    found = proportion(part, rows)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=2e-6)
    assert found.low <= found.value <= found.high


DRAWN = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 5), st.integers(0, 3)), min_size=2, max_size=30
)  # truth, answer (with many ties), how often it was drawn


@given(DRAWN)
def test_a_weighted_figure_is_that_of_the_rows_repeated(drawn: list[tuple[int, int, int]]) -> None:
    truth, answer, weights = (np.array(column, dtype=float) for column in zip(*drawn, strict=True))
    repeats = weights.astype(int)
    whole = np.repeat(truth, repeats), np.repeat(answer, repeats)
    if 0 < whole[0].sum() < len(whole[0]):
        assert auc(truth, answer, weights[None])[0] == pytest.approx(metrics.roc_auc_score(*whole))
        assert average_precision(truth, answer, weights[None])[0] == pytest.approx(metrics.average_precision_score(*whole))
        tenths = brier(truth, answer / 10, weights[None])[0]
        assert tenths == pytest.approx(metrics.brier_score_loss(whole[0], whole[1] / 10))
        assert r2(truth, answer, weights[None])[0] == pytest.approx(metrics.r2_score(*whole))
    if len(whole[0]):
        assert median_error(truth, answer, weights[None])[0] == pytest.approx(metrics.median_absolute_error(*whole))


def test_rows_of_one_label_say_nothing_of_the_ranking() -> None:
    found = Bootstrap(20).figure(auc, np.ones(20), np.arange(20.0))
    assert (found.value, found.low, found.high, found.rows) == (0.5, 0, 1, 20)


def test_importance_is_what_scikit_learn_finds_by_permutation(bundled: Any) -> None:
    seen: HeldOut = bundled["credit-scorecard"]
    pipeline = pipeline_of("credit-scorecard")
    expected = permutation_importance(pipeline, seen.test.fields, seen.truth, scoring="roc_auc", n_repeats=3, random_state=1)
    drops = dict(zip(seen.test.fields.columns, expected.importances_mean, strict=True))
    found = {each.field: each.drop for each in seen.evaluation.importance}
    assert found.keys() == drops.keys()
    assert seen.evaluation.importance[0].field == max(drops, key=lambda field: float(drops[field]))
    for field, drop in found.items():
        assert drop.value == pytest.approx(drops[field], abs=0.015), field
        assert drop.low <= drop.value <= drop.high
        assert drop.rows == 2000


def test_the_interval_of_an_importance_holds_what_measuring_again_finds(toys: Any) -> None:
    """Of signals that are all worth the same, each is measured on rows and shuffles of its own: a repetition."""
    found = {each.field: each.drop for each in toys["even"].evaluation.importance}
    drops = [found[signal] for signal in synthetic_recipes.SIGNALS]
    middle = float(np.mean([drop.value for drop in drops]))
    assert sum(drop.low <= middle <= drop.high for drop in drops) >= 7
    unused = found["unused"]
    assert unused.low <= 0.001
    assert width(unused) < width(drops[0]) < 0.05


def test_a_field_that_says_nothing_has_no_importance(toys: Any) -> None:
    found = {each.field: each.drop.value for each in toys["even"].evaluation.importance}
    assert abs(found["unused"]) < 0.002
    assert min(found[signal] for signal in synthetic_recipes.SIGNALS) > 0.01
    assert [each.field for each in toys["prices"].evaluation.importance] == ["size", "flag"]
    assert [each.field for each in toys["three"].evaluation.importance] == ["x", "y"]


def test_a_model_of_one_field_has_nothing_to_compare(bundled: Any) -> None:
    assert bundled["comment-sentiment"].evaluation.importance == []


@pytest.mark.parametrize("name", sorted([*RECIPES, "planted", "three", "prices"]))
def test_every_row_is_in_one_group_of_every_segment(name: str, bundled: Any, toys: Any) -> None:
    found = (bundled | toys)[name].evaluation
    assert found.segments
    for segment in found.segments:
        assert sum(group.truth.rows for group in segment.groups) == found.rows, segment.name
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
    found = toys["planted"].evaluation
    assert 1 <= len(found.weak_spots) <= 3
    spot = found.weak_spots[0]
    assert spot.sentence["en"].startswith("Where region is 2, ")
    assert " of 100 pairs are put in the right order, overall " in spot.sentence["en"]
    assert spot.sentence["pl"].startswith("region: 2: we właściwej kolejności staje ")
    assert spot.metric.low < 0.5 < spot.metric.high
    assert spot.overall == found.auc.value
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
        decisions=nobody,
        intervals=[None] * len(truth),
    )


@pytest.mark.parametrize("name", sorted(RECIPES))
def test_a_weak_spot_is_worse_than_all_rows_together_and_says_by_how_much(name: str, bundled: Any) -> None:
    found = bundled[name].evaluation
    assert len(found.weak_spots) <= 3
    for spot in found.weak_spots:
        worse = spot.metric.high < spot.overall if found.metric == "auc" else spot.metric.low > spot.overall
        assert worse
        figures = [getattr(spot.metric, end) * 100 for end in ("value", "low", "high")]
        digits = 0 if found.metric == "auc" else 1
        here, low, high = (f"{round(figure, digits):g}" + ("" if found.metric == "auc" else "%") for figure in figures)
        assert f" {here} ({low} to {high})" in spot.sentence["en"]
        assert f"({spot.metric.rows} cases)" in spot.sentence["en"]
        assert f"(liczba przypadków: {spot.metric.rows})" in spot.sentence["pl"]
