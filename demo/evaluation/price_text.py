"""Amounts of money as text."""

from decimal import ROUND_HALF_EVEN, Decimal

from demo.text.translation import Translation

_TENTH = Decimal("0.1")
MANY = 1_000_000
"""From this amount on, amounts are shown in millions."""


def format_price(amount: float, currency: str, tr: Translation) -> str:
    """Return an amount with its currency: 3.2 M NT$, 4,500 NT$."""
    text = tr.text("{n} M", n=tr.number(amount / MANY, 1)) if abs(amount) >= MANY else tr.number(amount)
    return f"{text}\N{NO-BREAK SPACE}{currency}" if currency else text


def round_price(amount: float) -> float:
    """Return an amount as `format_price` shows it: what is shown then subtracts."""
    if abs(amount) < MANY:
        return round(amount)
    return float(Decimal(repr(amount / MANY)).quantize(_TENTH, ROUND_HALF_EVEN) * MANY)
