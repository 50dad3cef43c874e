"""What a prediction warns of, as HTML: notes beside the fields of a form, and sentences for pages without a form."""

from markupsafe import Markup

from client import Card, Field, FieldWarning, Prediction
from demo.fields import field_types
from demo.text.markup import build_paragraph, concatenate
from demo.text.translation import Translation
from demo.text.wording import (
    CONTRADICTION,
    FEW_KNOWN_WORDS,
    UNLIKE_TRAINING,
    describe_known_words,
    field_label,
    find_contradictions,
)

_UNUSUAL = {"outside_training_range", "unseen_category"}
"""Codes of warnings about a value that is unusual for the model."""
_EXPIRED, _OTHER_LANGUAGE = "expired", "other_language"


def build_field_notes(card: Card, warnings: list[FieldWarning], tr: Translation) -> dict[str, Markup]:
    """Return field → its notes. Of the fields of a contradiction, the first one of the card has the sentence.

    A page that shows stored values says itself which of them are too old.
    """
    fields = {field["name"]: field for field in card["inputs"]}
    notes: dict[str, list[Markup]] = {}
    for warning in warnings:
        if warning["code"] == CONTRADICTION:
            named = warning.get("fields") or [warning["field"]]
            labels = {name: field_label(field) for name, field in fields.items() if name in named}
            for index, name in enumerate(labels):
                others = ", ".join(label for other, label in labels.items() if other != name)
                reference = build_paragraph("unusual", tr.text("Contradicts: {fields}.", fields=others))
                notes.setdefault(name, []).append(reference if index else _build_contradiction(warning, tr))
        elif warning["field"] in fields and warning["code"] != _EXPIRED:
            sentence = _describe_warning(fields[warning["field"]], warning, tr)
            notes.setdefault(warning["field"], []).append(build_paragraph("unusual", sentence))
    return {name: concatenate(paragraphs) for name, paragraphs in notes.items()}


def build_answer_notes(card: Card, warnings: list[FieldWarning], tr: Translation) -> Markup:
    """Return a line for each warning, for a screen on which the fields lie below the answer; empty without warnings."""
    fields = {field["name"]: field for field in card["inputs"]}
    lines = []
    for warning in warnings:
        if warning["code"] == CONTRADICTION:
            lines.append(f"{tr.text('Contradiction:')} {_sentence(warning, tr)}")
        elif warning["field"] in fields and warning["code"] != _EXPIRED:
            field = fields[warning["field"]]
            text = _describe_warning(field, warning, tr)
            lines.append(f"{field_label(field)}: {text}" if len(fields) > 1 else text)
    paragraphs = concatenate(build_paragraph("answer-note", line) for line in lines)
    return Markup('<div class="answer-notes">{}</div>').format(paragraphs) if lines else Markup()


def build_contradictions(prediction: Prediction, tr: Translation) -> Markup:
    """Return a sentence for each rule that the case breaks; empty if it breaks none."""
    return concatenate(_build_contradiction(warning, tr) for warning in find_contradictions(prediction))


def describe_contradictions(prediction: Prediction, tr: Translation) -> str:
    """Return the rules that the case breaks as text; empty if it breaks none."""
    return " ".join(_sentence(warning, tr) for warning in find_contradictions(prediction))


def _build_contradiction(warning: FieldWarning, tr: Translation) -> Markup:
    """Return the rule as an alert, which a screen reader reads when it appears."""
    return Markup('<p class="unusual" role="alert"><strong>{}</strong> {}</p>').format(
        tr.text("Contradiction:"), _sentence(warning, tr)
    )


def _sentence(warning: FieldWarning, tr: Translation) -> str:
    return warning.get("sentence") or tr.text("These values cannot occur together.")


def _describe_warning(field: Field, warning: FieldWarning, tr: Translation) -> str:
    code = warning["code"]
    if code == FEW_KNOWN_WORDS and warning.get("known_words"):
        return f"{describe_known_words(warning['known_words'], tr)} {tr.text('Do not rely on the answer.')}"
    if code == _OTHER_LANGUAGE and warning.get("language"):
        text = tr.text("This text is probably in {language}.", language=tr.language_name(warning["language"]))
        own = field.get("language")
        return f"{text} {tr.text('The model knows {language} only.', language=tr.language_name(own))}" if own else text
    if code == UNLIKE_TRAINING:
        text = tr.text("This picture is unlike those that the model learned from.")
        return f"{text} {tr.text('Do not rely on the answer.')}"
    if code not in _UNUSUAL:
        return tr.text("The model warns about this value: {code}.", code=code)
    kind = field_types.of(field)
    if not kind.is_ordered or "seen" not in field:
        return tr.text("The model has never seen this: do not rely on the answer.")
    low, high = kind.value_text(field["seen"][0], tr), kind.value_with_unit(field["seen"][1], tr)
    return tr.text("Unusual: the model learned from values between {low} and {high}.", low=low, high=high)
