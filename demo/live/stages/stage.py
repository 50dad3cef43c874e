"""What all phones of one language show of a meeting at one moment: HTML that is made once, and data for the script."""

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from client import AudienceCase, AudienceView, Curve, Refused, ServiceError
from demo.live.stages import case_views, guess_views, phone_feedback, play_views
from demo.live.stages.step_answers import StepAnswer, StepAnswers
from demo.meetings import recordings
from demo.meetings.case_queries import choose_field
from demo.session.cases import complete_row
from demo.text.answer_html import build_band_badge
from demo.text.markup import build_paragraph, concatenate
from demo.text.translation import Translation
from demo.text.wording import format_prediction


@dataclass(frozen=True)
class Stage:
    """The state of a meeting for phones of one language. `is_whole`: nothing is missing for want of the service."""

    html: Markup
    news: str = ""
    """What a screen reader says when the stage appears."""
    feedback: Markup = field(default_factory=Markup)
    shown: dict[str, Any] | None = None
    """The answer that feedback is about."""
    case: str = ""
    phase: str = "waiting"
    is_whole: bool = True

    def to_json(self, *, has_html: bool = True) -> str:
        """Return what the page's script gets. Stages that look the same have the same `id`.

        A document that shows the stage already leaves its HTML out (`has_html`).
        """
        content = {
            "html": self.html,
            "news": self.news,
            "feedback": self.feedback,
            "shown": self.shown,
            "case": self.case,
            "phase": self.phase,
        }
        text = json.dumps(content, ensure_ascii=False, sort_keys=True, default=str)
        digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]
        return json.dumps({"id": digest, **content, "html": self.html if has_html else ""}, ensure_ascii=False, default=str)

    def to_event(self) -> bytes:
        """Return the stage as a server-sent event. Source: the section "Server-sent events" of the HTML standard."""
        return b"event: stage\ndata: " + self.to_json().encode("utf-8", "replace") + b"\n\n"


def build_stage(view: AudienceView, answers: StepAnswers, tr: Translation) -> Stage:
    """Return the stage of a view. Without the service, the parts are missing that need it."""
    if view["state"]["audience"] == "alone" and view["cases"]:
        return _build_choice(view, tr)
    case = view["case"]
    if case is None or view["state"]["phase"] == "waiting":
        return _build_waiting(view, tr)
    try:
        if view["state"]["phase"] == "guess":
            return _build_question(view, case, answers, tr)
        return _build_answered(view, case, answers, tr)
    except Refused:
        return _build_gap(view, case, tr.text("The model cannot answer this case."), is_whole=True)
    except ServiceError:
        notice = tr.text("The model does not answer at the moment. The page shows the answer as soon as it does.")
        return _build_gap(view, case, notice, is_whole=False)


def _build_gap(view: AudienceView, case: AudienceCase, notice: str, *, is_whole: bool) -> Stage:
    html = _build_heading(case["name"], "") + build_paragraph("notice", notice)
    return Stage(html, f"{case['name']}. {notice}", case=case["id"], phase=view["state"]["phase"], is_whole=is_whole)


def _build_heading(name: str, question: str) -> Markup:
    return Markup('<p class="question">{}</p><h1>{}</h1>').format(question, name)


def _build_waiting(view: AudienceView, tr: Translation) -> Stage:
    sentence = tr.text("Please look at the screen in the room. The next case appears here by itself.")
    return Stage(Markup("<h1>{}</h1>").format(view["title"]) + build_paragraph("notice", sentence), sentence)


def _build_choice(view: AudienceView, tr: Translation) -> Stage:
    """Return the cases that a person goes through alone. The page's script asks for the chosen one."""
    sentence = tr.text("Choose a case, change it, and see the answer.")
    html = Markup("<h1>{}</h1>").format(view["title"]) + build_paragraph("notice", sentence)
    return Stage(html + play_views.build_case_list(view["cases"]), sentence, phase="alone")


def _build_question(view: AudienceView, case: AudienceCase, answers: StepAnswers, tr: Translation) -> Stage:
    try:
        card = answers.get_card(case["model"], case["version"], tr.language)
    except ServiceError as error:
        card = _find_recorded(view, case, error, tr).card
    html = [_build_heading(case["name"], card["question"])]
    fields = case_views.build_fields(card, complete_row(card, case["row"]), tr)
    if case["guess"]:
        html += [fields, guess_views.build_guess_form(card, case["id"], tr)]
        news = f"{case['name']}. {tr.text('What is your guess?')}"
    else:
        sentence = tr.text("The answer appears here when it is shown on the screen in the room.")
        html += [fields, build_paragraph("notice", sentence)]
        news = case["name"]
    return Stage(concatenate(html), news, case=case["id"], phase="guess")


