"""A swept answer → what a chart draws and what a click means: points with their words, sides of a map, a summary."""

from dataclasses import dataclass

from client import Card, Curve, Field, Row, Surface, Value
from demo.charts.curve_chart import Axis, Point, Scale
from demo.fields import field_types
from demo.text import wording
from demo.text.translation import Translation
from demo.views import chart_scales


@dataclass(frozen=True)
class FieldValues:
    """One field's values and the places where they are drawn. A number that is not known has no place on a line."""

    field: Field
    values: list[Value]
    places: list[float]
    words: list[str]

    def place(self, row: Row) -> int | None:
        """Return which of the values a row has."""
        value = row[self.field["name"]]
        return self.values.index(value) if value in self.values else None

    def at(self, row: Row) -> float | None:
        """Return where a row's value stands, be it one of the values or between them."""
        value = row[self.field["name"]]
        kind = field_types.of(self.field)
        if kind.is_ordered:
            return None if value is None else kind.position(value)
        place = self.place(row)
        return None if place is None else self.places[place]

    def axis(self, usual: list[float] | list[str] | None, tr: Translation) -> Axis:
        """Return the axis; `usual` are the two values between which most cases lie."""
        kind = field_types.of(self.field)
        ends = (kind.position(usual[0]), kind.position(usual[1])) if usual and kind.is_ordered else None
        return chart_scales.make_axis(self.field, self.places, self.words, ends, tr)


def place_values(field: Field, values: list[Value], tr: Translation) -> FieldValues:
    """Return the values of a field that have a place."""
    kind = field_types.of(field)
    drawn = [value for value in values if value is not None or not kind.is_ordered]
    places = [kind.position(value) if kind.is_ordered else float(at) for at, value in enumerate(drawn)]
    return FieldValues(field, drawn, places, [_format_value(field, value, tr) for value in drawn])


def _format_value(field: Field, value: Value, tr: Translation) -> str:
    """Write a value; of a category that no training row had, say so."""
    word = field_types.of(field).value_with_unit(value, tr)
    unseen = any(each["value"] == value and not each.get("seen", True) for each in field.get("categories", []))
    return tr.text("{value} (never seen)", value=word) if unseen else word


def make_curve_points(card: Card, field: Field, curve: Curve, tr: Translation) -> tuple[FieldValues, list[Point]]:
    """Return a curve as points."""
    drawn = place_values(field, [point["value"] for point in curve["points"]], tr)
    answers = [
        wording.answer_value(card, point["prediction"])
        for point in curve["points"]
        if point["value"] is not None or not field_types.of(field).is_ordered
    ]
    said = [wording.format_answer_with_unit(card, answer, tr) for answer in answers]
    return drawn, [Point(*each) for each in zip(drawn.places, answers, drawn.words, said, strict=True)]


def make_surface_points(
    card: Card, fields: tuple[Field, Field], surface: Surface, tr: Translation
) -> tuple[FieldValues, FieldValues, list[list[Point]]]:
    """Return a surface as its two sides and a point for each cell, [first field][second field]."""
    one, two = (place_values(field, values, tr) for field, values in zip(fields, surface["values"], strict=True))
    rows = [outputs for value, outputs in zip(surface["values"][0], surface["outputs"], strict=True) if value in one.values]
    cells = []
    for word, outputs in zip(one.words, rows, strict=True):
        kept = [output for value, output in zip(surface["values"][1], outputs, strict=True) if value in two.values]
        cells.append(
            [
                Point(at, output, f"{word} · {other}", wording.format_answer_with_unit(card, output, tr))
                for at, output, other in zip(two.places, kept, two.words, strict=True)
            ]
        )
    return one, two, cells


def summarize_curve(field: Field, points: list[Point], tr: Translation) -> str:
    """Say in one sentence between which answers a field moves the case."""
    lowest, highest = min(points, key=_answer), max(points, key=_answer)
    name = wording.field_label(field)
    if lowest.answer_label == highest.answer_label:
        return tr.text("{field}: whatever it is, this case stays at {answer}.", field=name, answer=lowest.answer_label)
    return tr.text(
        "{field}: from {low} (at {low_at}) to {high} (at {high_at}).",
        field=name,
        low=lowest.answer_label,
        low_at=lowest.label,
        high=highest.answer_label,
        high_at=highest.label,
    )


def summarize_surface(cells: list[list[Point]], tr: Translation) -> str:
    """Say in one sentence between which answers two fields together move the case."""
    flat = [point for line in cells for point in line]
    low, high = min(flat, key=_answer).answer_label, max(flat, key=_answer).answer_label
    return tr.text("Over both fields the answer lies between {low} and {high}.", low=low, high=high)


def make_scale(card: Card, points: list[Point], tr: Translation) -> Scale:
    return chart_scales.make_scale(card, [point.answer for point in points], tr)


def _answer(point: Point) -> float:
    return point.answer
