"""Numbers and texts as people of a language read them, where a sentence is made in the service."""

from service.schemas import Input, Text
from wire.languages import Language

_POLISH_DIGITS = str.maketrans({",": "\u00a0", ".": ","})
_LONGEST = 40
_LARGE = 1e9
"""From here on the decimals are left out, and no power of ten is put in."""
NOT_KNOWN: dict[Language, str] = {"en": "not known", "pl": "nieznane"}
EMPTY: dict[Language, str] = {"en": "empty", "pl": "puste"}


def number(value: float, language: Language, shown_as: str = "number") -> str:
    """Return a number as people of that language write it."""
    percent = shown_as == "percent"
    shown = (round(value * 100, 6) if percent else value) + 0.0  # no −0
    text = f"{shown:,.{'10g' if abs(shown) < _LARGE else '0f'}}" + ("%" if percent else "")
    return text.translate(_POLISH_DIGITS) if language == "pl" else text


def say(text: Text, language: Language) -> str:
    """Return a text in one language, or in the first that it has."""
    return text if isinstance(text, str) else text.get(language) or next(iter(text.values()), "")


def shortened(text: str) -> str:
    """Return a text that people typed, fit for a place inside a sentence: on one line, and not long."""
    flat = " ".join(text.split())
    return flat if len(flat) <= _LONGEST else flat[: _LONGEST - 1] + "…"


def label_of(field: Input, language: Language) -> str:
    """Return the words for a field; its name where the card gives none."""
    return say(field.label, language) or field.name.replace("_", " ").capitalize()
