"""Builds the HTML of an answer: the large one on the page Try, a line on other pages, the badge of a band."""

from markupsafe import Markup

from client import Band, Card, Prediction, Usualness
from demo.text.markup import build_paragraph, concatenate
from demo.text.translation import Translation
from demo.text.wording import (
    FEW_KNOWN_WORDS,
    UNLIKE_TRAINING,
    answer_sentence,
    answer_value,
    find_band,
    find_contradictions,
    format_answer,
    format_answer_with_unit,
    format_percentile,
    format_prediction,
    has_probabilities,
    is_void,
    knows_nothing,
    label_texts,
    names_label,
)

_SHORT_LABEL, _SHORT_NUMBER = 12, 8
_MANY_LABELS = 3
_SHOWN_LABELS = 3
_NOTHING = "–"
UNUSUAL_PERCENTILE = 90
"""From this percentile on, a case is called unusual."""


def build_band_badge(card: Card, prediction: Prediction) -> Markup:
    """Return the band of a prediction as a badge; empty if the card has no bands.

    The badge is coloured unless no decision follows from the case.
    """
    band = find_band(card, prediction)
    if not band:
        return Markup()
    return build_badge(band, "void" if is_void(card, prediction) else band["tone"])


def build_badge(band: Band, tone: str = "") -> Markup:
    """Return a band as a badge, in its own tone if none is given."""
    label = band.get("label") or band["value"]
    return Markup('<span class="band band-{}">{}</span>').format(tone or band["tone"], label)


def build_contradiction_mark(prediction: Prediction, tr: Translation) -> Markup:
    """Return a mark that stands beside the answer if the values of the case contradict each other; else nothing."""
    if not find_contradictions(prediction):
        return Markup()
    return Markup('<span class="apart">{}</span>').format(tr.text("contradictory values"))


def build_counted(card: Card) -> Markup:
    """Return what the number of a classification counts, to stand after it: "risk of not paying"; else nothing."""
    counted = answer_sentence(card) if has_probabilities(card) else ""
    return Markup(' <span class="counted">{}</span>').format(counted) if counted else Markup()


def build_usualness(prediction: Prediction, usualness: Usualness | None, tr: Translation) -> Markup:
    """Return how rare a case is, marked if it is unusual or cannot be; empty if the model cannot tell."""
    if find_contradictions(prediction):
        return build_contradiction_mark(prediction, tr)
    marks = {FEW_KNOWN_WORDS: tr.text("few known words"), UNLIKE_TRAINING: tr.text("unlike the pictures of training")}
    for warning in prediction["warnings"]:
        if warning["code"] in marks:
            return Markup('<span class="apart">{}</span>').format(marks[warning["code"]])
    if usualness is None:
        return Markup()
    css_class = "apart" if usualness["percentile"] >= UNUSUAL_PERCENTILE else "rarity"
    text = tr.text("more unusual than {share} of cases", share=format_percentile(usualness, tr))
    return Markup('<span class="{}">{}</span>').format(css_class, text)


def number_class(card: Card, answer: str) -> str:
    """Return the CSS classes of a large answer: a label and a long number have smaller letters."""
    if names_label(card):
        return "number label-text" if len(answer) <= _SHORT_LABEL else "number label-text long"
    return "number" if len(answer) <= _SHORT_NUMBER else "number many-digits"


def build_large_answer(card: Card, prediction: Prediction, tr: Translation) -> Markup:
    """Return the answer as the largest text on the page, with what it counts beside it. On a phone it stays in view."""
    is_label, share = names_label(card), ""
    if is_label:
        number = label_texts(card).get(prediction["label"], prediction["label"])
        share = format_answer(card, prediction["probabilities"][prediction["label"]], tr) if has_probabilities(card) else ""
    else:
        number = format_answer(card, answer_value(card, prediction), tr)
    number = _NOTHING if knows_nothing(card, prediction) else number
    return Markup(
        '<div class="answer{}" role="status" aria-live="polite"><span class="{}">{}</span>'
        '<span class="unit">{}</span><span class="sentence">{}</span>{}{}</div>'
    ).format(
        " void" if is_void(card, prediction) else "",
        number_class(card, number),
        number,
        share or card["output"].get("unit", ""),
        answer_sentence(card),
        Markup() if number == _NOTHING else build_band_badge(card, prediction),
        build_contradiction_mark(prediction, tr),
    )


def build_most_likely(card: Card, prediction: Prediction, tr: Translation) -> Markup:
    """Return the two most likely of three labels or more: the large answer is the probability of one of them alone.

    If the large answer is the likeliest of many labels, return a bar for each label.
    """
    labels = label_texts(card)
    if not has_probabilities(card) or len(labels) < _MANY_LABELS:
        return Markup()
    if names_label(card):
        return _build_label_shares(card, prediction, tr)
    probabilities = prediction["probabilities"]
    first, second = sorted(labels, key=lambda label: -probabilities[label])[:2]
    sentence = tr.text(
        "Most likely: “{first}” ({share}), then “{second}” ({other_share}).",
        first=labels[first],
        share=format_answer(card, probabilities[first], tr),
        second=labels[second],
        other_share=format_answer(card, probabilities[second], tr),
    )
    return build_paragraph("range", sentence)


def _build_label_shares(card: Card, prediction: Prediction, tr: Translation) -> Markup:
    """Return the labels as bars, the likeliest first; all but the first few are folded."""
    labels, shares = label_texts(card), prediction["probabilities"]
    template = Markup(
        '<li><span class="share-name">{}</span><span class="share-track"><i style="width:{:.1f}%"></i></span>'
        '<span class="share-amount">{}</span></li>'
    )
    rows = [
        template.format(labels[label], shares[label] * 100, format_answer(card, shares[label], tr))
        for label in sorted(labels, key=lambda label: -shares[label])
    ]
    others = tr.count("{n} other label", "{n} other labels", len(rows) - _SHOWN_LABELS)
    return Markup(
        '<div class="label-shares"><ul class="shares">{}</ul><details><summary>{}</summary>'
        '<ul class="shares">{}</ul></details></div>'
    ).format(concatenate(rows[:_SHOWN_LABELS]), others, concatenate(rows[_SHOWN_LABELS:]))


def describe_interval(card: Card, prediction: Prediction, tr: Translation) -> str:
    """Return between which values most true values lie; empty if the model does not say."""
    interval = prediction.get("interval")
    if not interval:
        return ""
    return tr.text(
        "{share} of true values lie between {low} and {high}.",
        share=tr.percent(interval["coverage"]),
        low=format_answer(card, interval["low"], tr),
        high=format_answer_with_unit(card, interval["high"], tr),
    )


def build_answer_line(
    card: Card, prediction: Prediction, introduction: str, tr: Translation, usualness: Usualness | None = None
) -> Markup:
    """Return one line: an introduction, the answer, its band, how rare the case is."""
    answer = _NOTHING if knows_nothing(card, prediction) else format_prediction(card, prediction, tr)
    return Markup(
        '<p class="headline{}" role="status" aria-live="polite">{}<strong class="{}">{}</strong>{}{}{}</p>'
    ).format(
        " void" if is_void(card, prediction) else "",
        Markup("<span>{}</span>").format(introduction) if introduction else "",
        number_class(card, answer),
        answer,
        build_counted(card),
        Markup() if answer == _NOTHING else build_band_badge(card, prediction),
        build_usualness(prediction, usualness, tr),
    )
