"""Promises of names given twice: they never slip through, whatever quotes and escapes a body holds, and colons cost nothing.

The oracle is Python's own JSON reader, told of every pair.
"""

import json
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.errors import InvalidInput
from service.rows import strict_json
from service.rows.checks import Checks
from service.rows.quick_reader import QuickReader
from service.rows.shape_faults import Duplicate
from service.schemas import (
    Card,
    Category,
    CurveRequest,
    Input,
    PredictionRequest,
    RecommendationRequest,
    Regression,
    Scoring,
)

INPUTS = (
    Input(name="a", type="number"),
    Input(
        name="b:c",
        type="category",
        categories=(Category(value="male : single"), Category(value='"'), Category(value='5" : x'), Category(value="x")),
    ),
    Input(name="note", type="text", nullable=True),
    Input(name="at", type="datetime", nullable=True),
)
SCORING = Scoring(scorer="onnx", gate_rows=0, gate_difference=0)
CARD = Card(name="toy", title="", question="", inputs=INPUTS, output=Regression(), scoring=SCORING)
QUICK = QuickReader(CARD, Checks(CARD))
SHAPES: list[Any] = [PredictionRequest, CurveRequest, RecommendationRequest]
TEXTS = st.sampled_from(
    ["", ":", '"', '""', "https://a.b/c?d:e", "14:30", "\\u0022", 'a":b', '{"a":1}', "\\", '\\"', "łódź:ż"]
) | st.text(max_size=6)


