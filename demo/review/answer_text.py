"""Answers in feedback as text: what the model said, and what is right in a person's eyes; also of a version that is gone."""

from typing import Any, cast

from markupsafe import Markup

from client import Card, Prediction, RightAnswer, Row, StoredFeedback
from demo.text import answer_html, wording
from demo.text.markup import build_typed
from demo.text.picture_html import build_picture, is_picture
from demo.text.translation import Translation
from demo.views.case_story import build_row

_MAX_RAW, _MAX_CELL = 80, 40
_MAX_RAW_FIELDS = 3


def find_prediction(entry: StoredFeedback) -> dict[str, Any] | None:
    """Return the answer that the person saw; without one, what the service answered when the feedback came."""
    shown = entry["shown"].get("prediction")
    return shown if isinstance(shown, dict) else entry["prediction"]


def build_answer(card: Card | None, prediction: Any, tr: Translation) -> Markup:
    """Return an answer with its decision as HTML. An answer that does not fit the card is shown as it is stored."""
    if not isinstance(prediction, dict):
        return Markup("–")
    if card is None:
        return _build_raw(prediction)
    try:
        answer = cast(Prediction, {"decision": None, "warnings": []} | prediction)
        text = wording.format_prediction(card, answer, tr)
        return Markup("{} {}").format(text, answer_html.build_band_badge(card, answer))
    except (KeyError, TypeError, ValueError, AttributeError):
        return _build_raw(prediction)


def describe_named_answer(card: Card | None, right: RightAnswer | None, tr: Translation) -> str:
    """Return an answer as people name it, in the words of the card; empty for none."""
    if right is None:
        return ""
    if "value" in right:
        if card is None or wording.is_classification(card):
            return tr.short_number(right["value"])
        return wording.format_answer_with_unit(card, right["value"], tr)
    bands = card["output"].get("bands", []) if card else []
    words = {band["value"]: band.get("label") or band["value"] for band in bands}
    if "decision" in right:
        return words.get(right["decision"], right["decision"])
    return (wording.label_texts(card) if card else {}).get(right.get("label", ""), right.get("label", ""))


def build_case(card: Card | None, row: Row, tr: Translation) -> str:
    """Return the first fields of a case with their values for HTML; as Markup where it has tags."""
    if card is not None and (text := build_row(card, row, tr)):
        return text
    parts = [
        Markup("{} {}").format(
            build_typed(name, _MAX_CELL), value if isinstance(value, Markup) else build_typed(value, _MAX_CELL)
        )
        for name, value in ((name, build_raw_value(name, value)) for name, value in list(row.items())[:_MAX_RAW_FIELDS])
    ]
    return Markup(" · ").join(parts)


def build_raw_value(name: str, value: Any) -> str:
    """Return a value of a field that no card describes for HTML: a picture as Markup, never the text of its bytes."""
    if is_picture(value):
        return build_picture(value, "thumbnail", name)
    return f"[{len(value)}]" if isinstance(value, list) else str(value)


def _build_raw(prediction: dict[str, Any]) -> Markup:
    parts = [prediction.get(name) for name in ("decision", "label", "value")]
    return Markup("{}").format(" · ".join(str(part)[:_MAX_RAW] for part in parts if part is not None) or "–")
