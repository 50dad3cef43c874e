"""The properties of a file of rows, and the answer to it in JSON."""

from dataclasses import dataclass
from typing import Literal

from service.schemas.answers import LabelPrediction, ValuePrediction
from service.schemas.card import Published, Shape
from service.schemas.problem import InputError

Decimal = Literal["point", "comma"]
DateOrder = Literal["day_first", "month_first"]


@dataclass(frozen=True)
class TextStyle:
    """The format of the values in a text file."""

    decimal: Decimal = "point"
    dates: DateOrder | None = None
    """None: dates with slashes are refused, and dates with dots begin with the day."""


class Recognised(Published, frozen=True):
    """The properties of a file of rows. The header X-File contains them before the first row is scored."""

    format: Literal["csv", "arrow", "parquet"]
    rows: int
    columns: list[str]
    """The columns that are inputs of the model."""
    ignored: list[str]
    """All other columns: the answer can repeat them unchanged."""
    encoding: str | None = None
    separator: str | None = None
    """One character, or `tab`; empty for a file of one column."""
    decimal: Decimal | None = None


class FilePredictions(Shape, frozen=True):
    """The JSON answer to a file: null for a refused row; `errors` has the reasons."""

    model: str
    version: str
    source: Literal["live"]
    file: Recognised
    predictions: list[LabelPrediction | None] | list[ValuePrediction | None]
    errors: list[InputError]
