"""Turns a record into the row for the service, and a prediction into the cells that are added."""

import math
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from client import Card, Field, Prediction, Row
from pipeline.errors import Unusable
from wire.answer_columns import DECISION, HIGH, LABEL, LOW, VALUE, VERSION, label_columns
from wire.cells.cell_values import has_decimal_sign, has_pictures, is_day, parse_cell
from wire.cells.text_style import PROGRAM_STYLE, TextStyle
from wire.cells.time_values import AmbiguousDate
from wire.column_names import ColumnNames
from wire.row_values import data_url

_DAY = len("2026-11-29")
_TEXTS = {LABEL, DECISION, VERSION}
_INFINITE = 10**400
"""The service reads it as an infinite number and refuses it. JSON has no text for infinity and NaN."""
_WRONG_TYPE: list[Any] = []
"""No field takes a list: the service refuses it as a value of a wrong type."""


class Columns:
    """The columns that a model takes from a record, and those that it adds."""

    def __init__(
        self,
        card: Card,
        column_of_field: dict[str, str],
        prefix: str,
        labels: Mapping[str, Collection[str]] | None = None,
    ) -> None:
        """`labels` has the labels of each field in all languages, by which the columns of a CSV are found too."""
        unknown = column_of_field.keys() - {field["name"] for field in card["inputs"]}
        if unknown:
            names = ", ".join(field["name"] for field in card["inputs"])
            raise Unusable(f"The model has no field {min(unknown)}. Its fields: {names}.")
        self._fields = [(field, column_of_field.get(field["name"], field["name"])) for field in card["inputs"]]
        self.names = ColumnNames(
            [field["name"] for field in card["inputs"] if not field.get("nullable")],
            {field["name"]: (labels or {}).get(field["name"], ()) for field in card["inputs"]},
            column_of_field,
        )
        """The names by which the columns of a CSV are found."""
        self.matched: dict[str, str] = {}
        """Field → column, for the fields whose column has another name."""
        self._labels = [label["value"] for label in card["output"].get("labels", [])]
        self._classifies = card["output"]["kind"] == "classification"
        self._version = card["version"]
        answer = [*(label_columns(self._labels) if self._classifies else [VALUE, LOW, HIGH]), VERSION]
        self.added = [prefix + name for name in answer]
        self.kinds = {prefix + name: name in _TEXTS for name in answer}
        """For each added column whether it is text; else it is a number."""
        if not prefix.isprintable():
            raise Unusable("The prefix has a character that the name of a column cannot have.")

    def use(self, column_of: Mapping[str, str]) -> None:
        """Take the fields from these columns, field → column, as the header of a CSV has them."""
        self._fields = [(field, column_of.get(field["name"], column)) for field, column in self._fields]
        self.matched = {field: column for field, column in column_of.items() if field != column}

    @property
    def needed(self) -> list[str]:
        """The columns that every record must have."""
        return [column for field, column in self._fields if not field.get("nullable")]

    @property
    def optional(self) -> list[str]:
        """The columns of the other fields."""
        return [column for field, column in self._fields if field.get("nullable")]

    @property
    def numbers(self) -> list[str]:
        """The columns of numbers, which show the decimal sign of a CSV."""
        return [column for field, column in self._fields if has_decimal_sign(field["type"])]

    def check_free(self, names: list[str]) -> None:
        """Raise Unusable if the input has one of the columns that are added."""
        used = [name for name in self.added if name in set(names)]
        if used:
            raise Unusable(f"The input has a column {used[0]} already. Give the added ones a --prefix.")

    def reason_not_free(self, values: dict[str, Any]) -> str:
        """Return why the columns cannot be added to a record, or an empty text."""
        return next((f"The record has a column {name} already." for name in self.added if name in values), "")

    def row(self, values: dict[str, Any], format_: str, style: TextStyle, moments: Collection[str] = frozenset()) -> Row:
        """Return the fields of the model, from a record of JSON lines, CSV or Parquet.

        Missing columns are left out, and so are missing values of a CSV: the service names those that it needs. Of the
        columns `moments`, whose cells are typed as dates with a time, a date takes the day.
        """
        pairs = [(field, values[column]) for field, column in self._fields if column in values]
        if format_ == "jsonl":
            return {field["name"]: _finite(value) for field, value in pairs}
        if format_ == "parquet":
            return {field["name"]: _parquet_value(field, value) for field, value in pairs}
        days = {field["name"] for field, column in self._fields if column in moments and is_day(field["type"])}
        cells = (
            (field["name"], _from_text(field, cell[:_DAY] if field["name"] in days else cell, style))
            for field, cell in pairs
        )
        return {name: value for name, value in cells if value is not None}

    def advice(self, values: Mapping[str, str], style: TextStyle) -> str:
        """Return the option that says which day a date of a CSV means, as a sentence; empty if all dates are clear."""
        for field, column in self._fields:
            try:
                parse_cell(field["type"], values.get(column, ""), style)
            except AmbiguousDate:
                return " A date with slashes needs --dates day_first or --dates month_first."
            except ValueError:
                continue
        return ""

    def cells(self, prediction: Prediction) -> list[Any]:
        """Return the cells of the added columns."""
        if self._classifies:
            shares = prediction["probabilities"]
            return [
                prediction["label"],
                prediction["decision"],
                *(shares.get(label) for label in self._labels),
                self._version,
            ]
        interval = prediction.get("interval")
        low, high = (interval["low"], interval["high"]) if interval else (None, None)
        return [prediction["value"], low, high, self._version]


