"""The options of a command that say how a text file is written, and which of its columns hold the fields.

The nightly jobs and the pipeline have the same ones.
"""

import argparse
from dataclasses import dataclass
from typing import get_args

from wire.cells.text_style import DateOrder, Missing, Sign, TextStyle, Thousands


@dataclass(frozen=True)
class TextOptions:
    """What the user says about the values of a CSV. None: the file shows it, or it has the style of programs."""

    decimal: Sign | None = None
    thousands: Thousands | None = None
    dates: DateOrder | None = None
    missing: Missing = "empty"
    sheet: str | None = None
    """The sheet of a workbook. None: the first one that is visible."""
    charset: str = ""
    """The encoding of a CSV. Empty: UTF-8, or what its byte order mark says."""

    def style(self, decimal: Sign) -> TextStyle:
        return TextStyle(decimal, self.thousands, self.dates, self.missing)


def add_text_options(command: argparse.ArgumentParser) -> None:
    """Add the options of a file with rows for a model."""
    command.add_argument(
        "--field",
        action="append",
        default=[],
        type=_pair,
        metavar="FIELD=COLUMN",
        help="the column that holds a field of the model, if it has neither its name nor its label",
    )
    add_dialect_options(command)


def add_dialect_options(command: argparse.ArgumentParser) -> None:
    """Add the options that say how a text file or a workbook is written, where it does not show it."""
    command.add_argument("--decimal", choices=get_args(Sign), help="the decimal sign of a CSV (the file shows it)")
    command.add_argument("--thousands", choices=get_args(Thousands), help="the sign between thousands in a CSV (none)")
    command.add_argument("--dates", choices=get_args(DateOrder), help="the order of 1/2/2026 in a CSV")
    command.add_argument(
        "--missing", choices=get_args(Missing), default="empty", help="words: NA, null, – … in a CSV are missing values"
    )
    command.add_argument("--charset", default="", help="the encoding of a CSV, such as windows-1250 (UTF-8)")
    command.add_argument("--sheet", metavar="NAME", help="the sheet of a workbook (the first visible one)")


def text_options(options: argparse.Namespace) -> TextOptions:
    """Return the options of a command line to which `add_text_options` has added them."""
    return TextOptions(options.decimal, options.thousands, options.dates, options.missing, options.sheet, options.charset)


def _pair(text: str) -> tuple[str, str]:
    field, equals, column = text.partition("=")
    if not (field and equals and column):
        raise argparse.ArgumentTypeError("write it as FIELD=COLUMN")
    return field, column
