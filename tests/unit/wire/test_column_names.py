"""Promises of column names: an exact name wins, then a name or a label in any spelling; two columns for one field are named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wire.column_names import AmbiguousColumn, ColumnNames, name_as_words

FIELDS = {"carat": ["Weight", "Masa"], "cut": ["Cut", "Szlif"], "late_now": ["Months late now", "Limit"], "limit": ["Limit"]}
COLUMNS = ColumnNames(["carat", "cut"], FIELDS)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["carat", "cut"], {"carat": "carat", "cut": "cut"}),
        (["Weight", "Cut"], {"carat": "Weight", "cut": "Cut"}),
        (["MASA", " szlif "], {"carat": "MASA", "cut": " szlif "}),
        (["carat", "Carat", "Weight", "cut"], {"carat": "carat", "cut": "cut"}),
        (["CARAT", "cut", "months-late_NOW"], {"carat": "CARAT", "cut": "cut", "late_now": "months-late_NOW"}),
        (["carat", "cut", "Late Now"], {"carat": "carat", "cut": "cut", "late_now": "Late Now"}),
        (["carat", "cut", "LIMIT"], {"carat": "carat", "cut": "cut", "limit": "LIMIT"}),
        (["carat", "cut", "price", ""], {"carat": "carat", "cut": "cut"}),
    ],
)
def test_a_field_finds_its_column(names: list[str], expected: dict[str, str]) -> None:
    assert COLUMNS.find(names) == expected
    assert COLUMNS.missing(names) == []


def test_a_label_of_two_fields_counts_for_none() -> None:
    columns = ColumnNames([], {"a": ["Amount"], "b": ["Amount"]})
    assert columns.find(["Amount", "b"]) == {"b": "b"}


def test_two_columns_for_one_field_are_named() -> None:
    with pytest.raises(AmbiguousColumn) as error:
        COLUMNS.find(["Weight", "cut", "CARAT"])
    assert (error.value.field, error.value.columns) == ("carat", ["Weight", "CARAT"])
    assert COLUMNS.missing(["Weight", "cut", "CARAT"]) == []
    assert COLUMNS.free(["Weight", "cut", "CARAT", "price"]) == ["price"]


def test_the_caller_decides_which_column_holds_a_field() -> None:
    chosen = ColumnNames(["carat", "cut"], FIELDS, {"carat": "CARAT"})
    assert chosen.find(["Weight", "cut", "CARAT", "carat"]) == {"carat": "CARAT", "cut": "cut"}
    assert chosen.missing(["Weight", "cut", "carat"]) == ["carat"]
    swapped = ColumnNames(["carat", "cut"], FIELDS, {"carat": "cut"})
    assert swapped.find(["cut", "Szlif"]) == {"carat": "cut", "cut": "Szlif"}
    assert swapped.missing(["cut"]) == ["cut"]


@given(st.lists(st.sampled_from(["carat", "cut", "limit", "late_now", "price", "id"]), unique=True))
def test_exact_names_are_found_and_nothing_else(names: list[str]) -> None:
    assert COLUMNS.find(names) == {name: name for name in FIELDS if name in names}
    assert set(COLUMNS.free(names)) == set(names) - FIELDS.keys()


@pytest.mark.parametrize(
    ("name", "words"),
    [("has_car", "Has car"), ("PAY_0", "PAY 0"), ("GrLivArea", "GrLivArea"), ("_a__b_", "A b"), ("___", "___"), ("ó", "Ó")],
)
def test_a_name_is_shown_as_words_and_keeps_its_capital_letters(name: str, words: str) -> None:
    assert name_as_words(name) == words
