"""A wish: which answer a person wants for a case, and what is to stay as it is; its form in the address line.

What an address says is hostile until it fits the card.

    ?view=goal%3Dapprove%26fixed%3Dcredit_limit        a band of the card
    ?view=most%3D0.25%26label%3Ddefault                numbers of one's own
"""

import math
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, urlencode

from client import Card, Goal
from demo.fields import field_types
from demo.text.wording import is_classification

_MAX_PARTS = 80


@dataclass(frozen=True)
class Wish:
    """Either a band of the card, or numbers of one's own: the chance of a label, or the value, between two ends."""

    band: str = ""
    label: str = ""
    least: float | None = None
    most: float | None = None
    fixed: tuple[str, ...] = ()


def movable(card: Card) -> list[str]:
    """Return the fields that a proposal may touch."""
    fields = field_types.by_name(card).items()
    return [name for name, each in fields if each.can_sweep and each.field.get("changeable", "both") != "no"]


def usual(card: Card) -> Wish:
    """Return what is wished for where nobody said anything: the best band, or else a number in the middle."""
    bands = card["output"].get("bands", [])
    return Wish(band=bands[0]["value"]) if bands else own(card)


def own(card: Card) -> Wish:
    """Return numbers to begin with: at most a third of a chance, or the lower half of the values."""
    if is_classification(card):
        return Wish(label=card["output"]["focus"], most=0.3)
    low, high = card["output"].get("seen") or (0.0, 100.0)
    size = step(card)
    return Wish(most=round((low + high) / 2 / size) * size)


def step(card: Card) -> float:
    """Return by how much a wished value is moved: a round number, about a hundredth of the range."""
    low, high = card["output"].get("seen") or (0.0, 100.0)
    return float(10.0 ** (math.floor(math.log10(high - low)) - 1)) if high > low else 1.0


def with_end(wish: Wish, name: str, end: float | None) -> Wish:
    """Return a wish with another end, `least` or `most`. Where they would cross, the other gives way; one must be left."""
    changed = replace(wish, **{name: end})  # type: ignore[arg-type] # both ends are numbers
    if changed.least is None and changed.most is None:
        return wish
    if changed.least is not None and changed.most is not None and changed.least > changed.most:
        return replace(changed, most=None) if name == "least" else replace(changed, least=None)
    return changed


def labels(card: Card) -> list[str]:
    return [each["value"] for each in card["output"].get("labels", [])]


def goal(card: Card, wish: Wish) -> Goal:
    """Return a wish as the service is asked it."""
    if wish.band:
        return {"decision": wish.band}
    ends = {name: end for name, end in (("min", wish.least), ("max", wish.most)) if end is not None}
    if is_classification(card):
        return {"probability": {"label": wish.label, **ends}}  # type: ignore[typeddict-item] # two names at most
    return {"value": ends}  # type: ignore[typeddict-item]


def write(wish: Wish) -> str:
    """Return what the address says of a wish."""
    parts = [(name, text) for name, text in (("goal", wish.band), ("label", wish.label)) if text]
    parts += [(name, repr(end)) for name, end in (("least", wish.least), ("most", wish.most)) if end is not None]
    return urlencode([*parts, *(("fixed", name) for name in wish.fixed)])


def read(card: Card, text: str) -> Wish:
    """Return the wish of an address; what does not fit the card is as if nobody had said it."""
    try:
        said = parse_qsl(text, max_num_fields=_MAX_PARTS)
    except ValueError:
        said = []
    told = dict(said)
    known = movable(card)
    fixed = tuple(dict.fromkeys(value for name, value in said if name == "fixed" and value in known))
    if told.get("goal") in {band["value"] for band in card["output"].get("bands", [])}:
        return Wish(band=told["goal"], fixed=fixed)
    least, most = _end(card, told.get("least")), _end(card, told.get("most"))
    if (least is None and most is None) or (least is not None and most is not None and least > most):
        found = usual(card)
        return Wish(found.band, found.label, found.least, found.most, fixed)
    label = told.get("label", "") if told.get("label") in labels(card) else own(card).label
    return Wish(label=label, least=least, most=most, fixed=fixed)


def _end(card: Card, text: str | None) -> float | None:
    try:
        end = float(text or "")
    except ValueError:
        return None
    within = math.isfinite(end) and (not is_classification(card) or 0 <= end <= 1)
    return end if within else None
