"""The texts of the adverts, drawn from `goods.toml`: a headline, lines, a price, a call to action."""

import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

PLN = {"PLN": 1.0, "EUR": 0.23, "USD": 0.26}
"""What one zloty is worth, roughly: the prices are invented."""


@dataclass(frozen=True)
class AdvertText:
    """What an advert says. An empty text is not drawn."""

    language: str
    headline: str
    lines: tuple[str, ...]
    extra: str
    call: str
    small_print: str
    price_text: str = ""
    price: float | None = None
    currency: str = "none"


def read_goods() -> dict[str, Any]:
    """Return the contents of `goods.toml`."""
    return tomllib.loads((Path(__file__).parent / "goods.toml").read_text(encoding="utf-8"))


def make_text(goods: dict[str, Any], motif: str, number: int, random: np.random.Generator) -> AdvertText:
    """Return the text of an advert on a motif.

    Of a hundred adverts, four have no text. Of the others, two of five are in English, and seven of ten have a price.
    """
    if random.random() < 0.04:
        return AdvertText("none", "", (), "", "", "")
    offers = [offer for offer in goods["goods"] if offer["motif"] == motif]
    offer = offers[number % len(offers)]
    language = "en" if random.random() < 0.4 else "pl"

    def one_of(texts: list[str]) -> str:
        return texts[int(random.integers(len(texts)))]

    texts = offer[language]
    count = int(random.choice([0, 1, 2, 3], p=[0.15, 0.4, 0.3, 0.15]))
    text = AdvertText(
        language=language,
        headline=one_of(texts["headlines"]),
        lines=tuple(np.array(texts["lines"])[np.sort(random.permutation(len(texts["lines"]))[:count])].tolist()),
        extra=one_of(goods["extras"][language]) if random.random() < 0.3 else "",
        call=one_of(goods["calls"][language]) if random.random() < 0.7 else "",
        small_print=one_of(goods["small_print"][language]) if random.random() < 0.25 else "",
    )
    if random.random() < 0.1:
        text = replace(text, headline=text.headline.upper())
    if random.random() < 0.7:
        text = _with_price(text, offer["price"], random)
    return text


def _with_price(text: AdvertText, price_range: list[float], random: np.random.Generator) -> AdvertText:
    currency = "PLN" if text.language == "pl" else str(random.choice(["EUR", "USD", "PLN"], p=[0.5, 0.3, 0.2]))
    amount = float(np.exp(random.uniform(*np.log(price_range)))) * PLN[currency]
    if amount < 100 and random.random() < 0.6:
        price = max(float(int(amount)), 1.0) + float(random.choice([0.5, 0.9, 0.99]))
    else:
        price = float(max(round(amount), 2)) if amount < 200 else float(round(amount, -1) - 1)
    written = _write_price(price, currency, text.language, random)
    if random.random() < 0.25:
        written = ("od " if text.language == "pl" else "from ") + written
    return replace(text, price_text=written, price=round(price, 2), currency=currency)


def _write_price(price: float, currency: str, language: str, random: np.random.Generator) -> str:
    """Write a price as shops do: `49,90 zł`, `1 299 zł`, `€12.50`, `$9.99`, `25 EUR`."""
    number = f"{price:,.2f}".removesuffix(".00")
    if language == "pl":
        number = number.replace(",", " ").replace(".", ",")
    if currency == "PLN":
        return f"{number} zł" if language == "pl" and random.random() < 0.85 else f"{number} PLN"
    if random.random() < 0.7:
        return {"EUR": "€", "USD": "$"}[currency] + number
    return f"{number} {currency}"
