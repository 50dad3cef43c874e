"""Promises about the typical row: it is the real row with the least mean distance to all rows."""

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.publishing.card_draft import draft_card
from service.publishing.drafting.telling_examples import mean_distances
from service.schemas import Card

FIELDS = [
    {"name": "number", "type": "number", "nullable": True},
    {"name": "kind", "type": "category", "nullable": True, "categories": [{"value": "a"}, {"value": "b"}, {"value": "c"}]},
    {"name": "flag", "type": "boolean"},
    {"name": "note", "type": "text"},
]
CARD: Card = draft_card({"name": "toy", "title": "", "question": "", "inputs": FIELDS, "output": {"kind": "regression"}})
ROWS = st.lists(
    st.tuples(
        st.none() | st.integers(-3, 3).map(float),
        st.none() | st.sampled_from("abc"),
        st.booleans(),
        st.text("xy", max_size=4),
        st.integers(-3, 3).map(float),
    ),
    min_size=1,
    max_size=12,
)


def ranks(values: list[float | None]) -> list[float | None]:
    """Return the mean rank of each value, from 0 to 1, among those that are not missing."""
    known = [value for value in values if value is not None]
    last = max(1, len(known) - 1)

    def rank(value: float) -> float:
        below, equal = sum(other < value for other in known), sum(other == value for other in known)
        return (below + (equal - 1) / 2) / last

    return [None if value is None else rank(value) for value in values]


def distance(one: Any, other: Any) -> float:
    if one is None or other is None:
        return float(one is not other)
    return abs(one - other) if isinstance(one, float) else float(one != other)


@given(ROWS)
def test_the_mean_distances_are_those_of_all_pairs(rows: list[tuple[Any, ...]]) -> None:
    number, kind, flag, note, output = (list(column) for column in zip(*rows, strict=True))
    table = pd.DataFrame(
        {"number": pd.Series(number, dtype=float), "kind": pd.Series(kind, dtype="str"), "flag": flag, "note": note}
    )
    compared = [ranks(number), kind, flag, ranks([float(len(text)) for text in note]), ranks(output)]
    expected = [
        math.fsum(distance(column[one], column[other]) for column in compared for other in range(len(rows)))
        / (len(compared) * len(rows))
        for one in range(len(rows))
    ]
    assert mean_distances(CARD, table, np.array(output)).tolist() == pytest.approx(expected)
