"""Promises of service/rows/quick_reader.py, against the careful way through `strict_json` and `checks`."""

import json
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import InvalidInput, InvalidRequest
from service.rows.checks import Checks
from service.rows.columns import Columns
from service.rows.quick_reader import QuickReader
from service.rows.shape_faults import Duplicate
from service.rows.strict_json import decode
from service.schemas import PredictionRequest
from tests.support.row_values import CARD, CHECKS, GOOD, VALUES

QUICK = QuickReader(CARD, CHECKS)
NO_TEXTS = msgspec.structs.replace(CARD, inputs=tuple(field for field in CARD.inputs if field.type != "text"))
NO_TEXTS_CHECKS = Checks(NO_TEXTS)
NO_TEXTS_QUICK = QuickReader(NO_TEXTS, NO_TEXTS_CHECKS)
DECODER = msgspec.json.Decoder(PredictionRequest)


def careful(body: bytes, checks: Checks) -> tuple[Columns, str | None] | None:
    try:
        request = decode(body, DECODER)
        return checks.columns(request.rows), request.version
    except (InvalidInput, InvalidRequest):
        return None


def assert_agrees(body: bytes, reader: QuickReader = QUICK, checks: Checks = CHECKS) -> None:
    """Where the quick way answers, the careful way answers the same."""
    quick = reader(body)
    if quick is None:
        return
    slow = careful(body, checks)
    assert slow is not None, body
    np.testing.assert_array_equal(quick[0].numbers, slow[0].numbers)
    assert quick[0].texts == slow[0].texts
    assert quick[0].warnings == slow[0].warnings
    assert quick[1] == slow[1]


ROWS = st.lists(st.fixed_dictionaries({}, optional=dict.fromkeys([*GOOD, "colour"], VALUES)) | st.just(GOOD), max_size=4)


@given(ROWS, st.sampled_from([(",", ":"), (", ", ": "), (" , ", " : ")]))
def test_the_quick_reader_agrees_with_the_slow_way_or_returns_none(
    rows: list[dict[str, Any]], separators: tuple[str, str]
) -> None:
    assert_agrees(json.dumps({"rows": rows}, separators=separators, default=lambda _: None).encode())


@given(st.lists(st.fixed_dictionaries({name: st.just(value) | VALUES for name, value in GOOD.items()}), max_size=40))
def test_values_are_read_equally_in_few_and_in_many_rows(rows: list[dict[str, Any]]) -> None:
    clean = [{name: None if isinstance(value, Duplicate) else value for name, value in row.items()} for row in rows]
    assert_agrees(json.dumps({"rows": clean}).encode())


GOOD_WITHOUT_TEXTS = {field.name: GOOD[field.name] for field in NO_TEXTS.inputs}


@given(st.fixed_dictionaries({name: st.just(value) | VALUES for name, value in GOOD_WITHOUT_TEXTS.items()}))
def test_one_row_without_texts_is_read_as_the_slow_way_reads_it(row: dict[str, Any]) -> None:
    clean = {name: None if isinstance(value, Duplicate) else value for name, value in row.items()}
    assert_agrees(json.dumps({"rows": [clean]}).encode(), NO_TEXTS_QUICK, NO_TEXTS_CHECKS)


@pytest.mark.parametrize("version", ["", ', "version": "v"'])
def test_a_sound_row_without_texts_is_read_quickly(version: str) -> None:
    row = json.dumps(GOOD_WITHOUT_TEXTS | {"count": None, "known": None, "bounded": 7, "grade": "c"})
    body = f'{{"rows":[{row}]{version}}}'.encode()
    assert NO_TEXTS_QUICK(body) is not None
    assert_agrees(body, NO_TEXTS_QUICK, NO_TEXTS_CHECKS)


@pytest.mark.parametrize("many", [1, 60])
@pytest.mark.parametrize(
    "name",
    [
        '"free":1,"free":2',
        '"free":1,"free" :2',
        '"free":1,"fr\\u0065e":2',
        '"free" : 1, "free": 2',
        '"note":"a\\":b","free":2',
    ],
)
def test_a_name_given_twice_is_never_read_quickly(name: str, many: int) -> None:
    good = json.dumps({key: value for key, value in GOOD.items() if key not in {"free"}})
    rows = ",".join([good[:-1] + ', "free": 1}'] * (many - 1) + [good[:-1] + ", " + name + "}"])
    assert QUICK(f'{{"rows":[{rows}]}}'.encode()) is None


def test_a_second_list_of_rows_is_never_read_quickly() -> None:
    row = json.dumps(GOOD)
    assert QUICK(f'{{"rows":[{row}],"rows":[{row}]}}'.encode()) is None