def _from_text(field: Field, cell: str, style: TextStyle) -> Any:
    """Return a cell of a CSV as the field's type. Another text stays: the service refuses it and says why."""
    categories = [category["value"] for category in field.get("categories", [])]
    try:
        is_percent = field.get("shown_as") == "percent"
        return _finite(parse_cell(field["type"], cell, style, categories, is_percent=is_percent))
    except ValueError:
        return cell


def _parquet_value(field: Field, value: Any) -> Any:
    """Return a value of Parquet as JSON writes it. A value that no type of field takes becomes _WRONG_TYPE."""
    convert = _CONVERTERS.get(field["type"])
    if convert is not None and isinstance(value, str | date):
        return convert(field, value)
    if has_pictures(field["type"]) and (picture := _picture(value)) is not None:
        return data_url(picture)
    if isinstance(value, Decimal):
        return float(value)
    return _finite(value) if value is None or isinstance(value, str | int | float | list | dict) else _WRONG_TYPE


def _picture(value: Any) -> bytes | None:
    """Return the bytes of a picture in Parquet: plain ones, or those beside a path."""
    content = value.get("bytes") if isinstance(value, dict) else value
    return content if isinstance(content, bytes) else None


def _boolean(field: Field, value: str | date) -> Any:
    return _from_text(field, value, PROGRAM_STYLE) if isinstance(value, str) else _WRONG_TYPE


def _date(_field: Field, value: str | date) -> str:
    """Return a date, or a timestamp as the date in its zone."""
    return value if isinstance(value, str) else value.isoformat()[:10]


def _moment(_field: Field, value: str | date) -> str:
    """Return a timestamp, or a date. A timestamp without a zone is in UTC."""
    if isinstance(value, datetime) and value.tzinfo is None:
        value = value.replace(tzinfo=UTC)
    return value if isinstance(value, str) else value.isoformat()


_CONVERTERS: dict[str, Callable[[Field, str | date], Any]] = {"boolean": _boolean, "date": _date, "datetime": _moment}
"""Type of a field → how its texts, dates and timestamps of Parquet are written in JSON."""


def _finite(value: Any) -> Any:
    """Return a number that JSON can write."""
    if isinstance(value, float) and not math.isfinite(value):
        return -_INFINITE if value < 0 else _INFINITE
    return value
