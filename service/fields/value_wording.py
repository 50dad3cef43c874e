"""Format numbers and texts in a language, for sentences that the service writes."""

from service.schemas import Input, Text
from wire.column_names import name_as_words
from wire.languages import Language

_POLISH_DIGITS = str.maketrans({",": "\u00a0", ".": ","})
_MAX_CHARACTERS = 40
_LARGE = 1e9
"""Numbers from here on are written in full and without decimals."""
NOT_KNOWN: dict[Language, str] = {"en": "not known", "pl": "nieznane"}
EMPTY: dict[Language, str] = {"en": "empty", "pl": "puste"}


def number(value: float, language: Language, shown_as: str = "number") -> str:
    """Return a number in the notation of a language."""
    percent = shown_as == "percent"
    scaled = (round(value * 100, 6) if percent else value) + 0.0  # no −0
    text = f"{scaled:,.{'10g' if abs(scaled) < _LARGE else '0f'}}" + ("%" if percent else "")
    return text.translate(_POLISH_DIGITS) if language == "pl" else text


def localized_text(text: Text, language: Language) -> str:
    """Return a text in a language, or else in its first language."""
    return text if isinstance(text, str) else text.get(language) or next(iter(text.values()), "")


def shorten(text: str) -> str:
    """Return a text on one line and with at most 40 characters, for use inside a sentence."""
    line = " ".join(text.split())
    return line if len(line) <= _MAX_CHARACTERS else line[: _MAX_CHARACTERS - 1] + "…"


def field_label(field: Input, language: Language) -> str:
    """Return the label of a field, or else its name as words."""
    return localized_text(field.label, language) or name_as_words(field.name)
