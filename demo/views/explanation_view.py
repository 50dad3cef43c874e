"""Builds the HTML of an explanation, as bars by field or as coloured words, and describes how usual the case is."""

from markupsafe import Markup

from client import Card, Explanation, Row
from demo.text import heat_map as heat_maps
from demo.text.answer_html import UNUSUAL_PERCENTILE
from demo.text.heat_map import HeatMap
from demo.text.markup import build_paragraph, concatenate
from demo.text.translation import Translation
from demo.text.wording import (
    FEW_KNOWN_WORDS,
    UNLIKE_TRAINING,
    describe_known_words,
    field_label,
    find_contradictions,
    format_answer,
    format_percentile,
    has_probabilities,
    is_classification,
    label_texts,
    names_label,
)
from demo.views import explanation_bars
from demo.views.explanation_bars import ExplanationBar
from demo.views.explanation_legend import build_legend, explained_label, format_contribution

_TWO = 2
_LESS_USUAL = 75


def build_explanation(card: Card, row: Row, now: Explanation, start: Explanation, tr: Translation) -> Markup:
    """Return the explanation: its sentence, bars by field or coloured words of a text, and a legend."""
    heading = Markup("<h2>{}</h2>").format(_build_title(card, now, tr))
    parts = [heading, build_paragraph("why-sentence", now["sentence"])]
    if now["contributions"]:
        spans = any("span" in each for each in now["contributions"])
        if heat_map := explanation_bars.make_heat_map(card, row, now):
            parts.append(_build_heat_map(heat_map, now, tr))
        else:
            parts.append(_build_words(card, row, now, tr) if spans else _build_bars(card, now, start, tr))
        parts.append(build_legend(card, now, start, tr))
    css_class = {1: "why swapped", -1: "why", 0: "why neutral"}[better_direction(card)]
    return Markup('<section class="{}">{}</section>').format(css_class, concatenate(parts))


def _build_title(card: Card, now: Explanation, tr: Translation) -> str:
    """Return the title. With three labels or more another one may be the likeliest, so it names what is explained."""
    labels = label_texts(card)
    if len(labels) <= _TWO or not has_probabilities(card):
        return tr.text("Why")
    answer, label = format_answer(card, now["output"], tr), explained_label(card, now)
    return tr.text("Why {answer} for “{label}”", answer=answer, label=label)


def describe_usualness(card: Card, now: Explanation, tr: Translation) -> tuple[str, bool]:
    """Return a sentence on how usual the case is, empty if that is unknown; and whether it is unusual."""
    usualness = now["usualness"]
    if find_contradictions(now["prediction"]):
        return tr.text("The values contradict each other: do not rely on the answer."), True
    if known_words := now.get("known_words"):
        is_rare = any(warning["code"] == FEW_KNOWN_WORDS for warning in now["prediction"]["warnings"])
        return describe_known_words(known_words, tr), is_rare
    if usualness is None:
        is_unlike = any(warning["code"] == UNLIKE_TRAINING for warning in now["prediction"]["warnings"])
        return (tr.text("This picture is unlike those that the model learned from.") if is_unlike else ""), is_unlike
    words = {"row": card.get("row_name") or tr.text("case"), "share": format_percentile(usualness, tr)}
    if usualness["percentile"] < _LESS_USUAL:
        return tr.text("Typical {row} (more unusual than {share} of training cases).", **words), False
    if usualness["percentile"] < UNUSUAL_PERCENTILE:
        return tr.text("Less typical {row} (more unusual than {share} of training cases).", **words), False
    text = tr.text("Unusual {row} (more unusual than {share} of training cases).", **words)
    fields = {field["name"]: field for field in card["inputs"]}
    named = ", ".join(field_label(fields[name]) for name in usualness["fields"] if name in fields)
    return (f"{text} {tr.text('Mainly because of: {fields}.', fields=named)}" if named else text), True


def _build_bars(card: Card, now: Explanation, start: Explanation, tr: Translation) -> Markup:
    bars = explanation_bars.list_bars(card, now, start, tr)
    longest = explanation_bars.longest(bars)
    return Markup('<div class="bars">{}</div>').format(concatenate(_build_bar(bar, longest) for bar in bars))


def _build_bar(bar: ExplanationBar, longest: float) -> Markup:
    """Return one bar, with a tick at the contribution before."""
    width = abs(bar.contribution) / longest * 50
    tick_position = 0.0 if bar.before is None else 50 + bar.before / longest * 50
    return Markup(
        '<div class="bar-row"><span class="bar-name">{name}</span><span class="bar-track">'
        '<i class="bar {side}" style="left:{left:.1f}%;width:{width:.1f}%"></i>{tick}</span>'
        '<span class="bar-amount">{amount}</span></div>'
    ).format(
        name=Markup("{} <em>{}</em>").format(bar.name, bar.value) if bar.value else bar.name,
        side=_side(bar.contribution),
        left=50.0 if bar.contribution >= 0 else 50 - width,
        width=width,
        tick="" if bar.before is None else Markup('<i class="bar-start" style="left:{:.1f}%"></i>').format(tick_position),
        amount=bar.amount,
    )


def _side(contribution: float) -> str:
    """Return the CSS class of a contribution: does it raise or lower the answer?"""
    return "up" if contribution >= 0 else "down"


def _build_heat_map(heat_map: HeatMap, now: Explanation, tr: Translation) -> Markup:
    """Return the picture with its coloured patches; the sentence of the explanation says where its strongest part is."""
    html = heat_maps.build_html(heat_map, now["sentence"])
    frame = build_paragraph("heat-words", tr.text("Framed: the most important part."))
    return html + frame if heat_map.strongest else html


def _build_words(card: Card, row: Row, now: Explanation, tr: Translation) -> Markup:
    """Return the text with each word coloured by its contribution, which the pointer and screen readers find in numbers.

    Spans that overlap or leave the text are left out.
    """
    words = sorted((each for each in now["contributions"] if "span" in each), key=lambda each: each["span"])
    text = str(row[words[0]["field"]])
    longest = max([*(abs(each["contribution"]) for each in words), 1e-12])
    fragments: list[str] = []
    position = 0
    for each in words:
        begin, end = each["span"]
        if begin < position or end > len(text):
            continue
        fragments += [text[position:begin], _build_word(card, each["contribution"], longest, text[begin:end], tr)]
        position = end
    return build_paragraph("words", concatenate([*fragments, text[position:]]))


def _build_word(card: Card, contribution: float, longest: float, word: str, tr: Translation) -> Markup:
    amount = format_contribution(card, contribution, tr)
    if is_classification(card):
        number = tr.text("{amount} percentage points", amount=amount)
    else:
        number = f"{amount} {card['output'].get('unit', '')}".rstrip()
    is_zero = not any(digit in amount for digit in "123456789")
    hidden = "" if is_zero else Markup('<span class="screen-reader"> ({})</span>').format(number)
    return Markup('<mark class="{}" style="--depth:{:.2f}" title="{}">{}{}</mark>').format(
        _side(contribution), abs(contribution) / longest, number, word, hidden
    )


def better_direction(card: Card) -> int:
    """Return 1 if a higher answer is better, −1 if a lower one is, 0 if the card's bands do not say.

    What speaks for the likeliest of many labels has the colour of what is better.
    """
    if names_label(card) and has_probabilities(card):
        return 1
    bands = sorted(card["output"].get("bands", []), key=lambda band: band["high"])
    tones = [band["tone"] for band in bands]
    if not bands or tones[0] == tones[-1]:
        return 0
    return 1 if tones[-1] == "good" or tones[0] == "bad" else -1
