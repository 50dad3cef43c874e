"""Numbers as texts without rounding: written in the reader's format, and read back from what a person types."""

import math
import re
from decimal import Decimal

from demo.text.translation import Translation

NO_BREAK = "\N{NO-BREAK SPACE}"
_MAX_LENGTH = 60
_MIN_PLAIN_EXPONENT, _MAX_PLAIN_EXPONENT = -7, 20
"""The powers of ten between which a number is written without an exponent."""
_SPACES = " \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}"
_DECIMAL_SIGNS = (".", ",")


def format_exactly(value: float, tr: Translation, *, min_decimals: int = 0, percent: bool = False) -> str:
    """Return a finite number with all its digits: 0.705, 1,500.00, or 70.5% for a share. `parse_number` reads it back."""
    number = Decimal(repr(value)).scaleb(2 if percent else 0)
    is_plain = not number or _MIN_PLAIN_EXPONENT <= number.adjusted() <= _MAX_PLAIN_EXPONENT
    exponent = 0 if is_plain else number.adjusted()
    whole, _, decimals = f"{abs(number).scaleb(-exponent):f}".partition(".")
    decimals = decimals.rstrip("0").ljust(min_decimals, "0")
    text = ("-" if number < 0 else "") + f"{int(whole):,}".replace(",", tr.group_sign)
    text += (tr.decimal_sign + decimals if decimals else "") + (f"e{exponent}" if exponent else "")
    return f"{text}%" if percent else text


def parse_number(text: str, tr: Translation, *, percent: bool = False) -> int | float:
    """Return the number of a text in the reader's format. Spaces between thousands are read in every language.

    The decimal sign of another language is read where it cannot separate thousands: in Polish "1.5" is 1,5 and "1.500"
    is refused. With `percent`, "70" and "70%" are 0.7. Raises ValueError for every other text.
    """
    compact = _compact(text, percent=percent)
    if len(compact) > _MAX_LENGTH:
        raise ValueError(text[:_MAX_LENGTH])
    number = _parse(compact, tr.decimal_sign, tr.group_sign + _SPACES)
    if number is None:
        other_sign = next(sign for sign in _DECIMAL_SIGNS if sign != tr.decimal_sign)
        number = None if _may_be_thousands(compact, other_sign) else _parse(compact, other_sign, _SPACES)
    if number is None or not math.isfinite(float(number)):
        raise ValueError(text)
    return _to_number(number.scaleb(-2) if percent else number)


def join_unit(text: str, unit: str) -> str:
    """Return a number with its unit: 0.7 ct. A per cent sign stands directly after the number, as in every percentage."""
    return f"{text}{'' if unit == '%' else NO_BREAK}{unit}" if unit else text


def parse_thousands(text: str, tr: Translation, *, percent: bool = False) -> int | float | None:
    """Return the number of a text if its decimal sign separates thousands, as in other languages; None if it cannot.

    In English "8.000" may be 8000, in Polish "8,000". `parse_number` reads both as 8.
    """
    compact = _compact(text, percent=percent)
    if not _may_be_thousands(compact, tr.decimal_sign):
        return None
    return _to_number(Decimal(compact.replace(tr.decimal_sign, "")).scaleb(-2 if percent else 0))


def _compact(text: str, *, percent: bool) -> str:
    compact = text.strip().replace("\N{MINUS SIGN}", "-").removeprefix("+").lower()
    return compact.removesuffix("%").rstrip() if percent else compact


def _parse(text: str, decimal_sign: str, group_signs: str) -> Decimal | None:
    group = f"[{re.escape(group_signs)}]"
    whole = rf"[1-9][0-9]{{0,2}}({group})[0-9]{{3}}(?:\3[0-9]{{3}})*|[0-9]*"
    parts = re.fullmatch(rf"(-?)({whole})(?:{re.escape(decimal_sign)}([0-9]*))?(e[+-]?[0-9]{{1,3}})?", text)
    if not parts:
        return None
    sign, digits, decimals, exponent = parts[1], re.sub(group, "", parts[2]), parts[4] or "", parts[5] or ""
    return Decimal(f"{sign}{digits or 0}.{decimals or 0}{exponent}") if digits or decimals else None


def _may_be_thousands(text: str, sign: str) -> bool:
    return re.fullmatch(rf"-?[1-9][0-9]{{0,2}}{re.escape(sign)}[0-9]{{3}}", text) is not None


def _to_number(number: Decimal) -> int | float:
    is_whole = number == number.to_integral_value() and number.adjusted() <= _MAX_PLAIN_EXPONENT
    return int(number) if is_whole else float(number)
