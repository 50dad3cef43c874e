"""Curves and surfaces as points for a chart, with the value that each point stands for, and a summary sentence."""

from dataclasses import dataclass

from client import Card, Curve, Field, Row, Surface, Value
from demo.charts.curve_chart import Axis, Point, Scale
from demo.fields import field_types
from demo.text import wording
from demo.text.translation import Translation
from demo.views import chart_scales


@dataclass(frozen=True)
class FieldValues:
    """The values of a field, and their positions and labels on an axis. A missing number has no position."""

    field: Field
    values: list[Value]
    positions: list[float]
    labels: list[str]

    def index(self, row: Row) -> int | None:
        """Return the index of a row's value; None if it is not one of the values."""
        value = row[self.field["name"]]
        return self.values.index(value) if value in self.values else None

    def position(self, row: Row) -> float | None:
        """Return the position of a row's value, which may lie between the values; None if it has no position."""
        value = row[self.field["name"]]
        kind = field_types.of(self.field)
        if kind.is_ordered:
            return None if value is None else kind.position(value)
        index = self.index(row)
        return None if index is None else self.positions[index]

    def axis(self, common_range: list[float] | list[str] | None, tr: Translation) -> Axis:
        """Return the axis; `common_range` are two values between which most training rows lie."""
        kind = field_types.of(self.field)
        ends = (kind.position(common_range[0]), kind.position(common_range[1])) if common_range and kind.is_ordered else None
        return chart_scales.make_axis(self.field, self.positions, self.labels, ends, tr)


def make_field_values(field: Field, values: list[Value], tr: Translation) -> FieldValues:
    """Return the values of a field that have a position on an axis."""
    kind = field_types.of(field)
    drawable = [value for value in values if value is not None or not kind.is_ordered]
    positions = [kind.position(value) if kind.is_ordered else float(index) for index, value in enumerate(drawable)]
    return FieldValues(field, drawable, positions, [_format_value(field, value, tr) for value in drawable])


def _format_value(field: Field, value: Value, tr: Translation) -> str:
    """Return a value as text, with a note if it is a category that no training row had."""
    text = field_types.of(field).value_with_unit(value, tr)
    unseen = any(each["value"] == value and not each.get("seen", True) for each in field.get("categories", []))
    return tr.text("{value} (never seen)", value=text) if unseen else text


def make_curve_points(card: Card, field: Field, curve: Curve, tr: Translation) -> tuple[FieldValues, list[Point]]:
    """Return the values of a curve, and a point for each of them."""
    values = make_field_values(field, [point["value"] for point in curve["points"]], tr)
    answers = [
        wording.answer_value(card, point["prediction"])
        for point in curve["points"]
        if point["value"] is not None or not field_types.of(field).is_ordered
    ]
    answer_labels = [wording.format_answer_with_unit(card, answer, tr) for answer in answers]
    return values, [Point(*each) for each in zip(values.positions, answers, values.labels, answer_labels, strict=True)]


def make_surface_points(
    card: Card, fields: tuple[Field, Field], surface: Surface, tr: Translation
) -> tuple[FieldValues, FieldValues, list[list[Point]]]:
    """Return the values of both fields, and a point for each cell: cells[first field][second field]."""
    one, two = (make_field_values(field, values, tr) for field, values in zip(fields, surface["values"], strict=True))
    rows = [outputs for value, outputs in zip(surface["values"][0], surface["outputs"], strict=True) if value in one.values]
    cells = []
    for label, outputs in zip(one.labels, rows, strict=True):
        drawable_outputs = [
            output for value, output in zip(surface["values"][1], outputs, strict=True) if value in two.values
        ]
        cells.append(
            [
                Point(position, output, f"{label} · {other}", wording.format_answer_with_unit(card, output, tr))
                for position, output, other in zip(two.positions, drawable_outputs, two.labels, strict=True)
            ]
        )
    return one, two, cells


def summarize_curve(field: Field, points: list[Point], tr: Translation) -> str:
    """Return a sentence on the lowest and the highest answer along a field."""
    lowest, highest = min(points, key=_answer), max(points, key=_answer)
    name = wording.field_label(field)
    if lowest.answer_label == highest.answer_label:
        return tr.text("{field}: no effect on this case, the answer stays {answer}.", field=name, answer=lowest.answer_label)
    return tr.text(
        "{field}: from {low} (at {low_at}) to {high} (at {high_at}).",
        field=name,
        low=lowest.answer_label,
        low_at=lowest.label,
        high=highest.answer_label,
        high_at=highest.label,
    )


def summarize_surface(cells: list[list[Point]], tr: Translation) -> str:
    """Return a sentence on the lowest and the highest answer over two fields."""
    flat = [point for line in cells for point in line]
    low, high = min(flat, key=_answer).answer_label, max(flat, key=_answer).answer_label
    return tr.text("Over both fields the answer lies between {low} and {high}.", low=low, high=high)


def make_scale(card: Card, points: list[Point], tr: Translation) -> Scale:
    """Return the scale for the answers of some points."""
    return chart_scales.make_scale(card, [point.answer for point in points], tr)


def _answer(point: Point) -> float:
    return point.answer
