"""Finds the decimal sign of a text file from the cells of its number columns."""

import re
from collections.abc import Iterable

from wire.cells.text_style import Sign, Thousands

_SIGNS: dict[Sign, str] = {"comma": ",", "point": "."}
_SPACES = str.maketrans("", "", " \u00a0\u202f")


class UnclearDecimalSign(ValueError):
    """The message says what is unclear; `code` is `mixed_decimals` or `unclear_thousands`."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class DecimalEvidence:
    """Collects evidence for the decimal sign from the cells of number columns.

    0,5 and 12.75 prove a decimal sign. 1,234 and 1.234 prove nothing, because they may be thousands.
    """

    def __init__(self, thousands: Thousands | None = None) -> None:
        self._thousands = thousands
        self._is_proven = dict.fromkeys(_SIGNS, False)
        self._is_unclear = dict.fromkeys(_SIGNS, False)

    def add_cells(self, cells: Iterable[str]) -> None:
        joined = "\n".join(cells)
        for name, sign in _SIGNS.items():
            if sign not in joined or self._is_proven[name]:
                continue
            fraction, grouped = _PATTERNS[name]
            for text in joined.split("\n"):
                if sign not in text:
                    continue
                cell = text.strip().removesuffix("%").rstrip()
                if self._thousands in {None, "space"}:
                    cell = cell.translate(_SPACES)
                if grouped.fullmatch(cell):
                    self._is_unclear[name] = True
                elif fraction.fullmatch(cell):
                    self._is_proven[name] = True
                    break

    def decide(self, requested: Sign | None, separator: str) -> Sign:
        """Return the requested sign, or else the proven one. Raises UnclearDecimalSign if both or none are proven.

        If the user names the sign between thousands, the decimal sign is the other one.
        """
        if requested:
            return requested
        if self._thousands in {"comma", "point"}:
            return "point" if self._thousands == "comma" else "comma"
        comma, point = self._is_proven["comma"], self._is_proven["point"]
        if comma and (point or self._is_unclear["point"]):
            raise UnclearDecimalSign("mixed_decimals", "Some numbers have a decimal comma and some a decimal point.")
        # In a file with commas between cells, a point in a number is the decimal sign.
        unclear = self._is_unclear["comma"] or (self._is_unclear["point"] and separator != ",")
        if unclear and not comma and not point:
            sample = "1,234" if self._is_unclear["comma"] else "1.234"
            raise UnclearDecimalSign(
                "unclear_thousands", f"Numbers such as {sample} may mean a thousand or a little more than one."
            )
        return "comma" if comma else "point"


def _patterns(sign: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return patterns for a number with a fraction, and for a number whose sign may separate thousands."""
    return re.compile(rf"[+-]?\d*{sign}\d+([eE][+-]?\d+)?"), re.compile(rf"[+-]?[1-9]\d{{0,2}}({sign}\d{{3}})+")


_PATTERNS = {"comma": _patterns(","), "point": _patterns(r"\.")}
