"""Cards for tests of the demo, as the client returns them."""

from typing import Any, cast

from hypothesis import strategies as some

from client import Card, Field, Value
from demo.charts import evaluation_charts as chart
from demo.text.translation import Translation

EVERY_TYPE: list[dict[str, Any]] = [
    {"name": "amount", "type": "number", "minimum": -5.0, "maximum": 2e6, "seen": [0.0, 1000.0]},
    {"name": "share", "type": "number", "shown_as": "percent", "minimum": 0.0, "maximum": 1.0, "label": "Share"},
    {"name": "free", "type": "number", "nullable": True},
    {"name": "model", "type": "integer", "minimum": 0, "maximum": 9, "seen": [0, 9]},
    {"name": "_start", "type": "integer", "nullable": True},
    {"name": "start", "type": "category", "categories": [{"value": "null"}, {"value": "b", "label": "B"}, {"value": '"'}]},
    {"name": "lang", "type": "category", "nullable": True, "categories": [{"value": "a&b=c"}, {"value": "null"}]},
    {"name": "embed", "type": "boolean"},
    {"name": "maybe", "type": "boolean", "nullable": True},
    {"name": "remark", "type": "text", "max_length": 50},
    {"name": "aside", "type": "text", "nullable": True, "max_length": 50},
]


def card_of(inputs: list[dict[str, Any]], output: dict[str, Any] | None = None, **more: Any) -> Card:
    chance = {"kind": "classification", "labels": [{"value": "no"}, {"value": "yes"}], "focus": "yes"}
    shape = {"name": "fifth", "version": "v1", "title": "Fifth", "question": "What?", "inputs": inputs}
    return cast(Card, shape | {"output": output or chance} | more)


def values_of(field: Field) -> some.SearchStrategy[Value]:
    low, high = float(field.get("minimum", -1e12)), float(field.get("maximum", 1e12))
    kinds: dict[str, some.SearchStrategy[Any]] = {
        "number": some.floats(low, high, allow_nan=False),
        "integer": some.integers(int(max(low, -(2**53))), int(min(high, 2**53))),
        "category": some.sampled_from([category["value"] for category in field.get("categories", [])] or [""]),
        "boolean": some.booleans(),
        "text": some.text(some.characters(exclude_categories=["Cs"]), max_size=50),
    }
    usual = kinds[field["type"]]
    if field["type"] == "text" and not field.get("nullable"):
        usual = usual.filter(str.strip)
    return usual | some.none() if field.get("nullable") else usual


ENGLISH, POLISH = Translation("en"), Translation("pl")


EVIL = "<script>alert(1)</script>"


TITLES = chart.AxisTitles("x", "y", ["0%", "25%", "50%", "75%", "100%"])
