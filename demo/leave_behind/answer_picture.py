"""The present answer with its reasons as a picture for a slide: an SVG of 1,600 × 900 pixels that needs nothing else."""

from markupsafe import Markup

from client import Explanation
from demo.drawings import answer_drawing
from demo.drawings.drawing import FONT, build_reason_style, build_style, draw_rectangle, draw_text, estimate_width, wrap_text
from demo.leave_behind.case_part import AnsweredCase
from demo.leave_behind.client_look import ClientLook
from demo.text import wording
from demo.text.markup import concatenate
from demo.text.plain_text import clean_text
from demo.text.translation import Translation
from demo.views import explanation_legend, explanation_view

WIDTH, HEIGHT = 1600, 900
_LEFT, _MIDDLE, _COLUMN = 80, 830, 690
_TOP, _FOOT = 280, 850
_TITLE, _LARGE, _TEXT, _SMALL = 46, 150, 27, 21
_BAR_SIZES = (24, 21, 18, 15)
"""The sizes of letters beside the bars: the largest one counts with which they end above the foot."""
_LEGEND_HEIGHT = 110
_LARGE_LONG, _LONG = 84, 7
_MAX_LINES = 2


def build_picture(case: AnsweredCase, look: ClientLook, tr: Translation, made: str) -> str:
    """Return the picture of an answered case as a file of SVG. Raises ValueError for a case without an answer."""
    if case.explanation is None:
        raise ValueError("The case has no answer.")
    style = concatenate(
        [
            Markup("text{{font-family:{}}}").format(FONT),
            build_style(look.accent),
            build_reason_style(explanation_view.better_direction(case.card), look.accent, "svg"),
        ]
    )
    parts = [
        draw_rectangle(0, 0, WIDTH, HEIGHT, "d-paper"),
        draw_rectangle(0, 0, WIDTH, 12, "d-accent"),
        *_draw_title(case, look),
        *_draw_answer(case, case.explanation, tr),
        *_draw_reasons(case, case.explanation, tr),
        *_draw_foot(case, look, tr, made),
    ]
    template = Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0} {1}" width="{0}" height="{1}" lang="{2}">'
        "<title>{3}</title><style>{4}</style>{5}</svg>\n"
    )
    title = f"{case.name}: {_answer_text(case, case.explanation, tr)}"
    return clean_text(template.format(WIDTH, HEIGHT, tr.language, title, style, concatenate(parts)))


def _draw_title(case: AnsweredCase, look: ClientLook) -> list[Markup]:
    parts = []
    width = WIDTH - 2 * _LEFT
    if look.logo:
        width -= 300
        picture = Markup('<image x="{}" y="50" width="260" height="100" preserveAspectRatio="xMaxYMid meet" href="{}"/>')
        parts.append(picture.format(WIDTH - _LEFT - 260, look.logo))
    lines = wrap_text(case.card["question"], width, _TITLE, 1)
    parts += [draw_text(_LEFT, 100, line, size=_TITLE, bold=True) for line in lines]
    parts += [draw_text(_LEFT, 150, line, size=_TEXT, css_class="d-muted") for line in wrap_text(case.name, width, _TEXT, 1)]
    return parts


def _answer_text(case: AnsweredCase, explanation: Explanation, tr: Translation) -> str:
    if wording.knows_nothing(case.card, explanation["prediction"]):
        return "–"
    return wording.format_prediction(case.card, explanation["prediction"], tr)


def _draw_answer(case: AnsweredCase, explanation: Explanation, tr: Translation) -> list[Markup]:
    card, prediction = case.card, explanation["prediction"]
    answer = _answer_text(case, explanation, tr)
    size = _LARGE if len(answer) <= _LONG else _LARGE_LONG
    lines = wrap_text(answer, _COLUMN, size, _MAX_LINES)
    parts = [draw_text(_LEFT, _TOP + 40 + index * size, line, size=size, bold=True) for index, line in enumerate(lines)]
    y = float(_TOP + 100 + (len(lines) - 1) * size)
    for line in wrap_text(wording.answer_sentence(card), _COLUMN, _TEXT + 5, _MAX_LINES):
        parts.append(draw_text(_LEFT, y, line, size=_TEXT + 5))
        y += _TEXT + 14
    if (band := wording.find_band(card, prediction)) and answer != "–":
        tone = "muted" if wording.is_void(card, prediction) else band["tone"]
        parts += _draw_badge(band.get("label") or band["value"], tone, y)
        y += 90
    if scale := answer_drawing.draw_answer_scale(card, prediction, tr, width=_COLUMN - 50, size=_SMALL):
        parts.append(scale.at(_LEFT, y))
        y += scale.height + 50
    usual, _ = explanation_view.describe_usualness(card, explanation, tr)
    for sentence in (case.story, usual):
        for line in wrap_text(sentence, _COLUMN - 40, _SMALL, _MAX_LINES):
            parts.append(draw_text(_LEFT, y, line, size=_SMALL, css_class="d-muted"))
            y += _SMALL * 1.35
        y += _SMALL * 0.4
    return parts


def _draw_badge(label: str, tone: str, y: float) -> list[Markup]:
    text = next(iter(wrap_text(label, _COLUMN - 60, _TEXT, 1)), "")
    width = estimate_width(text, _TEXT) * 1.25 + 56
    tint = "d-track" if tone == "muted" else f"d-{tone}-tint"
    return [
        draw_rectangle(_LEFT, y - 14, width, 56, tint, radius=10),
        draw_rectangle(_LEFT, y - 14, 10, 56, f"d-{tone}", radius=3),
        draw_text(_LEFT + 28, y + 23, text, size=_TEXT, bold=True),
    ]


def _draw_reasons(case: AnsweredCase, explanation: Explanation, tr: Translation) -> list[Markup]:
    y = float(_TOP - 55)
    parts = [draw_text(_MIDDLE, y, tr.text("Why"), size=_TEXT, css_class="d-muted", bold=True)]
    for line in wrap_text(explanation["sentence"], _COLUMN, _TEXT - 2, _MAX_LINES):
        y += _TEXT * 1.4
        parts.append(draw_text(_MIDDLE, y, line, size=_TEXT - 2))
    drawing = None
    for size in _BAR_SIZES:
        drawing = answer_drawing.draw_explanation(
            case.card, explanation, tr, row=case.row, width=_COLUMN, size=size, start=case.start or explanation
        )
        if drawing is None or y + drawing.height + _LEGEND_HEIGHT < _FOOT:
            break
    if drawing is None:
        return parts
    parts.append(drawing.at(_MIDDLE, y + 20))
    y += drawing.height + 60
    for css_class, words in explanation_legend.describe_directions(case.card, tr, explanation):
        parts.append(draw_rectangle(_MIDDLE, y - 15, 16, 16, f"d-{css_class}"))
        parts += [
            draw_text(_MIDDLE + 26, y, line, size=_SMALL, css_class="d-muted") for line in wrap_text(words, 650, _SMALL, 1)
        ]
        y += _SMALL * 1.4
    return parts


def _draw_foot(case: AnsweredCase, look: ClientLook, tr: Translation, made: str) -> list[Markup]:
    parts = [case.card["title"], f"{tr.text('version')} {case.card['version'][:8]}", made, look.name]
    text = next(iter(wrap_text(" · ".join(part for part in parts if part), WIDTH - 2 * _LEFT, _SMALL, 1)), "")
    return [draw_text(_LEFT, _FOOT, text, size=_SMALL, css_class="d-muted")]
