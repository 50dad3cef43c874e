"""How the values of a text file are written, such as numbers with a decimal comma."""

from dataclasses import dataclass
from typing import Literal

Sign = Literal["point", "comma"]
Thousands = Literal["point", "comma", "space"]
DateOrder = Literal["day_first", "month_first"]
Missing = Literal["empty", "words"]

MISSING_WORDS = frozenset({"na", "n/a", "#n/a", "#n/d", "#n/d!", "nan", "null", "none", "nil", "-", "–", "—", "?"})
"""Words for a missing value, in lower case: those of pandas, R, SQL and of Excel in English and Polish."""


@dataclass(frozen=True)
class TextStyle:
    """How the values of a text file are written. The default is the style of programs."""

    decimal: Sign = "point"
    thousands: Thousands | None = None
    """None: spaces, which are never anything else; a comma or a point between thousands makes a cell no number."""
    dates: DateOrder | None = None
    """None: dates with slashes are refused, those with dots begin with the day."""
    missing: Missing = "empty"
    """Which cells are missing values: empty ones, or MISSING_WORDS too."""


PROGRAM_STYLE = TextStyle()
