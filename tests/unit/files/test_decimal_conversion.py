"""Promises of numbers in files: the double that a decimal spells, the same one that JSON and Python read."""

from decimal import Decimal
from typing import Any

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as some

from service.fields.arrow_values import to_float64
from service.jobs.card_statements import parse_statements

CENTS = some.integers(-(10**11), 10**11).map(lambda cents: Decimal(cents).scaleb(-2))


@some.composite
def decimals(draw: Any) -> tuple[Decimal, pa.DataType]:
    """A number and a type of Arrow that holds it."""
    kind, digits = draw(some.sampled_from([(pa.decimal128, 38), (pa.decimal256, 76)]))
    scale = draw(some.integers(0, digits))
    unscaled = draw(some.integers(-(10**digits) + 1, 10**digits - 1))
    value = Decimal((int(unscaled < 0), tuple(map(int, str(abs(unscaled)))), -scale))
    return value, kind(digits, scale)


@given(decimals())
def test_a_decimal_becomes_the_nearest_double(given: tuple[Decimal, pa.DataType]) -> None:
    value, kind = given
    assert to_float64(pa.array([value, None], kind)).to_pylist() == [float(str(value)), None]


@given(some.lists(CENTS, min_size=1))
def test_a_nightly_job_reads_amounts_in_cents_as_json_does(cents: list[Decimal]) -> None:
    amounts = pa.array(cents, pa.decimal128(13, 2))
    keys = pa.array(["1"] * len(cents))
    batch = pa.record_batch(
        {
            "client": keys,
            "month": pa.array(["2005-09"] * len(cents)),
            **dict.fromkeys(("status", "bill", "paid", "limit"), amounts),
        }
    )
    (result,) = parse_statements(iter([batch]), "client", 2005 * 12 + 11)
    assert result["paid"].to_pylist() == [float(str(each)) for each in cents]
