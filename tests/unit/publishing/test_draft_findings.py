"""Promises about what a draft notices: identifiers, constants, copies, leaks, labels, and what it refuses."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from service.publishing.drafting.draft import draft
from service.publishing.drafting.facts import ModelFacts
from service.publishing.drafting.findings import CannotDraft, Finding
from service.schemas import Classification
from tests.support.formula_drafts import ROWS, codes, draft_of, facts, probabilities, values

RANDOM = np.random.default_rng(8)
NUMBERS = RANDOM.normal(size=ROWS)
LABELS = pd.Series(np.arange(ROWS) % 3 == 0, name="churned").astype(int)
NOISE = pd.DataFrame({"x": NUMBERS, "y": RANDOM.normal(size=ROWS)})


def with_column(column: Any, name: str = "z") -> pd.DataFrame:
    return NOISE.assign(**{name: column})


def sentence(drafted: Any, code: str) -> str:
    found: list[Finding] = [each for each in drafted.findings if each.code == code]
    assert len(found) == 1
    assert found[0].sentence.endswith(".")
    return found[0].sentence


def test_ordinary_columns_give_no_finding() -> None:
    grades = np.array(["a", "b", "c", "d"])[np.arange(ROWS) % 4]
    table = with_column(grades).assign(n=RANDOM.integers(0, 100, ROWS), flag=NUMBERS > 0)
    assert codes(draft_of(table, LABELS, probabilities)) == []


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("number", np.arange(ROWS) + 1000),
        ("client_id", RANDOM.permutation(ROWS)),
        ("ID", RANDOM.permutation(ROWS)),
        ("Unnamed: 0", RANDOM.permutation(ROWS)),
        ("key", [f"c{row}" for row in RANDOM.permutation(ROWS)]),
        ("anything", [f"{row:08x}-0000-4000-8000-000000000000" for row in range(ROWS)]),
    ],
)
def test_an_identifier_that_the_model_reads_stays_a_field_and_is_said(name: str, column: Any) -> None:
    drafted = draft_of(with_column(column, name), LABELS, probabilities)
    assert codes(drafted, name) == ["identifier"]
    assert "stays a field" in sentence(drafted, "identifier")
    assert name in [field.name for field in drafted.card.inputs]


@pytest.mark.parametrize("column", [RANDOM.permutation(ROWS), NUMBERS * 7, np.arange(ROWS) // 2])
def test_other_columns_of_different_numbers_are_no_identifiers(column: Any) -> None:
    assert "identifier" not in codes(draft_of(with_column(column, "score"), LABELS, probabilities))


@pytest.mark.parametrize("column", [1.0, "same", None])
def test_a_constant_is_said(column: Any) -> None:
    assert codes(draft_of(with_column(column), LABELS, probabilities), "z") == ["constant"]


@pytest.mark.parametrize("column", [NUMBERS, NUMBERS.astype(object).astype(float)])
def test_a_copy_of_another_column_is_said(column: Any) -> None:
    drafted = draft_of(with_column(column), LABELS, probabilities)
    assert codes(drafted, "z") == ["copy"]
    assert "same values as x" in sentence(drafted, "copy")


def test_columns_of_dates_are_said() -> None:
    days = pd.Timestamp("2026-01-01") + pd.to_timedelta(RANDOM.integers(0, 99, ROWS), "D")
    assert codes(draft_of(with_column(days), LABELS, probabilities), "z") == ["date"]


@pytest.mark.parametrize(
    "column",
    [
        LABELS * 3 + 1,
        LABELS.map({0: "stayed", 1: "left"}),
        np.where(LABELS == 1, 5 + np.abs(NUMBERS), -5 - np.abs(NUMBERS)),
        LABELS.astype(bool),
    ],
)
def test_a_column_that_alone_tells_the_label_is_a_leak(column: Any) -> None:
    assert "leak" in codes(draft_of(with_column(column), LABELS, probabilities), "z")


def test_a_column_that_tells_much_of_the_label_is_no_leak() -> None:
    mostly = np.where(RANDOM.random(ROWS) < 0.9, LABELS, 1 - LABELS)
    assert codes(draft_of(with_column(mostly), LABELS, probabilities)) == []


def test_a_column_in_the_order_of_the_value_is_a_leak() -> None:
    truth = pd.Series(NUMBERS * 2 + 9, name="price")
    table = pd.DataFrame({"euro": np.exp(NUMBERS), "other": NOISE["y"]})
    drafted = draft_of(table, truth, values, task="regression", classes=None)
    assert codes(drafted) == ["leak"]
    assert "euro alone" in sentence(drafted, "leak")


def test_columns_that_the_model_does_not_read_are_kept_for_groups_or_left_out() -> None:
    sample = NOISE.assign(sex=np.arange(ROWS) % 2, name=[f"n{row}" for row in range(ROWS)], id=range(ROWS), age=NUMBERS)
    drafted = draft(sample, LABELS, facts(NOISE), probabilities, name="toy")
    assert [field.name for field in drafted.attributes] == ["sex"]
    assert [field.name for field in drafted.card.inputs] == ["x", "y"]
    assert "sex, name, age" in sentence(drafted, "unused")
    chosen = draft(
        sample, LABELS, facts(NOISE), probabilities, name="toy", overrides={"aside": [{"name": "age", "unit": "years"}]}
    )
    assert [(field.name, field.unit) for field in chosen.attributes] == [("age", "years"), ("sex", "")]


def test_a_missing_column_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(CannotDraft, match=r"lacks: income. Did you mean incomes\?"):
        draft(NOISE.assign(incomes=1.0), None, facts(NOISE.assign(income=1.0)), probabilities)


def test_columns_are_found_by_another_spelling_and_it_is_said() -> None:
    drafted = draft(NOISE.rename(columns={"x": " X "}), None, facts(NOISE), probabilities)
    assert "respelled" in codes(drafted)
    assert [field.name for field in drafted.card.inputs] == ["x", "y"]


def test_a_model_of_an_array_needs_as_many_columns() -> None:
    nameless = ModelFacts("classification", None, 2, (0, 1), has_probabilities=True)
    assert [field.name for field in draft(NOISE, None, nameless, probabilities).card.inputs] == ["x", "y"]
    with pytest.raises(CannotDraft, match="2 columns without names, and the sample has 3 beside the target: x, y, z"):
        draft(with_column(1.0), None, nameless, probabilities)


@pytest.mark.parametrize(
    ("known", "column"),
    [
        ((0, 1), [0, 1, 1]),
        ((0, 1), [0.0, 1.0, 1.0]),
        ((0, 1), [False, True, True]),
        ((0, 1), ["0", "1", "1"]),
        ((False, True), [0, 1, 1]),
        ((False, True), ["False", "True", "True"]),
        (("no", "yes"), ["no", "yes", "yes"]),
        (("no", "yes"), ["No", " yes", "YES"]),
        (("b", "a"), ["b", "a", "a"]),
        ((0, 1), ["bad", "good", "good"]),
    ],
)
def test_the_truth_is_in_the_order_of_the_labels_of_the_model(known: tuple[Any, ...], column: list[Any]) -> None:
    drafted = draft_of(NOISE[:3], pd.Series(column, name="y"), probabilities, classes=known)
    assert drafted.split.train.truth.tolist() == [0, 1, 1]
    assert isinstance(drafted.card.output, Classification)
    assert len(drafted.card.output.labels) == 2


def test_labels_that_were_numbered_before_the_fit_get_their_texts() -> None:
    drafted = draft_of(NOISE[:3], pd.Series(["bad", "good", "good"]), probabilities)
    assert isinstance(drafted.card.output, Classification)
    assert [label.value for label in drafted.card.output.labels] == ["bad", "good"]
    assert "bad, good" in sentence(drafted, "coded_labels")


def test_rows_without_a_target_and_with_unknown_labels_are_left_out_and_said() -> None:
    target = pd.Series([0, 1, None, 7, 1, 0], name="y")
    drafted = draft_of(NOISE[:6], target, probabilities)
    assert len(drafted.split.train) == 4
    assert sentence(drafted, "no_truth").startswith("1 rows")
    assert "left out: 7" in sentence(drafted, "unknown_label")


def test_labels_that_no_row_has_are_said() -> None:
    def three(table: pd.DataFrame) -> Any:
        return np.full((len(table), 3), 1 / 3)

    drafted = draft_of(NOISE[:4], pd.Series([0, 1, 0, 1]), three, classes=(0, 1, 2))
    assert sentence(drafted, "absent_label").endswith("has: 2.")


def test_a_target_with_one_value_measures_nothing() -> None:
    assert "one_value" in codes(draft_of(NOISE, pd.Series(np.ones(ROWS, int)), probabilities))
    assert "one_value" in codes(draft_of(NOISE, pd.Series(np.ones(ROWS)), values, task="regression", classes=None))


def test_rows_with_infinite_numbers_are_left_out_and_said() -> None:
    drafted = draft_of(NOISE.replace({"x": {NUMBERS[0]: np.inf}}), LABELS, probabilities)
    assert len(drafted.split.train) == ROWS - 1
    assert sentence(drafted, "infinite").startswith("1 rows")


def test_a_model_that_reads_its_target_is_said() -> None:
    table = with_column(LABELS, "churned")
    drafted = draft_of(table, "churned", probabilities)
    assert "leak" in codes(drafted, "churned")
    assert [field.name for field in drafted.card.inputs] == ["x", "y", "churned"]


@pytest.mark.parametrize(
    ("target", "more", "words"),
    [
        ("churn", {}, r"no column 'churn'.*Did you mean churned\?"),
        (LABELS[:5], {}, "5 rows and the sample 200"),
        (pd.Series(["a"] * ROWS), {}, "holds a, but the model knows the labels 0, 1"),
        (pd.Series(["a"] * ROWS, name="y"), {"task": "regression", "classes": None}, "answers with numbers.*'a'"),
        (pd.Series([None] * ROWS), {}, "no row that can be used"),
    ],
)
def test_a_target_that_does_not_fit_is_refused(target: Any, more: Any, words: str) -> None:
    sample = with_column(LABELS, "churned")
    scores = values if more else probabilities
    with pytest.raises(CannotDraft, match=words):
        draft(sample, target, facts(NOISE, **more), scores)


def test_a_model_that_cannot_score_the_sample_is_refused_with_its_reason() -> None:
    def broken(_: pd.DataFrame) -> Any:
        raise TypeError("could not convert string to float: 'a'\nand more lines")

    with pytest.raises(
        CannotDraft, match=r"cannot score the sample \(TypeError: could not convert string to float: 'a'\)\. Give"
    ):
        draft_of(NOISE, None, broken)


def test_a_model_with_several_outputs_is_refused() -> None:
    with pytest.raises(CannotDraft, match="one model for each"):
        draft_of(NOISE, None, lambda table: np.zeros((len(table), 2)), task="regression", classes=None)


def test_an_empty_sample_and_two_columns_of_one_name_are_refused() -> None:
    with pytest.raises(CannotDraft, match="no row that can be used"):
        draft_of(NOISE[:0], None, probabilities)
    with pytest.raises(CannotDraft, match="two columns with the name 'x'"):
        draft(pd.concat([NOISE, NOISE], axis=1), None, facts(NOISE), probabilities)


def test_texts_become_dates_or_categories_if_the_model_was_fitted_on_them() -> None:
    table = pd.DataFrame({"day": [f"2026-01-{day:02}" for day in range(1, 29)], "city": ["a", "b"] * 14})

    def typed(table: pd.DataFrame) -> Any:
        if table["day"].dtype.kind != "M" or table["city"].dtype != "category":
            raise ValueError("dtypes")
        return probabilities(table)

    drafted = draft_of(table, None, typed)
    assert [(field.type, field.dtype[:8]) for field in drafted.card.inputs] == [
        ("date", "datetime"),
        ("category", "category"),
    ]
    assert "form" in codes(drafted)
    given = draft_of(table.assign(day=pd.to_datetime(table["day"])), None, probabilities)
    assert given.card.inputs[0].type == "date"


@pytest.mark.parametrize(
    ("labels", "focus"),
    [
        (["no", "yes"], "yes"),
        (["churned", "stayed"], "churned"),
        (["default", "pays"], "default"),
        (["b", "a"], "a"),
        (["0", "1"], "1"),
    ],
)
def test_the_focus_is_the_positive_label_or_else_the_rarest(labels: list[str], focus: str) -> None:
    target = pd.Series(np.array(labels)[(np.arange(ROWS) % 3 == 0).astype(int)], name="answer")
    output = draft_of(NOISE, target, probabilities, classes=tuple(labels)).card.output
    assert isinstance(output, Classification)
    assert output.focus == focus
    share = float((target == focus).mean())
    assert sorted({end for band in output.bands for end in (band.low, band.high)}) == [
        0,
        pytest.approx(share, abs=0.0051),
        1,
    ]


@pytest.mark.parametrize(
    ("name", "tones"),
    [("survived", ["good", "bad"]), ("churned", ["good", "bad"]), ("group", ["middle", "middle"])],
)
def test_the_tones_follow_the_words_and_the_best_band_comes_first(name: str, tones: list[str]) -> None:
    output = draft_of(NOISE, LABELS.rename(name), probabilities).card.output
    assert [band.tone for band in output.bands] == tones
    assert (output.bands[0].low == 0) == (name != "survived")


def test_an_outlier_detector_has_two_named_labels() -> None:
    def sides(table: pd.DataFrame) -> Any:
        is_typical = (np.arange(len(table)) > 2).astype(float)
        return np.column_stack([is_typical, 1 - is_typical])

    drafted = draft_of(NOISE, None, sides, task="outliers", classes=(1, -1), has_probabilities=False)
    output = drafted.card.output
    assert isinstance(output, Classification)
    assert [(label.value, label.label) for label in output.labels] == [
        ("typical", {"en": "Typical", "pl": "Typowy"}),
        ("unusual", {"en": "Unusual", "pl": "Nietypowy"}),
    ]
    assert (output.focus, output.bands) == ("unusual", ())
    assert len(drafted.card.examples) >= 3


def test_five_hundred_columns_are_drafted() -> None:
    table = pd.DataFrame(RANDOM.normal(size=(300, 500)), columns=[f"x{at}" for at in range(500)])
    drafted = draft_of(table, pd.Series(np.arange(300) % 2), probabilities)
    assert len(drafted.card.inputs) == 500
    assert codes(drafted) == []


def test_the_main_fields_of_many_are_those_that_change_the_answer_most() -> None:
    table = pd.DataFrame(RANDOM.normal(size=(300, 40)), columns=[f"x{at}" for at in range(40)])

    def sums(table: pd.DataFrame) -> Any:
        return (5 * table["x7"] + 3 * np.abs(table["x30"]) + table["x1"]).to_numpy().reshape(-1, 1)

    card = draft_of(table, None, sums, task="regression", classes=None).card
    assert card.main_fields == ("x7", "x30", "x1")
    assert draft_of(table[["x7", "x1"]].assign(x30=0.5), None, sums, task="regression", classes=None).card.main_fields == ()
