"""One case in a document: its answer, its reasons, what is shown with it, and its values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from client import Card, Curve, Explanation, Row
from demo.drawings import answer_drawing
from demo.drawings.drawing import Drawing
from demo.fields import field_types
from demo.leave_behind import guess_part
from demo.text import answer_html, wording
from demo.text.markup import build_paragraph, concatenate
from demo.text.translation import Translation
from demo.views import curve_view, explanation_legend, explanation_view, field_notes

_WIDTH, _HALF, _LETTER = 660, 318, 13
_MAX_TEXT = 4000


@dataclass(frozen=True)
class AnsweredCase:
    """A case and what the model says of it. Without an explanation, the service did not answer and nothing was recorded."""

    name: str
    card: Card
    row: Row
    explanation: Explanation | None
    start: Explanation | None = None
    """The explanation of the row from which the case started, if it was changed."""
    story: str = ""
    """What was changed since the start, and how the answer moved."""
    curve: Curve | None = None
    recorded: str = ""
    """When the answer was recorded, if it is not of the moment of the document."""
    guesses: Mapping[str, Any] | None = None


def build_case(case: AnsweredCase, tr: Translation, *, number: int | None = None) -> Markup:
    """Return the section of a case."""
    card = case.card
    title = Markup('<span class="number">{}</span> {}').format(number, case.name) if number else case.name
    parts = [Markup("<h2>{}</h2>").format(title), _build_origin(case, tr)]
    if case.explanation is None:
        parts.append(build_paragraph("note", tr.text("The model did not answer when this document was made.")))
    else:
        left = _build_answer(case, case.explanation, tr)
        right = _build_reasons(case, case.explanation, tr)
        parts.append(Markup('<div class="columns"><div>{}</div><div>{}</div></div>').format(left, right))
    parts += [_build_curve(case, tr), guess_part.build_guesses(card, case.guesses, case.explanation, tr)]
    parts.append(build_values(card, case.row, tr))
    direction = explanation_view.better_direction(card)
    css_class = {1: "case swapped", -1: "case", 0: "case neutral"}[direction]
    return Markup('<section class="{}">{}</section>').format(css_class, concatenate(parts))


def _build_origin(case: AnsweredCase, tr: Translation) -> Markup:
    parts = [case.card["title"], f"{tr.text('version')} {case.card['version'][:8]}"]
    if case.recorded:
        parts.append(tr.text("recorded on {at}", at=case.recorded))
    return build_paragraph("origin", Markup(" · ").join(Markup("<bdi>{}</bdi>").format(part) for part in parts))


def _build_answer(case: AnsweredCase, explanation: Explanation, tr: Translation) -> Markup:
    card, prediction = case.card, explanation["prediction"]
    knows_nothing = wording.knows_nothing(card, prediction)
    answer = "–" if knows_nothing else wording.format_prediction(card, prediction, tr)
    parts = [Markup('<p class="answer">{}</p>').format(answer)]
    if sentence := wording.answer_sentence(card):
        parts.append(build_paragraph("sentence", sentence))
    if not knows_nothing and (badge := answer_html.build_band_badge(card, prediction)):
        parts.append(Markup("<p>{}</p>").format(badge))
    scale = answer_drawing.draw_answer_scale(card, prediction, tr, width=_HALF, size=_LETTER)
    parts.append(scale.to_svg(tr.text("The answer is {answer}.", answer=answer)) if scale else Markup())
    if interval := prediction.get("interval"):
        sentence = tr.text(
            "{share} of true values lie between {low} and {high}.",
            share=tr.percent(interval["coverage"]),
            low=wording.format_answer(card, interval["low"], tr),
            high=wording.format_answer_with_unit(card, interval["high"], tr),
        )
        parts.append(build_paragraph("note", sentence))
    parts.append(build_paragraph("note", case.story) if case.story else Markup())
    usual, _ = explanation_view.describe_usualness(card, explanation, tr)
    parts.append(build_paragraph("note", usual) if usual else Markup())
    parts.append(field_notes.build_contradictions(prediction, tr))
    return concatenate(parts)


def _build_reasons(case: AnsweredCase, explanation: Explanation, tr: Translation) -> Markup:
    parts = [Markup("<h3>{}</h3>").format(tr.text("Why")), build_paragraph("note", explanation["sentence"])]
    drawing = answer_drawing.draw_explanation(
        case.card, explanation, tr, row=case.row, width=_HALF, size=_LETTER, start=case.start or explanation
    )
    if drawing:
        parts.append(drawing.to_svg(explanation["sentence"]))
        parts.append(explanation_legend.build_legend(case.card, explanation, explanation, tr))
    return concatenate(parts)


def _build_curve(case: AnsweredCase, tr: Translation) -> Markup:
    fields = {field["name"]: field for field in case.card["inputs"]}
    if case.curve is None or case.curve["field"] not in fields:
        return Markup()
    field = fields[case.curve["field"]]
    drawing: Drawing | None = answer_drawing.draw_answer_curve(
        case.card, field, case.curve, case.row, tr, width=_WIDTH, size=_LETTER
    )
    if drawing is None:
        return Markup()
    summary = curve_view.summarize_curve(case.card, field, case.curve, case.row, tr)
    return Markup('<div class="block"><h3>{}</h3>{}{}</div>').format(
        tr.text("What if?"), drawing.to_svg(summary), build_paragraph("note", summary)
    )


def build_values(card: Card, row: Row, tr: Translation) -> Markup:
    """Return the values of a case: long texts as paragraphs, the others as a table of pairs."""
    kinds = {name: kind for name, kind in field_types.get_fields(card).items() if name in row}
    texts = [
        Markup('<div class="block"><h3>{}</h3><p class="text" dir="auto">{}</p></div>').format(
            wording.field_label(kind.field), str(row[name] or "")[:_MAX_TEXT]
        )
        for name, kind in kinds.items()
        if kind.is_long
    ]
    texts += [
        Markup('<div class="block"><h3>{}</h3>{}</div>').format(
            wording.field_label(kind.field), kind.build_large(row[name], tr)
        )
        for name, kind in kinds.items()
        if kind.is_picture
    ]
    pairs = [
        Markup("<td>{}</td><td><b>{}</b></td>").format(wording.field_label(kind.field), kind.value_with_unit(row[name], tr))
        for name, kind in kinds.items()
        if not kind.is_long and not kind.is_picture
    ]
    if pairs:
        half = (len(pairs) + 1) // 2
        second = [*pairs[half:], *[Markup("<td></td><td></td>")] * (half - len(pairs[half:]))]
        lines = concatenate(Markup("<tr>{}{}</tr>").format(*each) for each in zip(pairs[:half], second, strict=True))
        table = Markup('<div class="block"><h3>{}</h3><table class="values">{}</table></div>')
        texts.append(table.format(tr.text("The values of the case"), lines))
    return concatenate(texts)
