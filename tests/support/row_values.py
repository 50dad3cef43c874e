"""A card with every type of field, a good row, and values of all kinds."""

import math

from hypothesis import strategies as st

from service.rows.checks import Checks
from service.rows.shape_faults import Duplicate
from service.schemas import Card, Category, Input, Regression, Row, Scoring

INPUTS = (
    Input(name="free", type="number"),
    Input(name="bounded", type="number", minimum=-1, maximum=10, seen=(0, 5)),
    Input(name="count", type="integer", minimum=0, maximum=8, seen=(0, 6), nullable=True),
    Input(
        name="grade", type="category", categories=(Category(value="a"), Category(value="b"), Category(value="c", seen=False))
    ),
    Input(name="known", type="boolean", nullable=True),
    Input(name="note", type="text", max_length=5),
)


CARD = Card(
    name="toy",
    title="",
    question="",
    inputs=INPUTS,
    output=Regression(),
    scoring=Scoring(scorer="onnx", gate_rows=0, gate_difference=0),
)


CHECKS = Checks(CARD)


GOOD: Row = {"free": 1.5, "bounded": 2, "count": 3, "grade": "b", "known": True, "note": "hi"}


VALUES = (
    st.none()
    | st.booleans()
    | st.integers(-20, 20)
    | st.sampled_from([0.5, -0.0, 7.0, 1e39, -1e300, math.inf, 10**400, 2**24 + 1])
    | st.floats(allow_nan=False)
    | st.sampled_from(["a", "b", "c", "d", "", "word", "too long", "\ud800"])
    | st.just(Duplicate())
    | st.lists(st.integers(), max_size=1)
)
