"""Promises of why: bars that are Shapley values by their definition and by `shap`, that add up, and that repeat."""

import json
import math
import re
import statistics
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from starlette.testclient import TestClient

from service.bundles.model import Model
from service.questions.explanations import explanations
from service.rows.columns import Columns
from service.schemas import Card, Input, Row
from tests.support.explained_models import (
    FLAT_WHY,
    KNOTTED,
    PET_WHY,
    TABULAR,
    TEXT,
    bars,
    by_definition,
    compared_with,
    drawn_rows,
    says,
    shares,
    why,
)
from tests.support.formula_models import FLAT_ROW
from tests.support.sklearn_pipelines import split_of


def outputs_of_each(model: Model, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the outputs for the rows of a matrix; half of those that shap asks for are there twice, and computed once."""
    rows = np.ascontiguousarray(matrix, dtype=float)
    whole = rows.view(np.dtype((np.void, rows.itemsize * rows.shape[1]))).ravel()
    _, first, inverse = np.unique(whole, return_index=True, return_inverse=True)
    return model.outputs(Columns(rows[first], {}))[inverse]


SHAP_ROWS = 16
"""So few because shap takes a third of a second for each."""


@pytest.mark.parametrize("name", TABULAR)
def test_on_real_rows_the_bars_are_those_of_shap(
    name: str, models: dict[str, Model], bundles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "1")  # to compile what shap computes would take longer than to compute it
    import shap

    model = models[name]
    unseen = split_of(name).test.fields[[field.name for field in model.card.inputs]]
    rows: list[Row] = json.loads(unseen.sample(SHAP_ROWS, random_state=0).to_json(orient="records", double_precision=15))
    remembered = json.loads((bundles / name / "reference.json").read_text(encoding="utf-8"))["rows"]
    others = model.checks.columns(remembered).numbers
    oracle = shap.ExactExplainer(partial(outputs_of_each, model), shap.maskers.Independent(others, max_samples=len(others)))
    expected = oracle(model.checks.columns(rows).numbers)
    results = [why(model, row) for row in rows]
    ours = np.array([bars(model, each) for each in results])
    largest = np.abs(expected.values).max(axis=1)
    assert (np.abs(ours - expected.values).max(axis=1) <= 0.05 * largest).all()
    assert (np.abs(ours).argmax(axis=1) == np.abs(expected.values).argmax(axis=1)).all()
    assert [each.base for each in results] == pytest.approx(list(expected.base_values), rel=1e-5)


def values_of(field: Input) -> st.SearchStrategy[Any]:
    """Return what a caller may type into a field, far outside of what was seen included."""
    low = -1e4 if field.minimum is None else float(field.minimum)
    high = 1e6 if field.maximum is None else float(field.maximum)
    plain: dict[str, st.SearchStrategy[Any]] = {
        "number": st.floats(low, high, allow_subnormal=False),
        "integer": st.integers(math.ceil(low), math.floor(high)),
        "boolean": st.booleans(),
        "text": st.text(max_size=80).map(lambda text: f"{text}!"),  # a text with nothing to read is refused
        "category": st.sampled_from([category.value for category in field.categories] or [""]),
    }
    return plain[field.type] | st.none() if field.nullable else plain[field.type]


def rows_of(card: Card) -> st.SearchStrategy[Row]:
    return st.fixed_dictionaries({field.name: values_of(field) for field in card.inputs})


@pytest.mark.parametrize("name", [*TABULAR, TEXT, "flat-price", "pet-kind"])
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_the_bars_add_up_from_the_average_to_the_answer(name: str, models: dict[str, Model], data: st.DataObject) -> None:
    model = {"flat-price": FLAT_WHY, "pet-kind": PET_WHY}.get(name) or models[name]
    row = data.draw(rows_of(model.card))
    result = why(model, row)
    scale = max(1.0, abs(result.output), *(abs(each.contribution) for each in result.contributions), 0.0)
    total = result.base + math.fsum(each.contribution for each in result.contributions)
    assert total == pytest.approx(result.output, abs=1e-9 * scale)
    assert result.prediction == model.predict([row]).predictions[0]
    assert result.output == says(model, [row])[0]
    if result.contributions and result.contributions[0].span is None:
        assert {each.field: each.value for each in result.contributions} == row
        sizes = [abs(each.contribution) for each in result.contributions]
        assert sizes == sorted(sizes, reverse=True)


@pytest.mark.parametrize("name", TABULAR)
def test_the_average_is_that_of_the_rows_that_the_bundle_remembers(
    name: str, models: dict[str, Model], bundles: Path
) -> None:
    model = models[name]
    remembered = json.loads((bundles / name / "reference.json").read_text(encoding="utf-8"))["rows"]
    assert why(model, model.card.real_rows[0]).base == pytest.approx(statistics.fmean(says(model, remembered)), rel=1e-6)


@pytest.mark.parametrize("name", [*TABULAR, TEXT, "knots"])
def test_the_same_case_gets_the_same_bars_alone_and_in_company(name: str, models: dict[str, Model]) -> None:
    model = KNOTTED if name == "knots" else models[name]
    rows = list(model.card.real_rows[:4]) or drawn_rows(model.card.inputs, 4)
    together = explanations(model, rows, "en").explanations
    for row, one in zip(rows, together, strict=True):
        alone = why(model, row)
        assert why(model, dict(reversed(row.items()))) == alone
        assert [each.value for each in one.contributions] == [each.value for each in alone.contributions]
        expected = [each.contribution for each in alone.contributions]
        assert [each.contribution for each in one.contributions] == pytest.approx(
            expected, rel=1e-4, abs=1e-6 * abs(one.output)
        )


@pytest.mark.parametrize("name", TABULAR)
def test_the_rows_of_a_bundle_stand_for_all_about_as_well_as_the_error_says(name: str, models: dict[str, Model]) -> None:
    model = models[name]
    names = [field.name for field in model.card.inputs]
    learned, unseen = split_of(name).train.fields[names], split_of(name).test.fields[names]
    many, rows = (
        json.loads(fields.sample(count, random_state=5).to_json(orient="records", double_precision=15))
        for fields, count in ((learned, 2000), (unseen, 8))
    )
    off = []
    for row in rows:
        result = why(model, row)
        every = shares(compared_with(model, many), row).values
        off.append(np.abs(bars(model, result) - every).max() / result.standard_error)
    assert 0.2 <= np.median(off) <= 1.5
    assert max(off) <= 4


def share_of_text(model: Model, text: str) -> float:
    """Return the answer for a text, also for an empty one, which no row may have."""
    return float(model.outputs(Columns(np.zeros((1, 0)), {"comment": [text]}))[0])


def words_by_definition(model: Model, words: list[str]) -> NDArray[np.float64]:
    def worth(members: frozenset[int]) -> float:
        return share_of_text(model, " ".join(words[index] for index in sorted(members)))

    return by_definition(worth, len(words))


@pytest.mark.parametrize("text", ["What a lovely day, thank you!", "not good", "awful"])
def test_a_words_bar_follows_the_definition_over_the_words_left_in(text: str, models: dict[str, Model]) -> None:
    result = why(models[TEXT], {"comment": text})
    assert [each.value for each in result.contributions] == text.split()
    expected = words_by_definition(models[TEXT], text.split())
    assert [each.contribution for each in result.contributions] == pytest.approx(expected, abs=1e-6)
    assert (result.base, result.standard_error) == (share_of_text(models[TEXT], ""), 0)


def test_the_bars_of_more_words_are_within_their_error(models: dict[str, Model]) -> None:
    text = "I love this lovely show but the sad ending was bad"
    result = why(models[TEXT], {"comment": text})
    expected = words_by_definition(models[TEXT], text.split())
    assert result.standard_error > 0
    off = np.abs(np.array([each.contribution for each in result.contributions]) - expected)
    assert off.max() <= 4 * result.standard_error + 1e-9


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.lists(st.sampled_from(["good", "zły", "😀", "\n", "  ", "a,b", "\u00a0", "NOT"]), max_size=90).map(
        lambda pieces: " ".join([*pieces, "end"])
    )
)
def test_every_word_has_its_place_in_the_text(text: str, models: dict[str, Model]) -> None:
    result = why(models[TEXT], {"comment": text}).contributions
    spans = [each.span for each in result if each.span]
    assert len(spans) == len(result) <= 40
    assert [text[begin:end] for begin, end in spans] == [each.value for each in result]
    assert spans == sorted(spans)
    left_out = set(range(len(text))) - {index for begin, end in spans for index in range(begin, end)}
    assert all(text[index].isspace() for index in left_out)
    assert sum(len(re.findall(r"\S+", str(each.value))) for each in result) == len(text.split())


def test_what_cannot_be_scored_is_not_explained_either(toys: TestClient) -> None:
    answer = toys.post("/v1/models/flat-price/explanations", json={"rows": [FLAT_ROW, FLAT_ROW | {"area": 1}]})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/rows/1/area")
    assert toys.post("/v1/models/nobody/explanations", json={"rows": [FLAT_ROW]}).json()["code"] == "unknown_model"


@pytest.mark.parametrize("name", [*TABULAR, TEXT])
def test_the_served_answer_is_in_the_callers_language(name: str, service: TestClient, cards: dict[str, Any]) -> None:
    row = cards[name]["real_rows"][0]
    english, polish = (
        service.post(f"/v1/models/{name}/explanations", json={"rows": [row]}, headers={"Accept-Language": language})
        for language in ("en", "pl")
    )
    assert (english.headers["content-language"], polish.headers["content-language"]) == ("en", "pl")
    (ours,), (theirs,) = english.json()["explanations"], polish.json()["explanations"]
    assert ours.pop("sentence") != theirs.pop("sentence")
    assert ours == theirs
