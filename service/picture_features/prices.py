"""Finds the price on a picture: an amount with its currency. Dates, phone numbers and percentages have no currency."""

import re
from dataclasses import dataclass
from itertools import pairwise

CURRENCIES = ("PLN", "EUR", "USD")
_MAX_AMOUNT = 10_000_000.0
_SIGNS = {"zł": "PLN", "zl": "PLN", "zt": "PLN", "pln": "PLN", "złotych": "PLN", "złote": "PLN"} | {
    "€": "EUR",
    "eur": "EUR",
    "euro": "EUR",
    "$": "USD",
    "us$": "USD",
    "usd": "USD",
    "£": "none",
    "gbp": "none",
}
"""How a currency is written, in small letters → the currency; `none` for one that the field does not name."""
_SIGN = r"us\$|[$€£]|(?:złotych|złote|zł|zl|zt|pln|euro|eur|usd|gbp)(?![^\W\d_])"
_AMOUNT = (
    r"(?<![\d.,:/])\d{1,3}(?:[ .,\u00a0\u202f']\d{3})+(?:[.,]\d{2})?(?!\d)|(?<![\d.,:/])\d{1,7}(?:[.,]\d{1,2})?(?![\d%])"
)
_PRICES = re.compile(
    rf"(?P<before>{_SIGN})\s?(?P<amount>{_AMOUNT})|(?P<amount_first>{_AMOUNT})(?:,-|\.-|,—)?\s?(?P<after>{_SIGN})",
    re.IGNORECASE,
)
_DISCOUNT_BEFORE = re.compile(
    r"(?:[-−–]|rabat\w*(?: do)?|taniej o|oszczęd\w+(?: do)?|zniżk\w+(?: do)?|save(?: up to)?|(?:dostaw|wysyłk)\w+.*|"
    r"(?:delivery|shipping).*)\s?$",
    re.IGNORECASE,
)
_DISCOUNT_AFTER = re.compile(r"^\s*(?:taniej|rabatu|zniżki|off\b)", re.IGNORECASE)
_OLD_BEFORE = re.compile(r"(?:zamiast|było|poprzednio|cena regularna:?|was|instead of|rrp:?)\s*$", re.IGNORECASE)
_NUMBER_ALONE = re.compile(rf"(?:{_AMOUNT})(?:,-)?")
_SIGN_ALONE = re.compile(_SIGN, re.IGNORECASE)


@dataclass(frozen=True)
class Price:
    """`currency` is PLN, EUR, USD, or none for another one, such as pounds."""

    amount: float
    currency: str


def find_price(lines: list[str]) -> Price | None:
    """Return the first price of some lines of text. A price that was valid before counts only if there is no other.

    An amount and its currency may stand in two lines that follow each other, as a price in large digits is often found.
    """
    old: Price | None = None
    for line in (*lines, *_split_prices(lines)):
        for match in _PRICES.finditer(line):
            before, after = line[: match.start()], line[match.end() :]
            amount = _number(match["amount"] or match["amount_first"])
            if not 0 < amount <= _MAX_AMOUNT or _DISCOUNT_BEFORE.search(before) or _DISCOUNT_AFTER.search(after):
                continue
            price = Price(amount, _SIGNS[(match["before"] or match["after"]).lower()])
            if not _OLD_BEFORE.search(before):
                return price
            old = old or price
    return old


def _split_prices(lines: list[str]) -> list[str]:
    """Return the lines that are only an amount, each joined with the next line if that is only a currency."""
    return [
        f"{one} {next_}" for one, next_ in pairwise(lines) if _NUMBER_ALONE.fullmatch(one) and _SIGN_ALONE.fullmatch(next_)
    ]


def _number(text: str) -> float:
    """Return an amount. A point or comma before one or two last digits is the decimal sign; other signs group thousands."""
    whole, fraction = text, ""
    if match := re.search(r"[.,](\d{1,2})$", text):
        whole, fraction = text[: match.start()], match[1]
    return float(f"{re.sub(r'[^0-9]', '', whole)}.{fraction or 0}")
