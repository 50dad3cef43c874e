"""Numbers and texts as people of a language read them, where a sentence is made in the service.

Knows: languages, inputs. Must not know: models, HTTP.
"""

from service.schemas import Input, Language, Text, Value

_POLISH_DIGITS = str.maketrans({",": "\u00a0", ".": ","})
_LONGEST = 40
_WORDS: dict[Language, dict[Value, str]] = {
    "en": {True: "yes", False: "no", None: "not known"},
    "pl": {True: "tak", False: "nie", None: "nieznane"},
}


def number(value: float, language: Language, shown_as: str = "number") -> str:
    """Return a number as people of that language write it."""
    percent = shown_as == "percent"
    text = f"{round(value * 100, 6) if percent else value:,.10g}" + ("%" if percent else "")
    return text.translate(_POLISH_DIGITS) if language == "pl" else text


def say(text: Text, language: Language) -> str:
    """Return a text in one language, or in the first that it has."""
    return text if isinstance(text, str) else text.get(language) or next(iter(text.values()), "")


def value_text(field: Input, value: Value, language: Language) -> str:
    """Return a field's value with its unit, as people read it: 62%, 50,000 NT$, very good, yes."""
    if value is None or isinstance(value, bool):
        return _WORDS[language][value]
    if isinstance(value, str):
        label = next((say(each.label, language) for each in field.categories if each.value == value), "") or value
        return label if len(label) <= _LONGEST else label[: _LONGEST - 1] + "…"
    text = number(round(float(value), 4), language, field.shown_as)
    unit = say(field.unit, language)
    return f"{text}\N{NO-BREAK SPACE}{unit}" if unit else text


def label_of(field: Input, language: Language) -> str:
    """Return the words for a field; its name where the card gives none."""
    return say(field.label, language) or field.name.replace("_", " ").capitalize()
