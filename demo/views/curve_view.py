"""Curves and surfaces as points for a chart, with the value that each point stands for, and a summary sentence."""

import math
from dataclasses import dataclass, replace

from client import Card, Curve, Field, Prediction, Row, Surface, Value
from demo.charts.curve_chart import Axis, Point, Scale
from demo.fields import field_types
from demo.text import wording
from demo.text.translation import Translation
from demo.views import chart_scales

_MAX_TICK_LETTERS = 24
_MAX_LABEL_TICKS, _MAX_NAMED_LABELS = 12, 3
_ROOM = 0.5
"""Around the lowest and the highest label of a chart."""


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
    predictions = _drawable_predictions(field, curve)
    answers = [height_of(card, prediction) for prediction in predictions]
    answer_labels = [wording.format_prediction(card, prediction, tr) for prediction in predictions]
    is_possible = [not rules for rules in _rules_of_values(predictions)]
    labels = [
        label if possible or field_types.of(field).is_ordered else tr.text("{value} (impossible)", value=label)
        for label, possible in zip(values.labels, is_possible, strict=True)
    ]
    return values, [Point(*each) for each in zip(values.positions, answers, labels, answer_labels, is_possible, strict=True)]


def height_of(card: Card, prediction: Prediction) -> float:
    """Return the height of a prediction in a chart: its number, or the place of its label if it has no probabilities."""
    if not wording.only_names_labels(card):
        return wording.answer_value(card, prediction)
    return float(list(wording.label_texts(card)).index(prediction["label"]))


def describe_impossible_values(field: Field, curve: Curve) -> str:
    """Return the rules that some values of a curve break; empty if there are none."""
    rules = (sentence for broken in _rules_of_values(_drawable_predictions(field, curve)) for _, sentence in sorted(broken))
    return " ".join(dict.fromkeys(rules))


def _describe_other_fields(card: Card, field: Field, curve: Curve, row: Row, tr: Translation) -> str:
    """Return the values of a row that make some values of a field impossible: "Worst delay is 0 months"."""
    broken = set().union(*_rules_of_values(_drawable_predictions(field, curve)))
    named = {name for fields, _ in broken for name in fields} - {field["name"]}
    values = (
        tr.text(
            "{field} is {value}",
            field=wording.field_label(other),
            value=field_types.of(other).value_with_unit(row[other["name"]], tr),
        )
        for other in card["inputs"]
        if other["name"] in named
    )
    return tr.text(" and ").join(values)


def _drawable_predictions(field: Field, curve: Curve) -> list[Prediction]:
    is_ordered = field_types.of(field).is_ordered
    return [point["prediction"] for point in curve["points"] if point["value"] is not None or not is_ordered]


def _rules_of_values(predictions: list[Prediction]) -> list[set[tuple[tuple[str, ...], str]]]:
    """Return for each point the rules that its value breaks, as (fields, sentence).

    A rule that all points break is not one of the value: the case contradicts itself with any of them.
    """
    broken = [
        {(tuple(each.get("fields", [])), each.get("sentence", "")) for each in wording.find_contradictions(prediction)}
        for prediction in predictions
    ]
    of_all = broken[0].intersection(*broken) if broken else set()
    own = [rules - of_all for rules in broken]
    return own if not all(own) else [set() for _ in own]


def make_surface_points(
    card: Card, fields: tuple[Field, Field], surface: Surface, tr: Translation
) -> tuple[FieldValues, FieldValues, list[list[Point]]]:
    """Return the values of both fields, and a point for each cell: cells[first field][second field]."""
    one, two = (make_field_values(field, values, tr) for field, values in zip(fields, surface["values"], strict=True))
    no_marks = [[False] * len(surface["values"][1])] * len(surface["values"][0])
    lines = zip(surface["values"][0], surface["outputs"], surface.get("contradictions") or no_marks, strict=True)
    drawable = [(outputs, marks) for value, outputs, marks in lines if value in one.values]
    cells = []
    for label, (outputs, marks) in zip(one.labels, drawable, strict=True):
        line = zip(surface["values"][1], outputs, marks, strict=True)
        answers = [(output, marked) for value, output, marked in line if value in two.values]
        cells.append(
            [
                Point(at, output, f"{label} · {other}", wording.format_answer_with_unit(card, output, tr), not marked)
                for at, (output, marked), other in zip(two.positions, answers, two.labels, strict=True)
            ]
        )
    if not any(point.is_possible for line_of_cells in cells for point in line_of_cells):  # the case contradicts itself
        cells = [[replace(point, is_possible=True) for point in line_of_cells] for line_of_cells in cells]
    return one, two, cells


