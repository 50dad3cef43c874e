"""The types of input as the demo handles them: links, cells of files, words, axes; what no type knows is kept apart."""

import ast
import re
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as some

from client import Card, Field
from demo.charts.ticks import calendar_days
from demo.fields import field_types
from demo.session import cases
from demo.text.translation import Translation
from tests.support.repository import ROOT
from wire.cells.text_style import TextStyle

ENGLISH, POLISH = Translation("en"), Translation("pl")
NO_BREAK = "\N{NO-BREAK SPACE}"
DAY: dict[str, Any] = {"name": "day", "type": "date", "minimum": "2020-01-01", "maximum": "2030-12-31"}
MOMENT: dict[str, Any] = {"name": "at", "type": "datetime", "minimum": "2020-01-01T00:00:00"}
SOUND: dict[str, Any] = {"name": "photo", "type": "sound", "default": "grey.png"}
KNOWN = {"number", "integer", "boolean", "category", "text", "date", "datetime", "image", "vector"}


def of(field: dict[str, Any], **more: Any) -> Any:
    return field_types.of(cast(Field, field | more))


# Dates and moments


@given(some.dates(date(2020, 1, 1), date(2030, 12, 31)))
def test_a_date_round_trips_through_the_url_and_the_calendar(day: date) -> None:
    kind, text = of(DAY), day.isoformat()
    assert kind.decode(kind.encode(text)) == text
    assert kind.from_widget(kind.to_widget(text, ENGLISH), text, ENGLISH) == text
    assert kind.from_widget(day, "2020-01-01", ENGLISH) == text


@given(some.datetimes(datetime(2020, 1, 1), datetime(2200, 1, 1)))
def test_a_moment_round_trips_through_the_url_and_keeps_its_seconds_in_the_widget(moment: datetime) -> None:
    kind, text = of(MOMENT), moment.isoformat()
    assert kind.decode(kind.encode(text)) == text
    assert kind.from_widget(kind.to_widget(text, ENGLISH), text, ENGLISH) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-29T14:30:00Z", "2026-11-29T14:30:00"),
        ("2026-11-29T14:30:00+02:00", "2026-11-29T12:30:00"),
        ("2026-12-31T23:30:00-01:00", "2027-01-01T00:30:00"),
        ("2026-11-29T14:30", "2026-11-29T14:30:00"),
    ],
)
def test_a_moment_with_an_offset_is_the_same_moment_in_utc(text: str, expected: str) -> None:
    kind = of(MOMENT)
    assert kind.decode(text) == expected
    assert kind.position(text) == kind.position(expected)
    assert kind.from_widget(datetime.fromisoformat(expected), text, ENGLISH) == text


@pytest.mark.parametrize(
    ("field", "text"),
    [
        (DAY, "2019-12-31"),
        (DAY, "2031-01-01"),
        (DAY, "2026-02-30"),
        (DAY, "2026-W48-7"),
        (DAY, "20261129"),
        (DAY, "29.11.2026"),
        (DAY, "2026-11-29T00:00:00"),
        (DAY, "null"),
        (DAY, ""),
        (MOMENT, "2019-12-31T23:59:59"),
        (MOMENT, "2020-01-01T00:30:00+01:00"),
        (MOMENT, "2026-11-29"),
        (MOMENT, "2026-11-29T24:30:00"),
        (MOMENT, "9999-12-31T23:59:00-02:00"),
        (MOMENT, "now"),
    ],
)
def test_a_date_outside_the_limits_of_the_card_is_rejected_from_the_url(field: dict[str, Any], text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - that is all it says
        of(field).decode(text)


def test_a_nullable_date_may_be_unknown() -> None:
    for field, value in ((DAY, "2026-11-29"), (MOMENT, "2026-11-29T14:30:00")):
        kind = of(field, nullable=True)
        assert kind.decode("null") is None
        assert kind.from_widget(None, value, ENGLISH) is None
        assert kind.value_text(None, ENGLISH) == "not known"
        assert kind.default() is None


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2026-11-29", "2026-11-29"),
        (" 2026-11-29 ", "2026-11-29"),
        ("29.11.2026", "2026-11-29"),
        ("1.2.2026", "2026-02-01"),
        (date(2026, 11, 29), "2026-11-29"),
        (datetime(2026, 11, 29), "2026-11-29"),
        (datetime(2026, 11, 29, 14, 30), "2026-11-29"),
    ],
)
def test_a_cell_of_a_file_is_read_as_a_date(cell: Any, expected: str) -> None:
    assert of(DAY).from_cell(cell) == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2026-11-29T14:30:00", "2026-11-29T14:30:00"),
        ("2026-11-29 14:30:00", "2026-11-29T14:30:00"),
        ("29.11.2026 14:30", "2026-11-29T14:30:00"),
        ("2026-11-29", "2026-11-29T00:00:00"),
        (datetime(2026, 11, 29, 14, 30), "2026-11-29T14:30:00"),
        (datetime(2026, 11, 29, 14, 30, tzinfo=timezone(timedelta(hours=1))), "2026-11-29T13:30:00"),
        (datetime(2026, 11, 29, 14, 30, tzinfo=UTC), "2026-11-29T14:30:00"),
        (date(2026, 11, 29), "2026-11-29T00:00:00"),
    ],
)
def test_a_cell_of_a_file_is_read_as_a_moment(cell: Any, expected: str) -> None:
    assert of(MOMENT).from_cell(cell) == expected


