"""Promises of the choice of columns: the most similar name is suggested, each column once, and none that is far off."""

from typing import Any

import pytest

from client import Refused
from client.errors import InputError, RefusedFile
from demo.files.column_choice import header_of, suggest_columns

CARD: Any = {
    "inputs": [
        {"name": "credit_limit", "type": "number", "label": "Limit kredytowy"},
        {"name": "age", "type": "number", "label": "Wiek"},
        {"name": "late_now", "type": "number", "label": "Miesiące opóźnienia"},
    ]
}
FIELDS = ("credit_limit", "age", "late_now")


def refusal(codes: dict[str, str], columns: list[str]) -> Refused:
    errors: list[InputError] = [
        {"pointer": "", "column": column, "line": "", "code": code, "message": ""} for column, code in codes.items()
    ]
    file: RefusedFile = {"columns": columns, "sheet": "", "sheets": [], "charset": ""}
    return Refused("", "", status=422, code="invalid_file", errors=errors, file=file)


@pytest.mark.parametrize(
    ("columns", "suggested"),
    [
        (("Kredytowy limit", "Wiek klienta"), {"credit_limit": "Kredytowy limit", "age": "Wiek klienta"}),
        (("limit_of_credit", "AGE (years)", "zq"), {"credit_limit": "limit_of_credit", "age": "AGE (years)"}),
        (("opoznienia miesiace",), {"late_now": "opoznienia miesiace"}),
        (("id", "zq", ""), {}),
        (("credit limits", "credit limit 2"), {"credit_limit": "credit limits"}),
    ],
)
def test_the_most_similar_column_is_suggested(columns: tuple[str, ...], suggested: dict[str, str]) -> None:
    assert suggest_columns(CARD, (FIELDS, columns)) == suggested


def test_there_is_a_choice_if_only_columns_are_missing_and_there_are_enough() -> None:
    missing = {"age": "missing_column", "late_now": "ambiguous_column"}
    assert header_of(refusal(missing, ["a", "b", "c"])) == (("age", "late_now"), ("a", "b", "c"))
    assert header_of(refusal(missing, ["a"])) is None
    assert header_of(refusal(missing | {"x": "duplicate_column"}, ["a", "b", "c"])) is None
    assert header_of(refusal({}, ["a", "b", "c"])) is None
