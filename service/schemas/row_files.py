"""The properties of a file of rows, and the answer to it in JSON."""

from typing import Literal

import msgspec

from service.schemas.answers import LabelPrediction, ValuePrediction
from service.schemas.problem import InputError
from service.schemas.shape import Published, Shape
from wire.cells.text_style import DateOrder, Missing, Sign, Thousands
from wire.media_types import Compression, FileKind


class Recognised(Published, frozen=True):
    """The properties of a file of rows. The header X-File contains them before the first row is scored."""

    format: FileKind | Literal["pictures"]
    """`pictures`: a zip archive of pictures without a table; each picture is a row."""
    rows: int
    columns: list[str]
    """The columns that are inputs of the model."""
    ignored: list[str]
    """All other columns: the answer can repeat them unchanged."""
    matched: dict[str, str] = msgspec.field(default_factory=dict)
    """Field → column, for the fields whose column has another name: its label, or the one that the request says."""
    encoding: str | None = None
    separator: str | None = None
    """One character, or `tab`; empty for a file of one column."""
    compression: Compression | None = None
    pictures: int = 0
    """How many pictures a zip archive holds beside its table."""
    sheet: str | None = None
    """The sheet of a workbook that was read."""
    sheets: list[str] = msgspec.field(default_factory=list)
    """The names of all sheets of a workbook that has several."""
    hidden_rows: int = 0
    """Rows of the sheet that are hidden. They are scored like all others."""
    hidden_columns: int = 0
    """Columns of the sheet that are hidden. They are read like all others."""
    decimal: Sign | None = None
    thousands: Thousands | None = None
    dates: DateOrder | None = None
    missing: Missing | None = None
    """As the request says, how the values of a text file are read."""
    more_columns: int = 0
    """How many names the header X-File leaves out after the first 40."""
    more_ignored: int = 0
    more_sheets: int = 0
    prefix: str | None = None
    """What the names of the added columns begin with, if the file has columns of these names or the request says so."""


class FilePredictions(Shape, frozen=True):
    """The JSON answer to a file: null for a refused row; `errors` has the reasons."""

    model: str
    version: str
    source: Literal["live"]
    file: Recognised
    predictions: list[LabelPrediction | None] | list[ValuePrediction | None]
    errors: list[InputError]
