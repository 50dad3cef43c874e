"""One case with its answer as HTML: with its band, or with what really happened."""

from markupsafe import Markup

from client import Card, Row, Value
from demo.text import answer_html
from demo.text.translation import Translation
from demo.text.wording import describe_answer, format_answer_with_unit, is_classification
from demo.views.case_story import build_row


def build_answered_row(card: Card, row: Row, answer: str, band_value: str | None, *, name: str, tr: Translation) -> Markup:
    """Return a case, or `name` if none of its fields is known, its answer and its band as HTML."""
    band = next((band for band in card["output"].get("bands", []) if band["value"] == band_value), None)
    return Markup('<p class="feed-text">{}</p><p class="feed-answer"><b>{}</b>{}{}</p>').format(
        build_row(card, row, tr) or name,
        answer,
        answer_html.build_counted(card),
        answer_html.build_badge(band) if band else "",
    )


def describe_truth(card: Card, truth: Value, tr: Translation) -> str:
    """Return the true label or the true value as text."""
    if not is_classification(card):
        return format_answer_with_unit(card, float(truth) if isinstance(truth, int | float) else 0.0, tr)
    labels = {each["value"]: each.get("label") or each["value"] for each in card["output"].get("labels", [])}
    return labels.get(str(truth), str(truth))


def build_outcome(card: Card, row: Row, answer: float, truth: Value, tr: Translation) -> Markup:
    """Return the case, the answer of the model and what really happened, as HTML."""
    return Markup('<p class="outcome">{}<br><strong>{}</strong> · {}</p>').format(
        build_row(card, row, tr),
        tr.text("Model: {answer}", answer=describe_answer(card, answer, tr)),
        tr.text("Actually: {truth}", truth=describe_truth(card, truth, tr)),
    )


def find_truth(card: Card, row: Row) -> Value:
    """Return what really happened in a real row of the card; None for any other row, and if it is unknown."""
    truths = zip(card.get("real_rows", []), card.get("real_truths", []), strict=False)
    return next((truth for real_row, truth in truths if real_row == row), None)
