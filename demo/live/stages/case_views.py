"""A case on a phone as HTML: its fields in short, its answer, its reasons, its curve, and the case beside it."""

from datetime import UTC, datetime

from markupsafe import Markup, escape

from client import Card, Curve, Explanation, Prediction, Row
from demo.fields import field_types
from demo.live.stages.step_answers import StepAnswer
from demo.session.cases import Case
from demo.text import answer_html
from demo.text.markup import build_paragraph, concatenate
from demo.text.translation import Translation
from demo.text.wording import answer_value, field_label, format_prediction, is_classification
from demo.views import case_story, explanation_view, field_notes

_MAX_FIELDS = 5
_MAX_POINTS = 9


def build_fields(card: Card, row: Row, tr: Translation) -> Markup:
    """Return the fields that matter most with their values, and the others behind a title."""
    fields = field_types.get_fields(card)
    names = [name for name in field_types.order_by_importance(card) if name in row]
    pairs = [
        Markup('<div class="{}"><dt>{}</dt><dd>{}</dd></div>').format(
            "long" if fields[name].is_long or fields[name].is_picture else "",
            field_label(fields[name].field),
            fields[name].build_value(row[name], tr),
        )
        for name in names
    ]
    first, rest = concatenate(pairs[:_MAX_FIELDS]), pairs[_MAX_FIELDS:]
    more = (
        Markup('<details class="more-fields"><summary>{}</summary><dl>{}</dl></details>').format(
            tr.count("{n} more field", "{n} more fields", len(rest)), concatenate(rest)
        )
        if rest
        else Markup()
    )
    return Markup('<section class="fields"><dl>{}</dl>{}</section>').format(first, more)


def build_answer(answer: StepAnswer, tr: Translation) -> Markup:
    """Return the answer as the largest text of the page, with its warnings and its interval."""
    card, prediction = answer.card, answer.prediction
    interval = answer_html.describe_interval(card, prediction, tr)
    return concatenate(
        [
            answer_html.build_large_answer(card, prediction, tr),
            field_notes.build_answer_notes(card, prediction["warnings"], tr),
            answer_html.build_most_likely(card, prediction, tr),
            build_paragraph("range", interval) if interval else Markup(),
        ]
    )


def build_reasons(card: Card, row: Row, now: Explanation, start: Explanation, tr: Translation) -> Markup:
    """Return why, and how usual the case is."""
    sentence, is_unusual = explanation_view.describe_usualness(card, now, tr)
    usual = build_paragraph("usual rare" if is_unusual else "usual", sentence) if sentence else Markup()
    return explanation_view.build_explanation(card, row, now, start, tr) + usual


def build_curve(answer: StepAnswer, curve: Curve, tr: Translation) -> Markup:
    """Return the answers along a field as a few bars; that of the case is marked."""
    card = answer.card
    field = next(each for each in card["inputs"] if each["name"] == curve["field"])
    kind, value = field_types.of(field), answer.row[field["name"]]
    points = curve["points"]
    step = max(1, -(-len(points) // _MAX_POINTS))
    chosen = [point for index, point in enumerate(points) if index % step == 0 or point["value"] == value]
    highest = max([abs(answer_value(card, point["prediction"])) for point in chosen] + [1e-12])
    longest = 1.0 if is_classification(card) else highest
    rows = concatenate(
        Markup(
            '<li class="{}"><span class="share-name">{}</span><span class="share-track"><i style="width:{:.1f}%"></i></span>'
            '<span class="share-amount">{}</span></li>'
        ).format(
            "here" if point["value"] == value else "",
            kind.value_with_unit(point["value"], tr),
            abs(answer_value(card, point["prediction"])) / longest * 100,
            format_prediction(card, point["prediction"], tr),
        )
        for point in chosen
    )
    title = tr.text("What if: {field}", field=field_label(field))
    return Markup('<section class="curve"><h2>{}</h2><ul class="shares">{}</ul></section>').format(title, rows)


def build_comparison(name: str, other: StepAnswer, tr: Translation) -> Markup:
    """Return the answer of the case that this one is compared with."""
    return Markup('<section class="beside"><h2>{}</h2>{}</section>').format(
        tr.text("Compared with: {case}", case=name),
        answer_html.build_answer_line(other.card, other.prediction, "", tr),
    )


def build_story(card: Card, case: Case, start: Prediction, now: Prediction, tr: Translation) -> Markup:
    """Return how the answer has changed since the start of a case."""
    before, difference, after = case_story.describe_case(card, case, start, now, tr)
    return Markup('<p class="story">{} <strong>{}</strong>{} {}</p>').format(
        before, difference, "." if difference else "", after
    )


def build_version(answer: StepAnswer, tr: Translation) -> Markup:
    """Return the small line under an answer: which version of the model gave it, and when, if it is a recording."""
    parts = [answer.card["title"], f"{tr.text('version')} {answer.card['version'][:8]}"]
    if answer.recorded:
        parts.insert(0, escape(tr.text("recorded on {at}")).format(at=_build_time(answer.recorded.recorded_at, tr)))
    return build_paragraph("foot", Markup(" · ").join(parts))


def _build_time(moment: str, tr: Translation) -> Markup:
    """Return a moment; the page's script writes it in the time zone of the phone."""
    at = datetime.fromisoformat(moment).astimezone(UTC)
    return Markup('<time datetime="{}">{} UTC</time>').format(at.isoformat(), tr.day_and_time(at))
