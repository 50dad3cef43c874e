"""Promises of service/rows/strict_json.py."""

import json
import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import InvalidInput, InvalidRequest
from service.rows.fault_pointers import pointer
from service.rows.shape_faults import Duplicate
from service.rows.strict_json import decode
from service.schemas import PredictionRequest, RecommendationRequest

DECODER = msgspec.json.Decoder(PredictionRequest)
SCALARS = (
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.floats(allow_nan=False, allow_infinity=False) | st.text()
)
SPACES = st.sampled_from(["", " ", "\n", "\t", "  "])


@given(st.lists(st.dictionaries(st.text(), SCALARS)), SPACES, SPACES)
def test_a_valid_body_is_decoded_as_python_decodes_it(rows: list[dict[str, object]], before: str, after: str) -> None:
    body = json.dumps({"rows": rows}, separators=(before + "," + after, before + ":" + after), ensure_ascii=False)
    try:
        encoded = body.encode()
    except UnicodeEncodeError:
        return
    assert decode(encoded, DECODER).rows == json.loads(body)["rows"]


@given(st.dictionaries(st.text(min_size=1, max_size=5), SCALARS, min_size=1), SPACES, st.data())
def test_a_name_that_is_given_twice_never_becomes_one_value(row: dict[str, object], space: str, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(row)))
    pairs = [*row.items(), (name, 1)]
    inner = ", ".join(f"{json.dumps(key)}{space}:{json.dumps(value)}" for key, value in pairs)
    rows = decode(f'{{"rows": [{{{inner}}}]}}'.encode(), DECODER).rows
    assert isinstance(rows[0][name], Duplicate)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e400", "9" * 5000])
def test_numbers_that_no_model_can_take_stay_in_their_row_as_not_finite(number: str) -> None:
    (row,) = decode(f'{{"rows": [{{"a": {number}}}]}}'.encode(), DECODER).rows
    assert math.isinf(row["a"])


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff\xfe", b"[" * 200_000, b'{"rows":' * 200_000, b'{"rows": [}', b"\xef\xbb\xbf{}"]
)
def test_bytes_that_are_no_json_are_an_invalid_request(body: bytes) -> None:
    with pytest.raises(InvalidRequest):
        decode(body, DECODER)


@pytest.mark.parametrize(
    ("body", "at", "code"),
    [
        (b"{}", "/rows", "missing_field"),
        (b'{"rows": 1}', "/rows", "wrong_type"),
        (b'{"rows": [1]}', "/rows/0", "wrong_type"),
        (b'{"rows": [], "version": 3}', "/version", "wrong_type"),
        (b'{"rows": [], "other": 3}', "/other", "unknown_field"),
        (b'{"rows": [], "rows": []}', "/rows", "duplicate_field"),
        (b'{"rows": [], "version": null, "version": "1"}', "/version", "duplicate_field"),
        (b"[]", "", "wrong_type"),
    ],
)
def test_json_of_another_shape_is_named_by_its_path(body: bytes, at: str, code: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        decode(body, DECODER)
    assert [(pointer(fault), fault.code) for fault in raised.value.faults] == [(at, code)]


def test_a_fault_deep_in_a_request_is_named_by_its_path() -> None:
    body = b'{"row": {}, "goal": {"decision": "approve"}, "ranges": {"depth": [true, 1]}}'
    with pytest.raises(InvalidInput) as raised:
        decode(body, msgspec.json.Decoder(RecommendationRequest))
    assert [pointer(fault) for fault in raised.value.faults] == ["/ranges/depth/0"]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b'{"rows": 1}', "Expected a list, not a whole number."),
        (b'{"rows": [], "version": 3}', "Expected a text or null, not a whole number."),
        (b"[]", "Expected an object, not a list."),
    ],
)
def test_the_message_for_a_wrong_type_names_both_types(body: bytes, message: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        decode(body, DECODER)
    assert [fault.message for fault in raised.value.faults] == [message]
