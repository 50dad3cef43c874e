"""JSON is read as strictly by the client and by the pipeline; the service reads the same texts with its own, faster reader."""

import io
import json
import math
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.formats.records import read_json_lines
from service.errors import ServiceError
from service.rows.shape_faults import Duplicate
from service.rows.strict_json import decode
from wire import strict_json


class Anything(msgspec.Struct):
    value: Any


LEFT_TO_CHECKS = {"NaN", "Infinity", "a name given twice", "a name given twice, deeper"}
DECODER = msgspec.json.Decoder(Anything)

REFUSED = {
    "a name given twice": b'{"value": 1, "value": 1}',
    "a name given twice, deeper": b'{"value": [{"a": 1, "a": 1}]}',
    "NaN": b'{"value": NaN}',
    "Infinity": b'{"value": -Infinity}',
    "no UTF-8": b'{"value": "\xff"}',
    "no JSON": b"{value: 1}",
    "a comma at the end": b'{"value": [1,]}',
    "two values": b'{"value": 1} 2',
    "nothing": b"",
    "nested too deeply": b'{"value": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
}


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_a_text_that_is_no_strict_json_is_refused(text: bytes) -> None:
    with pytest.raises((ValueError, RecursionError)):
        strict_json.parse(text)
    with pytest.raises((ValueError, RecursionError)):
        strict_json.parse(text, allow_infinite=True)


@pytest.mark.parametrize(
    "text", [text for text in REFUSED.values() if text], ids=[name for name in REFUSED if REFUSED[name]]
)
def test_the_pipeline_has_a_reason_for_it_and_no_values(text: bytes) -> None:
    [record] = read_json_lines(io.BytesIO(text))
    assert record.values is None
    assert record.reason


@pytest.mark.parametrize("name", sorted(REFUSED.keys() - LEFT_TO_CHECKS))
def test_the_service_refuses_it_too(name: str) -> None:
    with pytest.raises(ServiceError):
        decode(REFUSED[name], DECODER)


def test_the_service_marks_what_the_checks_of_the_row_will_name() -> None:
    assert math.isinf(decode(REFUSED["NaN"], DECODER).value)
    assert math.isinf(decode(REFUSED["Infinity"], DECODER).value)
    assert isinstance(decode(REFUSED["a name given twice"], DECODER).value, Duplicate)
    assert isinstance(decode(REFUSED["a name given twice, deeper"], DECODER).value[0]["a"], Duplicate)


@pytest.mark.parametrize("number", [b"1e400", b"-1e400", b"1" * 401, b"1" * 1_000_000])
def test_a_number_beyond_all_floats_is_refused_or_infinite_as_the_caller_says(number: bytes) -> None:
    with pytest.raises(ValueError, match="too large"):
        strict_json.parse(number)
    assert math.isinf(strict_json.parse(number, allow_infinite=True))


def test_an_integer_of_400_digits_stays_exact() -> None:
    assert strict_json.parse(b"9" * 400) == 10**400 - 1


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda values: st.lists(values) | st.dictionaries(st.text(), values),
)


@given(JSON)
def test_what_json_writes_is_read_as_it_was(value: Any) -> None:
    assert strict_json.parse(json.dumps(value)) == value
    assert strict_json.parse(json.dumps(value).encode(), allow_infinite=True) == value


def test_walk_yields_every_value_and_name_with_its_depth() -> None:
    result = sorted(strict_json.walk({"a": [1, {"b": (2,)}]}), key=lambda each: (each[1], str(each[0])))
    assert result == [
        ({"a": [1, {"b": (2,)}]}, 0),
        ([1, {"b": (2,)}], 1),
        ("a", 1),
        (1, 2),
        ({"b": (2,)}, 2),
        ((2,), 3),
        ("b", 3),
        (2, 4),
    ]


@pytest.mark.parametrize(("text", "fits"), [("zażółć 😀", True), ("", True), ("\ud83d", False), ("a\udcff", False)])
def test_half_a_character_is_no_unicode(text: str, *, fits: bool) -> None:
    assert strict_json.is_unicode(text) == fits
