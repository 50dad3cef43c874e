"""The rules that every sentence of an explanation follows."""

import re

from wire.languages import Language

UP: dict[Language, str] = {"en": "Raised most by: ", "pl": "Najmocniej w górę: "}


DOWN: dict[Language, str] = {"en": "Lowered most by: ", "pl": "Najmocniej w dół: "}


AVERAGE: dict[Language, str] = {
    "en": "Close to the average case: no single field stands out.",
    "pl": "Blisko przeciętnego przypadku: żadne pole się nie wyróżnia.",
}


def well_formed(text: str, language: Language) -> None:
    """Check a sentence of any model for the mistakes that a reader would notice."""
    assert len(text) <= 300
    assert text == text.strip()
    assert text.endswith(".")
    assert not re.search(r"\s\s|\.\.|[({]\s*[)}]|\(\s|\s\)|\s[.,:]|[{}_]", text), text
    assert not re.search(r"\b(None|True|False|nan|inf)\b|\d[eE][+-]?\d|-0(?![\d.,])", text), text
    decimal = "." if language == "en" else ","
    for number in re.findall(r"\d[\d.,\u00a0]*\d", text):
        assert len(number.partition(decimal)[2]) <= 4, text
        assert language == "en" or "." not in number, text
    other = UP["pl" if language == "en" else "en"], DOWN["pl" if language == "en" else "en"]
    assert not any(start in text for start in other)
    sides = [UP[language], DOWN[language], AVERAGE[language]]
    assert 1 <= sum(text.count(side) for side in sides) <= 2, text
    assert all(text.count(side) <= 1 for side in sides)
