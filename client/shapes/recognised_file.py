"""The shape of the header X-File: how the service has read a file of rows."""

from typing import NotRequired, TypedDict


class RecognisedFile(TypedDict):
    """What a file of rows turned out to be. The lists have the first 40 names, and `more_…` counts the others."""

    format: str
    rows: int
    columns: list[str]
    ignored: list[str]
    matched: NotRequired[dict[str, str]]
    """Field → column, for the fields whose column has another name."""
    encoding: NotRequired[str]
    separator: NotRequired[str]
    compression: NotRequired[str]
    pictures: NotRequired[int]
    """How many pictures a zip archive holds beside its table."""
    sheet: NotRequired[str]
    sheets: NotRequired[list[str]]
    """The names of all sheets of a workbook that has several."""
    hidden_rows: NotRequired[int]
    """Rows of the sheet that are hidden. They are scored like all others."""
    hidden_columns: NotRequired[int]
    decimal: NotRequired[str]
    thousands: NotRequired[str]
    dates: NotRequired[str]
    missing: NotRequired[str]
    more_columns: NotRequired[int]
    more_ignored: NotRequired[int]
    more_sheets: NotRequired[int]
    prefix: NotRequired[str]
