"""Promises of why, on models by formula: bars that are Shapley values by their definition, with an error that is true."""

import math
import tracemalloc
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from service.bundles.model import Model
from service.errors import TooLarge
from service.questions.explanations import explanations
from service.rows.columns import Columns
from service.schemas import Input, Regression, Row
from tests.support.explained_models import (
    FLAGS,
    FLAT_OTHERS,
    FLAT_WHY,
    KNOTTED,
    MAX_SCORED_ROWS,
    PET_OTHERS,
    PET_WHY,
    CountingScorer,
    bars,
    by_definition,
    compared_with,
    drawn_rows,
    fields_by_definition,
    flag_rows,
    flags,
    shares,
    twenty_fields,
    why,
)
from tests.support.formula_models import FLAT, FLAT_ROW, NOTE_INPUTS, PET, PET_ROW, model_of


@pytest.mark.parametrize(
    ("model", "others", "row"),
    [(FLAT_WHY, FLAT_OTHERS, FLAT_ROW), (PET_WHY, PET_OTHERS, PET_ROW)],
    ids=["regression", "three labels"],
)
def test_categories_nulls_and_more_labels_than_two_follow_the_definition(model: Model, others: list[Row], row: Row) -> None:
    for each in [row, *drawn_rows(model.card.inputs, 4, seed=9)]:
        expected = fields_by_definition(model, each, others)
        assert bars(model, why(model, each)) == pytest.approx(expected, rel=1e-6, abs=1e-9)


def test_a_text_beside_other_fields_is_one_field_among_them() -> None:
    note = model_of("noted", NOTE_INPUTS, Regression(), lambda matrix: matrix[:, 0])

    class LengthTimesStars:
        quick = True

        def score(self, columns: Columns) -> NDArray[np.float64]:
            lengths = np.array([len(text) for text in columns.texts["note"]], dtype=float)
            return (lengths * columns.numbers[:, 0]).reshape(-1, 1)

    others = drawn_rows(NOTE_INPUTS, 12)
    model = compared_with(replace(note, scorer=LengthTimesStars()), others)
    row = {"note": "rather good", "stars": 4}
    assert bars(model, why(model, row)) == pytest.approx(fields_by_definition(model, row, others))
    assert all(each.span is None for each in why(model, row).contributions)


@pytest.mark.parametrize("fields", [1, 2, 5, 12, 25])
def test_contributions_of_a_linear_model_equal_their_closed_form_without_sampling_error(fields: int) -> None:
    random = np.random.default_rng(4)
    slopes = random.normal(size=fields) * 10
    inputs = tuple(Input(name=f"field_{index}", type="number", seen=(-5, 5)) for index in range(fields))
    others = drawn_rows(inputs, 30)
    model = compared_with(model_of("line", inputs, Regression(), lambda matrix: matrix @ slopes + 7), others)
    compared = np.array([[row[field.name] for field in inputs] for row in others])
    for row in drawn_rows(inputs, 5, seed=1):
        result = why(model, row)
        expected = slopes * (np.array(list(row.values())) - compared.mean(axis=0))
        assert bars(model, result) == pytest.approx(expected, abs=1e-9)
        assert shares(model, row).permutation_errors.max() == pytest.approx(0, abs=1e-9)
        of_a_mean = np.abs(slopes) * compared.std(axis=0, ddof=1) / math.sqrt(len(others))
        assert result.standard_error == pytest.approx(of_a_mean.max()), "only which rows are compared with"


def test_the_error_of_walks_is_as_large_as_the_error_really_is() -> None:
    model, players = KNOTTED, 12
    others = model.background.rows.numbers
    coalitions = [frozenset(each) for size in range(players + 1) for each in combinations(range(players), size)]
    inside = np.array([[index in members for index in range(players)] for members in coalitions])
    errors, said = [], []
    for row in drawn_rows(model.card.inputs, 12, seed=3):
        own = model.checks.columns([row]).numbers
        mixed = np.where(inside[:, None, :], own, others)
        worths = model.outputs(Columns(mixed.reshape(-1, players), {})).reshape(len(coalitions), -1).mean(axis=1)
        worth = dict(zip(coalitions, worths.tolist(), strict=True))
        result = shares(model, row)
        errors.append(np.abs(result.values - by_definition(worth.__getitem__, players)))
        said.append(float(result.permutation_errors.max()))
        assert why(model, row).standard_error > said[-1], "other rows to compare with would change more"
    assert min(said) > 0
    worst = np.array(errors).max(axis=1) / said
    assert (worst <= 4).all()
    assert 0.3 <= np.median(worst) <= 2.5  # neither hidden nor blown up
    assert (np.array(errors) <= 2 * np.array(said)[:, None]).mean() >= 0.95


@pytest.mark.parametrize(("model", "rows"), [(FLAT, 24), (PET, 24), (KNOTTED, 16)], ids=["flat", "pet", "knots"])
def test_the_standard_error_is_how_far_bars_move_with_other_rows_to_compare_with(model: Model, rows: int) -> None:
    inputs = model.card.inputs
    for row in drawn_rows(inputs, 3, seed=11):
        results = [why(compared_with(model, drawn_rows(inputs, rows, seed=seed)), row) for seed in range(100, 160)]
        moved = np.array([bars(model, each) for each in results]).std(axis=0, ddof=1).max()
        said = np.array([each.standard_error for each in results])
        assert np.median(said) == pytest.approx(moved, rel=0.3)


def test_bars_of_few_fields_are_exact_over_the_rows_that_are_compared_with() -> None:
    result = shares(FLAT_WHY, FLAT_ROW)
    assert result.permutation_errors.max() == 0
    assert why(FLAT_WHY, FLAT_ROW).standard_error == result.game_errors.max() > 0


@pytest.mark.parametrize(("fields", "share"), FLAGS)
def test_flags_that_are_down_in_most_rows_cost_no_more_rows_and_memory_than_other_fields(fields: int, share: float) -> None:
    model, scorer = flags(fields, share)
    for row in flag_rows(model):
        scorer.rows = 0
        tracemalloc.start()
        result = why(model, row)
        _, max_bytes = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert scorer.rows <= MAX_SCORED_ROWS
        assert max_bytes <= 100e6
        pulls = {each.field: each.contribution for each in result.contributions}
        assert result.base + math.fsum(pulls.values()) == pytest.approx(result.output)


def test_a_row_of_20_fields_is_explained_well_with_few_scored_rows(tmp_path: Path) -> None:
    model, _ = twenty_fields(tmp_path)
    counting = CountingScorer(model.scorer)
    model = replace(model, scorer=counting)
    for row in drawn_rows(model.card.inputs, 20, seed=7)[:3]:
        counting.rows = 0
        result = why(model, row)
        largest = abs(result.contributions[0].contribution)
        assert 0 < result.standard_error < 0.2 * largest
        assert counting.rows <= MAX_SCORED_ROWS


def test_more_rows_than_a_page_shows_are_refused() -> None:
    with pytest.raises(TooLarge):
        explanations(FLAT_WHY, [FLAT_ROW] * 21, "en")
    assert explanations(FLAT_WHY, [], "en").explanations == []


def test_without_other_cases_nothing_is_claimed() -> None:
    result = why(FLAT, FLAT_ROW)
    assert (result.base, result.contributions) == (result.output, [])
    assert result.sentence == "There are no other cases to compare this one with."
