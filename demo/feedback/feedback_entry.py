"""A draft as the entry that the service stores, and the right answers that a person can choose from."""

from collections.abc import Sequence
from dataclasses import dataclass

from client import Card, Contribution, NewFeedback, Prediction, RightAnswer, Row
from demo.feedback.feedback_draft import Draft
from demo.text.translation import Translation

REASONS = ("Something important is missing", "A value on the form is wrong", "It contradicts my experience")
"""The reasons of a disagreement, as they are stored; the page shows them in the reader's language."""


@dataclass(frozen=True)
class ShownAnswer:
    """An answer as a page shows it. `reasons` are the fields that it names as reasons, the strongest first."""

    card: Card
    row: Row
    prediction: Prediction
    page: str
    reasons: tuple[str, ...] = ()
    version: str = ""
    """The version that answered; empty: that of the card."""


def list_reasons(contributions: Sequence[Contribution]) -> tuple[str, ...]:
    """Return the fields of an explanation, the strongest first."""
    strongest = sorted(contributions, key=lambda each: -abs(each["contribution"]))
    return tuple(each["field"] for each in strongest if each["contribution"])


def list_right_answers(card: Card) -> dict[str, str]:
    """Return what a person can name as the right answer: `decision/…` or `label/…` → what the page calls it."""
    output = card["output"]
    bands = {f"decision/{band['value']}": band.get("label") or band["value"] for band in output.get("bands", [])}
    labels = {f"label/{label['value']}": label.get("label") or label["value"] for label in output.get("labels", [])}
    return bands | {name: label for name, label in labels.items() if label not in bands.values()}


def build_entry(answer: ShownAnswer, draft: Draft, language: str, person: str, meeting: str | None = None) -> NewFeedback:
    """Return the entry of a draft. `language` is that of the page, `person` the id of the visitor, `meeting` an id."""
    shown = {"page": answer.page, "language": language, "prediction": answer.prediction, "reasons": list(answer.reasons)}
    return {
        "model": answer.card["name"],
        "version": answer.version or answer.card["version"],
        "row": dict(answer.row),
        "shown": shown,
        "verdict": draft.verdict or "unsure",
        "right_answer": _right_answer(answer.card, draft),
        "reason": draft.reason if draft.verdict == "disagree" else None,
        "comment": draft.comment.strip() or None,
        "name": draft.name.strip() or None,
        "person": person,
        "meeting": meeting,
    }


def describe_reason(reason: str, tr: Translation) -> str:
    """Return a reason in the reader's language."""
    texts = {
        REASONS[0]: tr.text("Something important is missing"),
        REASONS[1]: tr.text("A value on the form is wrong"),
        REASONS[2]: tr.text("It contradicts my experience"),
    }
    return texts.get(reason, reason)


def _right_answer(card: Card, draft: Draft) -> RightAnswer | None:
    if draft.verdict != "disagree" or draft.right_answer is None:
        return None
    kind, slash, name = draft.right_answer.partition("/")
    if not slash:
        return {"value": float(draft.right_answer)}
    if draft.right_answer not in list_right_answers(card):
        return None
    return {"decision": name} if kind == "decision" else {"label": name}
