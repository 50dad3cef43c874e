"""By how much the answer of a link has changed since another version of the model gave it."""

from client import Card, Prediction, ServiceError
from demo.address.answer_value import decode_answer
from demo.session import service_queries
from demo.session.cases import Case, complete_row
from demo.text import wording
from demo.text.translation import Translation
from demo.views.comparable_models import are_comparable


def describe_change(card: Card, case: Case, tr: Translation) -> str:
    """Return a sentence with both answers; empty if the visitor changed the case, or the answer before is not known.

    The version of the link answers, if it is still served: a link is made by anybody, and could say anything. Else the
    answer in the link counts.
    """
    if case.changed():
        return ""
    explanations = service_queries.explain(card, [case.row])
    if explanations is None:
        return ""
    now = explanations[0]["prediction"]
    earlier = _ask_version(card, case)
    if earlier is not None:
        before, difference = (
            wording.format_prediction(card, earlier, tr),
            wording.compare_predictions(card, earlier, now, tr),
        )
    else:
        linked = decode_answer(card, case.linked_answer)
        if linked is None:
            return ""
        before, difference = _compare_with_link(card, linked, now, tr)
    words = {"before": before, "now": wording.format_prediction(card, now, tr)}
    if wording.names_label(card):
        return tr.text("The answer was {before}; today it is {now}.", **words)
    return tr.text("The answer was {before}; today it is {now}: {difference}.", **words, difference=difference)


def _ask_version(card: Card, case: Case) -> Prediction | None:
    """Return the answer of the version in the link; None if it is not served, or has other fields."""
    served = (model for model in service_queries.get_models() if model["name"] == card["name"])
    versions = [version for model in served for version in model["versions"] if version.startswith(case.version)]
    if len(versions) != 1:
        return None
    try:
        other = service_queries.get_card(card["name"], versions[0])
    except ServiceError:
        return None
    if not are_comparable(card, other):
        return None
    explanations = service_queries.explain(other, [complete_row(other, case.row)])
    return explanations[0]["prediction"] if explanations else None


def _compare_with_link(card: Card, linked: float | str, now: Prediction, tr: Translation) -> tuple[str, str]:
    if isinstance(linked, str):
        return wording.label_texts(card)[linked], ""
    answer = wording.answer_value(card, now)
    return wording.format_answer_with_unit(card, linked, tr), wording.describe_difference(card, linked, answer, tr)
