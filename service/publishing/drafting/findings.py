"""What was noticed in a sample and in a model, and what was done about it."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from service.errors import RefusedModel

_MAX_LISTED = 5
_MAX_CHARACTERS = 40


@dataclass(frozen=True)
class Finding:
    """One thing that the user should know."""

    code: str
    """Such as `identifier`, `constant`, `leak`."""
    column: str
    """The column of the sample; empty if it is about the whole sample or the model."""
    sentence: str
    """In plain English: what it is, and what was done."""


class CannotDraft(RefusedModel):
    """The model or the sample cannot become a card. The message is a sentence with the way out."""


def listed(names: Iterable[str]) -> str:
    """Return up to five names for a sentence: a, b, c …"""
    shortened = [name if len(name) <= _MAX_CHARACTERS else name[: _MAX_CHARACTERS - 1] + "…" for name in names]
    return ", ".join(shortened[:_MAX_LISTED]) + (" …" if len(shortened) > _MAX_LISTED else "")


def nearest(name: str, names: Iterable[str]) -> str:
    """Return the end of a sentence that proposes the name that is most like a wrong one; else that lists some names."""
    known = list(names)
    lower = {each.lower(): each for each in reversed(known)}
    matches = get_close_matches(name.lower(), lower, n=1)
    return f"Did you mean {lower[matches[0]]}?" if matches else f"Known are: {listed(known)}."
