"""What a file of rows turned out to be, and the answer to it in JSON."""

from dataclasses import dataclass
from typing import Literal

from service.schemas.answers import LabelPrediction, ValuePrediction
from service.schemas.card import Published, Shape
from service.schemas.problem import InputError

Decimal = Literal["point", "comma"]
DateOrder = Literal["day_first", "month_first"]


@dataclass(frozen=True)
class TextStyle:
    """How the values of a text file are written."""

    decimal: Decimal = "point"
    dates: DateOrder | None = None
    """None: dates with slashes are refused, those with dots begin with the day."""


class Recognised(Published, frozen=True):
    """What a file of rows turned out to be; the answer's header X-File says it before the first row is scored."""

    format: Literal["csv", "arrow", "parquet"]
    rows: int
    columns: list[str]
    """The model's inputs that the file has."""
    ignored: list[str]
    """All others: they pass through unchanged."""
    encoding: str | None = None
    separator: str | None = None
    """A sign, or `tab`; empty for a file of one column."""
    decimal: Decimal | None = None


class FilePredictions(Shape, frozen=True):
    """The JSON answer to a file: null where a row was refused, `errors` says why."""

    model: str
    version: str
    source: Literal["live"]
    file: Recognised
    predictions: list[LabelPrediction | None] | list[ValuePrediction | None]
    errors: list[InputError]
