"""The strongest region of a picture in a sentence: "Most important for “Bag”: the upper middle of the picture."."""

from service.fields.value_wording import localized_text
from service.questions.pictures.picture_patches import Region
from service.schemas import Card, Classification
from wire.languages import Language

_WIDE = 2 / 3
"""A region that takes this share of a side or more lies at neither end of it."""
_WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "label": "Most important for “{label}”: {part}.",
        "value": "Raises the answer most: {part}.",
        "none": "No single part of the picture stands out.",
        "no_others": "There are no other cases to compare this one with.",
    },
    "pl": {
        "label": "Najważniejsze dla odpowiedzi „{label}”: {part}.",
        "value": "Najmocniej w górę: {part}.",
        "none": "Żadna część obrazu się nie wyróżnia.",
        "no_others": "Nie ma innych przypadków, z którymi można by porównać ten.",
    },
}
_PARTS: dict[Language, tuple[tuple[str, ...], ...]] = {
    "en": (
        (
            "the upper left of the picture",
            "the upper middle of the picture",
            "the upper right of the picture",
            "the upper part of the picture",
        ),
        (
            "the left of the picture",
            "the middle of the picture",
            "the right of the picture",
            "the middle of the picture, from left to right",
        ),
        (
            "the lower left of the picture",
            "the lower middle of the picture",
            "the lower right of the picture",
            "the lower part of the picture",
        ),
        (
            "the left part of the picture",
            "the middle of the picture, from top to bottom",
            "the right part of the picture",
            "the whole picture",
        ),
    ),
    "pl": (
        ("góra obrazu po lewej", "góra obrazu pośrodku", "góra obrazu po prawej", "górna część obrazu"),
        ("lewa strona obrazu", "środek obrazu", "prawa strona obrazu", "środek obrazu, od lewej do prawej"),
        ("dół obrazu po lewej", "dół obrazu pośrodku", "dół obrazu po prawej", "dolna część obrazu"),
        ("lewa część obrazu", "środek obrazu, od góry do dołu", "prawa część obrazu", "cały obraz"),
    ),
}
"""From top to bottom (last: the whole height), and from left to right (last: the whole width)."""


def picture_sentence(
    card: Card, label: str | None, region: Region | None, size: tuple[int, int], language: Language, *, is_compared: bool
) -> str:
    """Return the sentence. `size` is width and height. `is_compared` tells whether there are reference rows."""
    words = _WORDS[language]
    if not is_compared:
        return words["no_others"]
    if region is None:
        return words["none"]
    part = _PARTS[language][_third(region[1], region[3], size[1])][_third(region[0], region[2], size[0])]
    return words["value" if label is None else "label"].format(part=part, label=_words_of(card, label, language))


def _third(start: int, length: int, side: int) -> int:
    """Return in which third of a side the middle of a region lies; 3 if the region takes most of the side."""
    return 3 if length >= _WIDE * side else min(2, int(3 * (start + length / 2) / side))


def _words_of(card: Card, value: str | None, language: Language) -> str:
    if not isinstance(card.output, Classification):
        return ""
    label = next((each for each in card.output.labels if each.value == value), None)
    return (localized_text(label.label, language) if label else "") or value or ""
