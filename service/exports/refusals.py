"""Why a model cannot be had in a form, and which form works instead."""

from typing import Literal

Nearest = Literal["wheel", "python"] | None
"""The kind of the form that works; None: the API alone."""
_TITLES: dict[Nearest, str] = {
    "wheel": "the Python package",
    "python": "code in Python or C#",
    None: "the API",
}


class NotExportable(Exception):
    """The model cannot be had in this form."""

    def __init__(self, reason: str, nearest: Nearest = "wheel") -> None:
        """Take the end of a sentence: "It cannot be exported: {reason}."."""
        super().__init__(f"{reason}. The nearest form that works: {_TITLES[nearest]}.")
        self.reason = reason
        self.nearest = nearest
