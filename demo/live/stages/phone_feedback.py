"""Feedback from a phone: the form, and its message as an entry for the service."""

from typing import Any, cast

from markupsafe import Markup

from client import NewFeedback, RightAnswer
from demo.feedback.feedback_entry import REASONS, describe_reason, list_reasons, list_right_answers
from demo.live.stages.step_answers import StepAnswer
from demo.text.markup import concatenate
from demo.text.number_text import parse_number
from demo.text.translation import Translation

MAX_COMMENT, MAX_NAME = 2000, 100
_VERDICTS = ("agree", "disagree", "unsure")
_ENTRY_KEYS = ("model", "version", "row", "shown")
PAGE = "live"


class InvalidMessage(ValueError):
    """What a phone sent cannot be an entry. The message is a sentence in the reader's language."""


def build_shown_answer(answer: StepAnswer, language: str) -> dict[str, Any]:
    """Return what an entry says of the answer on the phone. The phone keeps it with a draft, also without the demo."""
    reasons = list_reasons(answer.explanation["contributions"]) if answer.explanation else ()
    shown = {"page": PAGE, "language": language, "prediction": answer.prediction, "reasons": list(reasons)}
    return {"model": answer.card["name"], "version": answer.card["version"], "row": answer.row, "shown": shown}


def build_feedback_form(answer: StepAnswer, case: str, reasons: list[str], tr: Translation) -> Markup:
    """Return the form about an answer. `reasons` are those of the meeting; empty: the usual ones."""
    verdicts = {"agree": tr.text("Yes"), "disagree": tr.text("No"), "unsure": tr.text("Not sure")}
    buttons = concatenate(
        Markup('<button type="button" data-verdict="{}" aria-pressed="false">{}</button>').format(verdict, text)
        for verdict, text in verdicts.items()
    )
    return Markup(
        '<form id="feedback"><h2>{question}</h2><p class="about" hidden>{about}</p><div class="verdicts">{buttons}</div>'
        '<div class="more" hidden><div class="if-disagree">{right}{reasons}</div>'
        '<label>{comment}<textarea name="comment" rows="2" maxlength="{max_comment}"></textarea></label>'
        '<label>{name}<input name="name" maxlength="{max_name}" autocomplete="name"></label>'
        '<div class="send"><button class="main">{send}</button><button type="button" class="quiet" data-discard>{discard}'
        '</button></div></div><p class="state" role="status"></p></form>'
    ).format(
        question=tr.text("Do you agree with this answer?"),
        about=tr.text("About: {case}", case=case),
        buttons=buttons,
        right=_build_right_answer(answer, tr),
        reasons=_build_reasons(reasons or list(REASONS), tr),
        comment=tr.text("In your words, if you like"),
        name=tr.text("Your name, if you like"),
        max_comment=MAX_COMMENT,
        max_name=MAX_NAME,
        send=tr.text("Send"),
        discard=tr.text("Discard"),
    )


def _build_right_answer(answer: StepAnswer, tr: Translation) -> Markup:
    unit = answer.card["output"].get("unit", "")
    label = tr.text("What would be right?") + (f" ({unit})" if unit else "")
    options = list_right_answers(answer.card)
    if not options:
        return Markup('<label>{}<input name="right" inputmode="decimal" maxlength="40" autocomplete="off"></label>').format(
            label
        )
    choices = concatenate(Markup('<option value="{}">{}</option>').format(name, text) for name, text in options.items())
    return Markup('<label>{}<select name="right"><option value="">{}</option>{}</select></label>').format(
        label, tr.text("Choose, or leave open"), choices
    )


def _build_reasons(reasons: list[str], tr: Translation) -> Markup:
    chips = concatenate(
        Markup('<label class="chip"><input type="radio" name="reason" value="{}"><span>{}</span></label>').format(
            reason, describe_reason(reason, tr)
        )
        for reason in reasons
    )
    return Markup('<fieldset><legend>{}</legend><div class="chips">{}</div></fieldset>').format(tr.text("Why not?"), chips)


def read_feedback(message: dict[str, Any], person: str, meeting: str, tr: Translation) -> NewFeedback:
    """Return the entry of a phone's message. The service judges its row and its texts. Raises InvalidMessage."""
    shown, verdict = message.get("shown"), message.get("verdict")
    if verdict not in _VERDICTS or not isinstance(shown, dict) or any(name not in shown for name in _ENTRY_KEYS):
        raise InvalidMessage(tr.text("This could not be stored. Please check what you wrote."))
    is_disagreement = verdict == "disagree"
    entry = {
        **{name: shown[name] for name in _ENTRY_KEYS},
        "verdict": verdict,
        "right_answer": _read_right_answer(_text(message, "right", MAX_NAME), tr) if is_disagreement else None,
        "reason": (_text(message, "reason", MAX_COMMENT) or None) if is_disagreement else None,
        "comment": _text(message, "comment", MAX_COMMENT) or None,
        "name": _text(message, "name", MAX_NAME) or None,
        "person": person,
        "meeting": meeting,
    }
    return cast(NewFeedback, entry)


def _text(message: dict[str, Any], name: str, max_length: int) -> str:
    value = message.get(name)
    return value.strip()[:max_length] if isinstance(value, str) else ""


def _read_right_answer(text: str, tr: Translation) -> RightAnswer | None:
    if not text:
        return None
    kind, slash, name = text.partition("/")
    if slash and kind in {"decision", "label"}:
        return {"decision": name} if kind == "decision" else {"label": name}
    try:
        return {"value": float(parse_number(text, tr))}
    except ValueError:
        raise InvalidMessage(tr.text("“{entry}” is not a number.", entry=text)) from None