def _build_answered(view: AudienceView, case: AudienceCase, answers: StepAnswers, tr: Translation) -> Stage:
    answer = _find_answer(view, case, answers, tr)
    card, guesses = answer.card, view["guesses"]
    html = [_build_heading(case["name"], card["question"]), case_views.build_answer(answer, tr)]
    if case["guess"] and guesses is not None:
        html.append(guess_views.build_guess_results(card, answer.prediction, guesses, tr))
    parts = [_build_part(part, view, answer, answers, tr) for part in _list_parts(view, case)]
    html += [part for part in parts if part is not None]
    if None in parts:
        html.append(build_paragraph("notice", tr.text("More is shown here as soon as the model answers again.")))
    html += [case_views.build_fields(card, answer.row, tr), case_views.build_version(answer, tr)]
    return Stage(
        concatenate(html),
        Markup("{}. {} {}").format(case["name"], format_prediction(card, answer.prediction, tr), _band(answer)).striptags(),
        phone_feedback.build_feedback_form(answer, case["name"], view["reasons"], tr),
        phone_feedback.build_shown_answer(answer, tr.language),
        case["id"],
        "answer",
        is_whole=answer.recorded is None and None not in parts,
    )


def _find_answer(view: AudienceView, case: AudienceCase, answers: StepAnswers, tr: Translation) -> StepAnswer:
    """Return the answer of the model; without the service, the recorded one. Raises ServiceError if there is none."""
    try:
        card = answers.get_card(case["model"], case["version"], tr.language)
        return answers.explain(card, case["row"], tr.language)
    except ServiceError as error:
        return _find_recorded(view, case, error, tr)


def _find_recorded(view: AudienceView, case: AudienceCase, error: ServiceError, tr: Translation) -> StepAnswer:
    """Return the recorded answer to a case. Raises the error because of which it is needed, if there is none."""
    recorded = None if isinstance(error, Refused) else recordings.find(view["meeting"], case, tr.language)
    if recorded is None:
        raise error
    row = complete_row(recorded.card, case["row"])
    return StepAnswer(recorded.card, row, recorded.prediction, recorded.explanation, recorded)


def _band(answer: StepAnswer) -> Markup:
    return build_band_badge(answer.card, answer.prediction)


def _list_parts(view: AudienceView, case: AudienceCase) -> list[str]:
    """Return the parts beside the answer: the one on the presenter's screen first, then those shown before it."""
    current, show = view["state"]["show"], list(case["show"])
    if current not in show:
        return []
    before = show[: show.index(current)]
    return [part for part in [current, *before] if part != "answer"]


def _build_part(part: str, view: AudienceView, answer: StepAnswer, answers: StepAnswers, tr: Translation) -> Markup | None:
    """Return a part, made of recordings if the service does not answer; None if it needs the service."""
    try:
        return _draw_part(part, view, answer, answers, tr)
    except Refused:
        raise
    except ServiceError:
        return None


def _draw_part(part: str, view: AudienceView, answer: StepAnswer, answers: StepAnswers, tr: Translation) -> Markup:
    card, case = answer.card, view["case"]
    if part == "why" and answer.explanation:
        return case_views.build_reasons(card, answer.row, answer.explanation, answer.explanation, tr)
    if part == "what-if" and case is not None:
        curve = _find_curve(view, case, answer, answers, tr)
        return case_views.build_curve(answer, curve, tr) if curve else Markup()
    other = view["compare_case"]
    if part == "compare" and other is not None:
        try:
            other_card = answers.get_card(other["model"], other["version"], tr.language)
            other_answer = answers.predict(other_card, other["row"], tr.language)
        except ServiceError as error:
            other_answer = _find_recorded(view, other, error, tr)
        return case_views.build_comparison(other["name"], other_answer, tr)
    return Markup()


def _find_curve(
    view: AudienceView, case: AudienceCase, answer: StepAnswer, answers: StepAnswers, tr: Translation
) -> Curve | None:
    """Return the curve of a case; without the service, the recorded one. None: no field has one. Raises ServiceError."""
    field = choose_field(answer.card, case)
    if field is None:
        return None
    try:
        return answers.get_curve(answer.card, answer.row, field, tr.language)
    except ServiceError as error:
        recorded = _find_recorded(view, case, error, tr).recorded
        if recorded is None or recorded.version != answer.card["version"] or not recorded.curves:
            raise
        return recorded.curves["curves"][0]
