"""An explanation in one sentence: what raises the answer most, and what lowers it most.

Labels follow a colon unchanged, because Polish would inflect them inside a sentence.
"""

from service.fields.arrays.array_type import ArrayType
from service.fields.lookup import number_fields, type_of
from service.fields.value_wording import field_label, localized_text, shorten
from service.schemas import Card, Classification, Contribution
from wire.languages import Language

_MAX_NAMED = 2
_MATTERS = 0.25
"""A field is named if its contribution is at least this share of the strongest one."""
_LITTLE = 0.01
_PUNCTUATION = ".,;:!?…\"'()[]«»“”„’"
_WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "up": "Raised most by: {names}",
        "down": "Lowered most by: {names}",
        "for": "For “{label}”: {names}",
        "against": "Against “{label}”: {names}",
        "average": "Close to the average case: no single field stands out",
        "no_words": "There is nothing to weigh: the text is empty",
        "no_others": "There are no other cases to compare this one with",
    },
    "pl": {
        "up": "Najmocniej w górę: {names}",
        "down": "Najmocniej w dół: {names}",
        "for": "Za odpowiedzią „{label}”: {names}",
        "against": "Przeciw odpowiedzi „{label}”: {names}",
        "average": "Blisko przeciętnego przypadku: żadne pole się nie wyróżnia",
        "no_words": "Nie ma czego ważyć: tekst jest pusty",
        "no_others": "Nie ma innych przypadków, z którymi można by porównać ten",
    },
}


def sentence(card: Card, contributions: list[Contribution], base: float, output: float, language: Language) -> str:
    """Return the strongest contributions of each direction in words, the stronger direction first."""
    words = _WORDS[language]
    if not contributions:
        return words["no_words" if not number_fields(card) else "no_others"] + "."
    strongest = max(abs(each.contribution) for each in contributions)
    scale = 1.0 if isinstance(card.output, Classification) else max(abs(base), abs(output))
    if strongest <= _LITTLE * scale:
        return words["average"] + "."
    parts = []
    up, down, label = _sides(card, language)
    for side, sign in ((up, 1), (down, -1)):
        pulls = [each for each in contributions if each.contribution * sign >= _MATTERS * strongest]
        pulls.sort(key=lambda each: -abs(each.contribution))
        if pulls:
            names = ", ".join(dict.fromkeys(_name(card, each, language) for each in pulls[:_MAX_NAMED]))
            parts.append((pulls[0].contribution * sign, words[side].format(names=names, label=label)))
    return ". ".join(text for _, text in sorted(parts, reverse=True)) + "."


def _sides(card: Card, language: Language) -> tuple[str, str, str]:
    """Return the words for both directions, and the label of which they speak if the model names only labels."""
    output = card.output
    if not isinstance(output, Classification) or output.scores == "probabilities":
        return "up", "down", ""
    focus = next(label for label in output.labels if label.value == output.focus)
    return "for", "against", localized_text(focus.label, language) or focus.value


def _name(card: Card, contribution: Contribution, language: Language) -> str:
    if contribution.span is not None:
        word = shorten(str(contribution.value).strip(_PUNCTUATION)) or shorten(str(contribution.value))
        return f"“{word}”" if language == "en" else f"„{word}”"
    field = next(field for field in card.inputs if field.name == contribution.field)
    kind, label = type_of(field), field_label(field, language)
    return label if isinstance(kind, ArrayType) else f"{label} ({kind.text(contribution.value, language)})"