def measure_effect(card: Card, field: Field, curve: Curve, tr: Translation) -> float:
    """Return the difference between the highest and the lowest answer along the possible values of a field."""
    answers = [point.answer for point in _possible(make_curve_points(card, field, curve, tr)[1])]
    return max(answers) - min(answers) if answers else 0.0


def summarize_curve(card: Card, field: Field, curve: Curve, row: Row, tr: Translation) -> str:
    """Return a sentence on the lowest and the highest answer along a field.

    If rules of the card leave only one value, the sentence names the values of the row that leave no other.
    """
    _, along = make_curve_points(card, field, curve, tr)
    points = _possible(along)
    lowest, highest = min(points, key=_answer), max(points, key=_answer)
    name, answer = wording.field_label(field), lowest.answer_label
    if wording.only_names_labels(card) and answer != highest.answer_label:
        return tr.text("{field}: the answer changes between {labels}.", field=name, labels=_list_labels(points, tr))
    if len(points) == 1 < len(along):
        others = _describe_other_fields(card, field, curve, row, tr)
        return tr.text("{field}: only {value} is possible while {others}.", field=name, value=lowest.label, others=others)
    if answer == highest.answer_label:
        if len(points) < len(along):
            return tr.text(
                "{field}: no effect among the possible values, the answer stays {answer}.", field=name, answer=answer
            )
        return tr.text("{field}: no effect on this case, the answer stays {answer}.", field=name, answer=answer)
    return tr.text(
        "{field}: from {low} (at {low_at}) to {high} (at {high_at}).",
        field=name,
        low=lowest.answer_label,
        low_at=lowest.label,
        high=highest.answer_label,
        high_at=highest.label,
    )


def _list_labels(points: list[Point], tr: Translation) -> str:
    """Return the first labels of some points, each once, in quotation marks."""
    labels = list(dict.fromkeys(point.answer_label for point in points))
    listed = [tr.text("“{label}”", label=label) for label in labels[:_MAX_NAMED_LABELS]]
    return ", ".join(listed) + (" …" if len(labels) > _MAX_NAMED_LABELS else "")


def summarize_surface(card: Card, cells: list[list[Point]], tr: Translation) -> str:
    """Return a sentence on the lowest and the highest answer over two fields."""
    flat = _possible([point for line in cells for point in line])
    low, high = min(flat, key=_answer).answer_label, max(flat, key=_answer).answer_label
    if low == high:
        return tr.text("Over both fields the answer stays {answer}.", answer=low)
    if wording.only_names_labels(card):
        return tr.text("Over both fields the answer changes between {labels}.", labels=_list_labels(flat, tr))
    return tr.text("Over both fields the answer lies between {low} and {high}.", low=low, high=high)


def make_scale(card: Card, points: list[Point], tr: Translation) -> Scale:
    """Return the scale for the answers of some points; without probabilities, a tick for each label that occurs."""
    if wording.only_names_labels(card):
        ticks = dict(sorted({point.answer: _shorten(point.answer_label) for point in _possible(points)}.items()))
        limits = (min(ticks, default=0.0) - _ROOM, max(ticks, default=1.0) + _ROOM)
        every = math.ceil(len(ticks) / _MAX_LABEL_TICKS) or 1
        return Scale(list(ticks.items())[::every], [], limits, is_stepped=True)
    return chart_scales.make_scale(card, [point.answer for point in _possible(points)], tr)


def _shorten(label: str) -> str:
    return label if len(label) <= _MAX_TICK_LETTERS else label[: _MAX_TICK_LETTERS - 1] + "…"


def _possible(points: list[Point]) -> list[Point]:
    return [point for point in points if point.is_possible]


def _answer(point: Point) -> float:
    return point.answer


def find_position(axes: tuple[FieldValues, FieldValues], row: Row) -> tuple[float, float] | None:
    """Return the position of a row on the map; None if one of its values is unknown."""
    x, y = (axis_values.position(row) for axis_values in axes)
    return None if x is None or y is None else (x, y)
