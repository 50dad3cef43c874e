"""Numbers of an answer → the words that a client reads."""

from client import Band, Card, Field, Prediction, Usualness
from demo.text.translation import Translation

_MANY = 1000
_SHARE_DECIMALS = (0, 1, 2)


def is_classification(card: Card) -> bool:
    return card["output"]["kind"] == "classification"


def answer_value(card: Card, prediction: Prediction) -> float:
    """Return the number that the page is about: the probability of the card's focus, or the value."""
    if is_classification(card):
        return prediction["probabilities"][card["output"]["focus"]]
    return prediction["value"]


def answer_column(card: Card) -> str:
    """Return the column of scored files that holds the number that the page is about."""
    return f"probability_{card['output']['focus']}" if is_classification(card) else "value"


def format_answer(card: Card, value: float, tr: Translation) -> str:
    """Write the number large: 56%, or 3,251."""
    if is_classification(card):
        return tr.percent(value, _share_decimals(card, value))
    return tr.number(value, answer_decimals(card, value))


def _share_decimals(card: Card, share: float) -> int:
    """Return how many decimals of per cent tell the truth: never a certainty, never another band than the answer's."""

    def place(value: float) -> tuple[int, bool]:
        return sum(band["low"] <= value for band in card["output"].get("bands", [])), 0 < value < 1

    return next((each for each in _SHARE_DECIMALS if place(round(share, each + 2)) == place(share)), _SHARE_DECIMALS[-1])


def format_answer_with_unit(card: Card, value: float, tr: Translation) -> str:
    unit = card["output"].get("unit", "")
    return f"{format_answer(card, value, tr)}\N{NO-BREAK SPACE}{unit}" if unit else format_answer(card, value, tr)


def answer_decimals(card: Card, value: float) -> int:
    """Return how many decimals an answer is written with: none where answers run into thousands."""
    low, high = card["output"].get("seen") or (value, value)
    return 0 if max(abs(low), abs(high), abs(value)) >= _MANY else 2


def find_band(card: Card, prediction: Prediction) -> Band | None:
    for band in card["output"].get("bands", []):
        if band["value"] == prediction["decision"]:
            return band
    return None


def field_label(field: Field) -> str:
    """Return the words for a field; its name where the card gives none."""
    return field.get("label") or field["name"].replace("_", " ").capitalize()


def describe_difference(card: Card, start: float, now: float, tr: Translation) -> str:
    """Say how far the answer moved: "16 points less", "300 USD more", "unchanged"."""
    moved, _ = _rounded_difference(card, start, now)
    if moved == 0:
        return tr.text("practically unchanged")
    if is_classification(card):
        if moved > 0:
            return tr.count("{n} point more", "{n} points more", int(moved))
        return tr.count("{n} point less", "{n} points less", int(-moved))
    amount = format_answer_with_unit(card, abs(moved), tr)
    return tr.text("{amount} more", amount=amount) if moved > 0 else tr.text("{amount} less", amount=amount)


def format_signed_difference(card: Card, start: float, now: float, tr: Translation) -> str:
    """Write how far the answer moved, as `difference` reckons it: "+16", "−300"."""
    return tr.signed(*_rounded_difference(card, start, now))


def _rounded_difference(card: Card, start: float, now: float) -> tuple[float, int]:
    """Return how far apart two answers are as the audience reckons it, from what it reads of both; and its decimals."""
    if is_classification(card):
        return round(now * 100) - round(start * 100), 0
    places = max(answer_decimals(card, now), answer_decimals(card, start))
    return round(now, places) - round(start, places), places


def format_percentile(usualness: Usualness, tr: Translation) -> str:
    """Write the share of cases than which a case is rarer: never all of them."""
    return tr.percent(min(99, round(usualness["percentile"])) / 100)