def is_given_twice(body: str) -> bool:
    result = False

    def look(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal result
        result = result or len(dict(pairs)) != len(pairs)
        return dict(pairs)

    json.loads(body, object_pairs_hook=look)
    return result


RANDOM = st.integers(0, 2**32).map(Random)
"""Decides how a value is written: one drawn number instead of three for each letter."""


def written(text: str, random: Random) -> str:
    """Return a JSON string in which some letters are escaped."""
    letters = [
        f"\\u{ord(letter):04{random.choice('xX')}}"
        if ord(letter) < 0x10000 and random.random() < 1 / 6
        else json.dumps(letter, ensure_ascii=random.random() < 1 / 2)[1:-1]
        for letter in text
    ]
    return '"' + "".join(letters) + '"'


def object_of(pairs: list[tuple[str, str]], random: Random) -> str:
    """Return an object; perhaps with a name in it twice, perhaps with spaces around its colons."""
    if pairs and random.random() < 1 / 4:
        pairs = [*pairs, random.choice(pairs)]
    space = random.choice(["", "", " ", "\n"])
    return "{" + ",".join(f"{written(name, random)}{space}:{space}{value}" for name, value in pairs) + "}"


@st.composite
def bodies(draw: st.DrawFn) -> str:
    random = draw(RANDOM)
    rows = []
    for _ in range(draw(st.integers(1, 40) if draw(st.integers(0, 4)) == 0 else st.integers(1, 3))):
        note = draw(st.none() | TEXTS)
        row = [
            ("a", draw(st.sampled_from(["1", "-2.5"]))),
            ("b:c", written(draw(st.sampled_from(["male : single", '"', '5" : x', "x"])), random)),
            ("note", "null" if note is None else written(note, random)),
            ("at", draw(st.sampled_from(["null", '"2026-11-29T14:30:00+01:00"']))),
        ]
        rows.append(object_of(row, random))
    pairs = [("rows", "[" + ",".join(rows) + "]")]
    if draw(st.booleans()):
        pairs.append(("version", draw(st.sampled_from(["null", '"a"', '"a:b"', '"a\\"b"']))))
    return object_of(pairs, random)


@settings(max_examples=400)
@given(bodies())
def test_the_quick_reader_takes_a_body_only_if_no_name_is_given_twice(body: str) -> None:
    try:
        encoded = body.encode()
    except UnicodeEncodeError:
        return
    read = QUICK(encoded)
    if is_given_twice(body):
        assert read is None
    elif "\\u" not in body:
        assert read is not None, "a colon, a quote, a space or a null is no reason for the slow way"


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


def tree_of(value: Any, random: Random) -> str:
    if isinstance(value, dict):
        return object_of([(name, tree_of(item, random)) for name, item in value.items()], random)
    if isinstance(value, list):
        return "[" + ",".join(tree_of(item, random) for item in value) + "]"
    return written(value, random) if isinstance(value, str) else json.dumps(value)


REQUESTS: list[st.SearchStrategy[dict[str, Any]]] = [
    st.fixed_dictionaries(
        {"rows": st.lists(st.dictionaries(TEXTS, VALUES, max_size=4), max_size=3)}, optional={"version": st.none() | TEXTS}
    ),
    st.fixed_dictionaries(
        {"row": st.dictionaries(TEXTS, VALUES, max_size=4), "fields": st.lists(TEXTS, max_size=3)},
        optional={
            "points": st.none() | st.integers(2, 9),
            "together": st.booleans(),
            "pinned": st.none() | st.dictionaries(TEXTS, VALUES, max_size=2),
        },
    ),
    st.fixed_dictionaries(
        {
            "row": st.dictionaries(TEXTS, VALUES, max_size=4),
            "goal": st.fixed_dictionaries(
                {}, optional={"decision": st.none() | TEXTS, "value": st.just({"min": 1, "max": None})}
            ),
        },
        optional={"fixed": st.lists(TEXTS, max_size=2), "ranges": st.dictionaries(TEXTS, st.just([0, 1]), max_size=2)},
    ),
]


def holds_duplicate(value: Any) -> bool:
    if isinstance(value, msgspec.Struct):
        return any(holds_duplicate(getattr(value, name)) for name in value.__struct_fields__)
    if isinstance(value, dict):
        return any(map(holds_duplicate, value.values()))
    return any(map(holds_duplicate, value)) if isinstance(value, list | tuple) else isinstance(value, Duplicate)


@settings(max_examples=400)
@given(
    st.one_of([st.tuples(st.just(shape), request) for shape, request in zip(SHAPES, REQUESTS, strict=True)]),
    RANDOM,
)
def test_a_duplicate_name_is_detected_in_a_request_of_any_shape(request_of: tuple[Any, Any], random: Random) -> None:
    shape, value = request_of
    body = tree_of(value, random)
    codes, decoded = outcome(body, shape)
    if decoded is None:
        assert codes <= {"duplicate_field"}, body
        assert is_given_twice(body) or not codes
        return
    assert holds_duplicate(decoded) == is_given_twice(body), body
    if not is_given_twice(body):
        assert decoded == msgspec.convert(json.loads(body), shape), body


def outcome(body: str, shape: Any) -> tuple[set[str], Any]:
    """Return the codes of a refusal, or what was decoded; neither for a text that UTF-8 cannot write."""
    try:
        return set(), strict_json.decode(body.encode(), msgspec.json.Decoder(shape))
    except UnicodeEncodeError:
        return set(), None
    except InvalidInput as error:
        return {fault.code for fault in error.faults}, None


def test_absent_defaults_do_not_hide_a_duplicate_name() -> None:
    """Once, the fields `fixed` and `ranges` were counted as names of the body, and two names too many passed."""
    body = b'{"row":{"a":1,"a":2},"goal":{"decision":"x"}}'
    request = strict_json.decode(body, msgspec.json.Decoder(RecommendationRequest))
    assert isinstance(request.row["a"], Duplicate)


@pytest.mark.parametrize("value", ["male : single", "14:30", "https://example.org:8080/a", 'he said "yes"', "x"])
def test_bodies_with_colons_and_quotes_are_decoded_once(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    row = {"a": 1, "b:c": "male : single", "note": value, "at": "2026-11-29T14:30:00Z"}
    body = msgspec.json.encode({"rows": [row] * 1000, "version": None})
    assert QUICK(body) is not None
    monkeypatch.setattr(strict_json, "_decode_slowly", lambda *_: pytest.fail("decoded a second time"))
    without = {name: given for name, given in row.items() if name != "at"}
    assert strict_json.decode(msgspec.json.encode({"rows": [without]}), msgspec.json.Decoder(PredictionRequest)).rows == [
        without
    ]
