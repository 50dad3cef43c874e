"""Turns a record into the row for the service, and a prediction into the cells that are added."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from client import Card, Field, Prediction, Row
from pipeline.errors import Unusable
from wire.answer_columns import DECISION, HIGH, LABEL, LOW, VALUE, VERSION, label_columns

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_WHOLE = re.compile(r"[+-]?\d{1,400}", re.ASCII)
_TEXTS = {LABEL, DECISION, VERSION}
_TRUTHS = {"true": True, "false": False}


class Columns:
    """The columns that a model takes from a record, and those that it adds."""

    def __init__(self, card: Card, column_of_field: dict[str, str], prefix: str) -> None:
        unknown = column_of_field.keys() - {field["name"] for field in card["inputs"]}
        if unknown:
            names = ", ".join(field["name"] for field in card["inputs"])
            raise Unusable(f"The model has no field {min(unknown)}. Its fields: {names}.")
        self._fields = [(field, column_of_field.get(field["name"], field["name"])) for field in card["inputs"]]
        self._labels = [label["value"] for label in card["output"].get("labels", [])]
        self._classifies = card["output"]["kind"] == "classification"
        self._version = card["version"]
        answer = [*(label_columns(self._labels) if self._classifies else [VALUE, LOW, HIGH]), VERSION]
        self.added = [prefix + name for name in answer]
        self.kinds = {prefix + name: name in _TEXTS for name in answer}
        """For each added column whether it is text; else it is a number."""
        if not prefix.isprintable():
            raise Unusable("The prefix has a character that the name of a column cannot have.")

    @property
    def needed(self) -> list[str]:
        """The columns that every record must have."""
        return [column for field, column in self._fields if not field.get("nullable")]

    def check_free(self, names: list[str]) -> None:
        """Raise Unusable if the input has one of the columns that are added."""
        used = [name for name in self.added if name in set(names)]
        if used:
            raise Unusable(f"The input has a column {used[0]} already. Give the added ones a --prefix.")

    def reason_not_free(self, values: dict[str, Any]) -> str:
        """Return why the columns cannot be added to a record, or an empty text."""
        return next((f"The record has a column {name} already." for name in self.added if name in values), "")

    def row(self, values: dict[str, Any], *, from_text: bool) -> Row:
        """Return the fields of the model. Missing columns are left out, and so are empty cells of a CSV: the service names
        those that it needs."""
        convert = _from_text if from_text else _json_value
        pairs = [(field, values[column]) for field, column in self._fields if column in values]
        return {field["name"]: convert(field, value) for field, value in pairs if value != "" or not from_text}

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


def _from_text(field: Field, cell: str) -> Any:
    """Return a cell of a CSV as the field's type. What is none stays text: the service refuses it and says why."""
    parse = _PARSERS.get(field["type"])
    return parse(cell) if parse else cell


def _parse_number(cell: str) -> float | str:
    return float(cell) if _NUMBER.fullmatch(cell) else cell


def _parse_integer(cell: str) -> float | str:
    return int(cell) if _WHOLE.fullmatch(cell) else _parse_number(cell)


def _parse_boolean(cell: str) -> bool | str:
    return _TRUTHS.get(cell.lower(), cell)


_PARSERS: dict[str, Callable[[str], Any]] = {"number": _parse_number, "integer": _parse_integer, "boolean": _parse_boolean}
"""Type of a field → how its cells are parsed. The text of every other type is its value in JSON."""


def _json_value(_field: Field, value: Any) -> Any:
    """Return a value of Parquet as JSON writes it."""
    if value is None or isinstance(value, str | int | float | list | dict):
        return value
    return float(value) if isinstance(value, Decimal) else str(value)
