"""The goal on the page What to change: a decision or a range of the answer, the fixed fields, and its form in the URL.

?view=goal%3Dapprove%26fixed%3Dcredit_limit        a band of the card
?view=most%3D0.25%26label%3Ddefault                a range
"""

import math
from dataclasses import dataclass, replace

from client import Card, Goal
from demo.address.pairs import decode_number, decode_pairs, encode_number, encode_pairs
from demo.fields import field_types
from demo.text.wording import is_classification, only_names_labels

_DEFAULT_PROBABILITY = 0.3
_NAMED = 0.5
"""A label that the model names has the probability 1, another one 0: this is between them."""


@dataclass(frozen=True)
class GoalChoice:
    """Either a band of the card, or a range of the probability of a label or of the value; one end may be open."""

    band: str = ""
    label: str = ""
    minimum: float | None = None
    maximum: float | None = None
    fixed: tuple[str, ...] = ()


def changeable_fields(card: Card) -> list[str]:
    """Return the fields that a recommendation may change."""
    fields = field_types.get_fields(card).items()
    return [name for name, kind in fields if kind.can_sweep and kind.field.get("changeable", "both") != "no"]


def default_goal(card: Card, answer: float | None = None) -> GoalChoice:
    """Return the default goal: the first band, else a range in which the present answer, if it is known, does not lie."""
    bands = card["output"].get("bands", [])
    return GoalChoice(band=bands[0]["value"]) if bands else default_range(card, answer)


def default_range(card: Card, answer: float | None = None) -> GoalChoice:
    """Return a range of the answer; without probabilities, a label.

    It is a probability up to 0.3, or the lower half of the values; what lies there already should leave it.
    """
    if only_names_labels(card):
        focus = card["output"]["focus"]
        others = [label for label in get_labels(card) if label != focus]
        return GoalChoice(label=others[0] if answer == 1 else focus, minimum=_NAMED)
    if is_classification(card):
        end, label = _DEFAULT_PROBABILITY, card["output"]["focus"]
    else:
        low, high = card["output"].get("seen") or (0.0, 100.0)
        step, label = range_step(card), ""
        end = round((low + high) / 2 / step) * step
    if answer is None or answer > end:
        return GoalChoice(label=label, maximum=end)
    return GoalChoice(label=label, minimum=end)


def range_step(card: Card) -> float:
    """Return the step of a range's ends: a power of ten, about a hundredth of the range of values."""
    low, high = card["output"].get("seen") or (0.0, 100.0)
    return float(10.0 ** (math.floor(math.log10(high - low)) - 1)) if high > low else 1.0


def replace_end(choice: GoalChoice, name: str, end: float | None) -> GoalChoice:
    """Return a choice with another `minimum` or `maximum`.

    If the ends would cross, the other end opens. If both would be open, the choice stays.
    """
    changed = replace(choice, **{name: end})  # type: ignore[arg-type] # both ends are numbers
    if changed.minimum is None and changed.maximum is None:
        return choice
    if changed.minimum is not None and changed.maximum is not None and changed.minimum > changed.maximum:
        return replace(changed, maximum=None) if name == "minimum" else replace(changed, minimum=None)
    return changed


def get_labels(card: Card) -> list[str]:
    """Return the labels of a classification, in the card's order."""
    return [label["value"] for label in card["output"].get("labels", [])]


def to_goal(card: Card, choice: GoalChoice) -> Goal:
    """Return the goal of a choice in the form of a request."""
    if choice.band:
        return {"decision": choice.band}
    ends = {name: end for name, end in (("min", choice.minimum), ("max", choice.maximum)) if end is not None}
    if is_classification(card):
        return {"probability": {"label": choice.label, **ends}}  # type: ignore[typeddict-item] # two names at most
    return {"value": ends}  # type: ignore[typeddict-item]


def encode_goal(choice: GoalChoice) -> str:
    """Return a choice as text for the URL."""
    pairs = [(name, text) for name, text in (("goal", choice.band), ("label", choice.label)) if text]
    ends = (("least", choice.minimum), ("most", choice.maximum))
    pairs += [(name, encode_number(end)) for name, end in ends if end is not None]
    return encode_pairs([*pairs, *(("fixed", name) for name in choice.fixed)])


def decode_goal(card: Card, text: str) -> GoalChoice:
    """Return the choice of a text from the URL. Parts that do not fit the card get their default."""
    pairs = [(name, value) for name, value in decode_pairs(text) if value]
    settings = dict(pairs)
    changeable = changeable_fields(card)
    fixed = tuple(dict.fromkeys(value for name, value in pairs if name == "fixed" and value in changeable))
    if settings.get("goal") in {band["value"] for band in card["output"].get("bands", [])}:
        return GoalChoice(band=settings["goal"], fixed=fixed)
    ends = (0.0, 1.0) if is_classification(card) else (-math.inf, math.inf)
    minimum, maximum = (decode_number(settings.get(name), *ends) for name in ("least", "most"))
    if (minimum is None and maximum is None) or (minimum is not None and maximum is not None and minimum > maximum):
        return replace(default_goal(card), fixed=fixed)
    label = settings.get("label", "") if settings.get("label") in get_labels(card) else default_range(card).label
    return GoalChoice(label=label, minimum=minimum, maximum=maximum, fixed=fixed)
