"""Describes what was changed in a case and how the answer has changed."""

from markupsafe import Markup

from client import Card, Prediction, Row
from demo.fields import field_types
from demo.session.cases import Case
from demo.session.entity_lookup import EntityLookup, changes_since_prediction
from demo.text.markup import build_typed, concatenate
from demo.text.translation import Translation
from demo.text.wording import compare_predictions, field_label, format_prediction, names_label

_NAMED_CHANGES = 3
_MAX_NAMED_FIELDS = 3
_MAX_LETTERS = 140


def describe_row(card: Card, row: Row, tr: Translation) -> str:
    """Return the text of a case, or its first fields with their values."""
    fields = field_types.get_fields(card)
    texts = [name for name, field in fields.items() if field.is_long and name in row]
    if texts:
        return str(row[texts[0]])
    known = [name for name in field_types.order_by_importance(card) if name in row]
    known = ([name for name in known if not fields[name].is_array] or known)[:_MAX_NAMED_FIELDS]
    return " · ".join(f"{field_label(fields[name].field)} {fields[name].value_with_unit(row[name], tr)}" for name in known)


def build_row(card: Card, row: Row, tr: Translation) -> str:
    """Return a case for HTML: thumbnails of its pictures as Markup, and its text if it has other fields."""
    fields = field_types.get_fields(card)
    shown = [fields[name].build_value(row[name], tr) for name in row if name in fields and fields[name].is_picture]
    pictures = [each if isinstance(each, Markup) else build_typed(each) for each in shown]
    has_others = any(name in row and not fields[name].is_array for name in fields)
    text = describe_row(card, row, tr) if has_others or not pictures else ""
    return Markup("{} {}").format(concatenate(pictures), build_typed(text, _MAX_LETTERS)) if pictures else text


def describe_changes(card: Card, case: Case, tr: Translation) -> str:
    """Return the changed fields: "Months late now 2 → 1, Credit limit 50,000 → 80,000 and 2 more"."""
    fields = {field["name"]: field for field in card["inputs"]}
    names = case.changed()
    listed = []
    for name in names[:_NAMED_CHANGES]:
        field, kind = fields[name], field_types.of(fields[name])
        if kind.is_long or kind.is_array:
            listed.append(field_label(field))
            continue
        before, after = kind.value_text(case.start_row[name], tr), kind.value_with_unit(case.row[name], tr)
        listed.append(f"{field_label(field)} {before}\N{NO-BREAK SPACE}→\N{NO-BREAK SPACE}{after}")
    text = ", ".join(listed)
    rest = len(names) - _NAMED_CHANGES
    return text + " " + tr.count("and {n} more", "and {n} more", rest) if rest > 0 else text


def describe_case(card: Card, case: Case, start: Prediction, now: Prediction, tr: Translation) -> tuple[str, str, str]:
    """Return the sentence under the answer in three parts; the middle one is emphasized."""
    if not case.changed():
        if _has_arrays_only(card):
            sentence = tr.text("Starting point. Take a photo, or choose another picture.")
            return sentence if field_types.list_pictures(card) else _describe_vectors(tr), "", ""
        return tr.text("Starting point. Change a field and see how the answer changes."), "", ""
    introduction = tr.text("Started at {start}, now", start=_quote_label(card, start, tr))
    difference = compare_predictions(card, start, now, tr)
    return introduction, difference, tr.text("You changed {changes}.", changes=describe_changes(card, case, tr))


def _quote_label(card: Card, prediction: Prediction, tr: Translation) -> str:
    """Return the answer of a prediction as text; a label stands in quotation marks."""
    text = format_prediction(card, prediction, tr)
    return tr.text("“{label}”", label=text) if names_label(card) else text


def describe_stored_case(
    card: Card, lookup: EntityLookup, stored: Prediction, now: Prediction | None, tr: Translation
) -> list[str]:
    """Return sentences: the difference of the answers, the stored fields renewed since, and the visitor's changes."""
    sentences: list[str] = []
    if now:
        difference = compare_predictions(card, stored, now, tr)
        sentences.append(Markup("{} <strong>{}</strong>.").format(tr.text("Compared with the stored answer:"), difference))
    renewed = changes_since_prediction(lookup)
    if renewed.changed():
        changes = describe_changes(card, renewed, tr)
        sentences.append(tr.text("Updated since that answer: {changes}.", changes=changes))
    if lookup.case.changed():
        sentences.append(tr.text("You changed {changes}.", changes=describe_changes(card, lookup.case, tr)))
    elif not now:
        sentences.append(tr.text("Change a field to see today's answer beside it."))
    return sentences


def describe_feature_age(card: Card, lookup: EntityLookup, tr: Translation) -> str:
    """Return when the stored features of a look-up were computed, from when their data are, and what is not stored."""
    features = lookup.entity["stored_features"]
    if not features:
        return tr.text("The values are those of the stored answer.")
    age = tr.time_ago(lookup.age_seconds(features["age_seconds"]))
    if features["expired"]:
        return tr.text("These values were stored {age}: too old to rely on.", age=age)
    sentence = tr.text("These values were stored {age}.", age=age)
    as_of = features.get("as_of")
    if as_of:
        sentence += f" {tr.text('The newest data are from {date}.', date=tr.date(as_of))}"
    if lookup.fresh:
        names = ", ".join(field.get("label") or field["name"] for field in card["inputs"] if field["name"] in lookup.fresh)
        sentence += f" {tr.text('Set for today (usual values to begin with): {fields}.', fields=names)}"
    return sentence


def _has_arrays_only(card: Card) -> bool:
    return all(kind.is_array for kind in field_types.get_fields(card).values())


def _describe_vectors(tr: Translation) -> str:
    return tr.text("This model uses only numbers that another model computed. Choose another example.")


def describe_nothing_to_vary(card: Card, tr: Translation) -> str:
    """Return why the page What if shows nothing for a model, and what to do instead."""
    if field_types.list_pictures(card):
        return tr.text("This model uses only a picture, so there is no value to vary. On Try, choose another picture.")
    if _has_arrays_only(card):
        return _describe_vectors(tr)
    return tr.text(
        "This model uses only a text, so there is no value to vary. On Try, change the words and see their colours."
    )


def describe_nothing_to_change(card: Card, tr: Translation) -> str:
    """Return why the page What to change shows nothing for a model, and what to do instead."""
    if field_types.list_pictures(card):
        return tr.text(
            "This model uses only a picture, so there is nothing to change step by step. On Try, choose another picture."
        )
    if _has_arrays_only(card):
        return _describe_vectors(tr)
    return tr.text("This model uses only a text, so there is nothing to change step by step. On Try, use other words.")