@pytest.mark.parametrize("cell", ["31.02.2026", "11/29/2026", "yesterday", 45000, True, b"x"])
def test_a_cell_without_a_valid_date_is_rejected(cell: Any) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - that is all it says
        of(DAY).from_cell(cell)


def test_people_read_dates_in_their_language_and_moments_in_utc() -> None:
    assert of(DAY).value_text("2026-11-29", ENGLISH) == "November 29, 2026"
    assert of(DAY).value_text("2026-11-29", POLISH) == "29 listopada 2026"
    assert of(MOMENT).value_with_unit("2026-11-29T14:30:27Z", ENGLISH) == f"Nov 29, 2026, 14:30{NO_BREAK}UTC"
    assert of(MOMENT).value_with_unit("2026-11-29T14:30:27", POLISH) == f"29 lis 2026, 14:30{NO_BREAK}UTC"


def test_the_typical_date_is_the_middle_of_the_training_range() -> None:
    assert of(DAY, seen=["2026-01-01", "2026-01-31"]).default() == "2026-01-16"
    assert of(MOMENT, seen=["2026-01-01T00:00:00", "2026-01-01T01:00:00Z"]).default() == "2026-01-01T00:30:00"
    assert of(DAY).default() == "2020-01-01"
    assert of({"name": "day", "type": "date"}).default() == "2000-01-01"
    assert of({"name": "day", "type": "date", "maximum": "1950-06-01"}).default() == "1950-06-01"


@given(some.dates(), some.integers(0, 1_000_000))
def test_the_ticks_of_a_date_axis_are_few_ordered_and_inside_the_axis(first: date, days: int) -> None:
    low = float((first - date(1970, 1, 1)).days)
    high = min(low + days, float((date.max - date(1970, 1, 1)).days))
    ticks = calendar_days(low, high)
    assert 1 <= len(ticks) <= 10
    assert ticks == sorted(set(ticks))
    assert all(low <= tick <= high for tick in ticks)
    words = [word for _, word in of(DAY).ticks(low, high, POLISH)]
    assert len(set(words)) == len(words)


def test_the_ticks_of_a_year_are_starts_of_months_and_those_of_a_day_are_hours() -> None:
    year = of(DAY).ticks(of(DAY).position("2026-01-01"), of(DAY).position("2026-12-31"), ENGLISH)
    assert [word for _, word in year] == ["Jan 2026", "Mar 2026", "May 2026", "Jul 2026", "Sep 2026", "Nov 2026"]
    at = of(MOMENT).position
    assert [word for _, word in of(MOMENT).ticks(at("2026-01-01T08:00:00"), at("2026-01-01T20:00:00"), ENGLISH)] == [
        "08:00",
        "10:00",
        "12:00",
        "14:00",
        "16:00",
        "18:00",
        "20:00",
    ]


def test_positions_of_dates_are_days_since_1970() -> None:
    assert of(DAY).position("1970-01-02") == 1
    assert of(DAY).position("1969-12-31") == -1
    assert of(MOMENT).position("1970-01-02T12:00:00") == 1.5


# Numbers in cells


@pytest.mark.parametrize(
    ("kind", "cell", "sign", "expected"),
    [
        ("number", "1,5", ",", 1.5),
        ("number", "+2", ".", 2),
        ("number", Decimal("2.5"), ".", 2.5),
        ("integer", " 3.0 ", ".", 3),
        ("boolean", "Yes", ".", True),
        ("boolean", "0", ".", False),
        ("text", '"quoted"', ".", '"quoted"'),
        ("text", "null", ".", "null"),
    ],
)
def test_cells_are_read_by_the_type_of_their_field(kind: str, cell: Any, sign: str, expected: Any) -> None:
    assert of({"name": "x", "type": kind}).from_cell(cell, TextStyle("comma" if sign == "," else "point")) == expected


