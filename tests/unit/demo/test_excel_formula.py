"""Promises of the formulas of Excel: whatever a value holds, they open one address, with this row and nothing else."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

from hypothesis import given
from hypothesis import strategies as st

from demo.snippets.excel_formula import write_formulas
from tests.support.excel_formulas import address_of

URL = "https://models.example.com/api/"
TEXTS = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from(list("\"'&=+?#% \n\r\x00")), max_size=300)
VALUES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS
ROWS = st.dictionaries(TEXTS.filter(bool), VALUES, min_size=1, max_size=4)


def text_of(value: Any) -> str:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)


@given(row=ROWS)
def test_the_formulas_open_one_address_with_the_row(row: dict[str, Any]) -> None:
    formulas = write_formulas(URL, "diamond-price", row, "decision")
    if formulas is None:
        return
    for part, formula in zip(("number", "decision"), formulas.split("\n"), strict=True):
        address = address_of(formula)
        assert len(address) <= 2_050
        parts = urlsplit(address)
        assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{URL}v1/models/diamond-price/answers/{part}"
        expected = [(name, text_of(value)) for name, value in row.items() if value is not None]
        assert parse_qsl(parts.query, keep_blank_values=True) == expected


def test_an_address_that_excel_does_not_take_gives_no_formula() -> None:
    assert write_formulas(URL, "diamond-price", {"comment": "a" * 2_000}, "") is None


def test_a_model_that_only_gives_a_number_has_one_formula() -> None:
    formulas = write_formulas(URL, "diamond-price", {"carat": 0.7}, "")
    assert formulas == f'=NUMBERVALUE(WEBSERVICE("{URL}v1/models/diamond-price/answers/number" & "?carat=0.7"),".")'