@pytest.mark.parametrize("cell", ["1_000", "nan", "inf", "1,5", "", "0x10", "१"])
def test_a_cell_without_a_valid_number_is_rejected(cell: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - that is all it says
        of({"name": "x", "type": "number"}).from_cell(cell)


@pytest.mark.parametrize("kind", ["text", "number", "date", "image"])
def test_a_lone_surrogate_is_no_value_of_any_field(kind: str) -> None:
    for read in (of({"name": "x", "type": kind}).check, of({"name": "x", "type": kind}).from_cell):
        with pytest.raises(ValueError):  # noqa: PT011 - that is all it says
            read("\ud800")


# A type that the demo does not know


def test_a_field_of_an_unknown_type_keeps_its_default_and_is_not_in_the_url() -> None:
    fields = [{"name": "age", "type": "integer", "default": 3}, SOUND]
    card = cast(Card, {"name": "m", "version": "v", "inputs": fields, "output": {"kind": "regression"}})
    assert cases.complete_row(card, {"age": 5, "photo": "mine.png"}) == {"age": 5, "photo": "grey.png"}
    case = cases.case_from_row(card, {"age": 5, "photo": "mine.png"})
    assert "photo" not in cases.encode_case(card, case, "en")
    brought = cases.decode_case(card, {"start": "given", "age": "5", "photo": "evil.png"})
    assert brought.row == {"age": 5, "photo": "grey.png"}
    assert brought.rejected == ["photo=evil.png"]


@pytest.mark.parametrize("value", ["a", 3, 2.5, True, None, {"width": 3}, [1, 2]])
def test_any_value_of_an_unknown_type_has_a_text(value: Any) -> None:
    for tr in (ENGLISH, POLISH):
        assert of(SOUND).value_with_unit(value, tr)


def test_every_field_type_has_exactly_one_module() -> None:
    assert field_types._TYPES.keys() == KNOWN
    modules = [kind.__module__ for kind in field_types._TYPES.values()]
    assert len(set(modules)) == len(KNOWN)
    assert all(re.fullmatch(r"demo\.fields\.(arrays\.)?[a-z]+_field", name) for name in modules)


# One place for each type


def compared_types(tree: ast.AST) -> list[str]:
    """Return the comparisons of something's "type", as code."""
    compares = [node for node in ast.walk(tree) if isinstance(node, ast.Compare | ast.Match)]
    parts = [(node, part) for node in compares for part in ast.walk(node.subject if isinstance(node, ast.Match) else node)]
    return [
        ast.unparse(node)
        for node, part in parts
        if (isinstance(part, ast.Subscript) and isinstance(part.slice, ast.Constant) and part.slice.value == "type")
        or (isinstance(part, ast.Call) and ast.unparse(part).endswith((".get('type')", ".get('type', '')")))
    ]


def test_no_module_of_demo_client_or_pipeline_compares_the_type_of_a_field() -> None:
    result = {
        str(file.relative_to(ROOT)): compared_types(ast.parse(file.read_text(encoding="utf-8")))
        for program in ("demo", "client", "pipeline")
        for file in (ROOT / program).rglob("*.py")
    }
    asgi = ("demo/live/event_stream.py", "demo/live/live_routes.py", "demo/web/")
    compared = {name: lines for name, lines in result.items() if lines and not name.startswith(asgi)}
    assert compared == {}, "the messages of those are no fields"


@pytest.mark.parametrize(
    "line",
    [
        'x = field["type"] == "text"',
        'x = [f for f in fields if f["type"] in {"number", "integer"}]',
        'x = field.get("type") != "date"',
        'match field["type"]:\n    case "text":\n        pass',
    ],
)
def test_the_search_finds_every_form_of_a_type_comparison(line: str) -> None:
    assert compared_types(ast.parse(line))


def test_no_module_outside_the_package_distinguishes_field_types() -> None:
    allowed = {"demo.fields", "demo.fields.field_type", "demo.fields.field_types", "demo.fields.number_entry"}
    allowed |= {"demo.fields.arrays.array_field"}
    for file in (ROOT / "demo").rglob("*.py"):
        if "fields" not in file.parent.parts:
            text = file.read_text(encoding="utf-8")
            assert set(re.findall(r"demo\.fields[a-z_.]*", text)) <= allowed, file


# The values that a file may have


@pytest.mark.parametrize(
    ("field", "english", "polish"),
    [
        ({"type": "number", "minimum": 0, "maximum": 5}, "0 to 5", "0–5"),
        ({"type": "integer", "minimum": 0, "seen": [18, 89]}, "usually 18 to 89", "zwykle 18–89"),
        ({"type": "number", "seen": [0.5, 1234.5]}, "usually 0.5 to 1,234.5", f"zwykle 0,5–1{NO_BREAK}234,5"),
        ({"type": "number"}, "–", "–"),
        ({"type": "boolean"}, "yes or no", "tak lub nie"),
        ({"type": "date", "default": "2026-11-29"}, "such as 2026-11-29", "na przykład 2026-11-29"),
        ({"type": "category", "categories": [{"value": "a"}, {"value": "b", "label": "B"}]}, "a, b", "a, b"),
    ],
)
def test_the_values_of_a_column_are_described(field: dict[str, Any], english: str, polish: str) -> None:
    kind = of({"name": "x"} | field)
    assert (kind.allowed_text(ENGLISH), kind.allowed_text(POLISH)) == (english, polish)
