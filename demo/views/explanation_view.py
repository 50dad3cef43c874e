"""An explanation → what the page shows of it: bars field by field, coloured words, how usual the case is."""

from html import escape

from client import Card, Contribution, Explanation, Field, Row, Usualness
from demo.fields import field_types
from demo.text.answer_html import UNUSUAL_PERCENTILE
from demo.text.translation import Translation
from demo.text.wording import answer_decimals, field_label, format_answer_with_unit, format_percentile, is_classification

_MAX_BARS = 6
_LESS_USUAL = 75
_MIN_ERROR_SHARE = 0.15
"""A standard error below this part of the largest bar does not change which bars are the long ones."""
_MAX_VALUE = 24
_ONE_POINT = 0.95


def build_explanation(card: Card, row: Row, now: Explanation, start: Explanation, tr: Translation) -> str:
    """Return the whole block: the sentence, then bars (or the text with its words coloured), then what colours mean."""
    parts = [f'<h2>{escape(tr.text("Why"))}</h2><p class="why-sentence">{escape(now["sentence"])}</p>']
    if now["contributions"]:
        spans = any("span" in each for each in now["contributions"])
        parts.append(_build_words(row, now) if spans else _build_bars(card, now, start, tr))
        parts.append(_build_legend(card, now, start, tr))
    return f'<section class="why{" swapped" if _is_higher_better(card) else ""}">{"".join(parts)}</section>'


def describe_usualness(card: Card, usualness: Usualness | None, tr: Translation) -> tuple[str, bool]:
    """Return a sentence on how usual the case is, or why nobody can tell, and whether it is unusual."""
    if usualness is None:
        only_text = all(field.is_long for field in field_types.by_name(card).values())
        return (tr.text("How usual a text is cannot be told.") if only_text else ""), False
    share = format_percentile(usualness, tr)
    if usualness["percentile"] < _LESS_USUAL:
        return tr.text("A usual case: rarer than {share} of those the model learned from.", share=share), False
    if usualness["percentile"] < UNUSUAL_PERCENTILE:
        return tr.text("A less usual case: rarer than {share} of those the model learned from.", share=share), False
    text = tr.text("An unusual case: rarer than {share} of those the model learned from.", share=share)
    fields = {field["name"]: field for field in card["inputs"]}
    named = ", ".join(field_label(fields[name]) for name in usualness["fields"] if name in fields)
    return (f"{text} {tr.text('Above all: {fields}.', fields=named)}" if named else text), True


def format_contribution(card: Card, contribution: float, tr: Translation) -> str:
    """Write a contribution: "+13" points of per cent, or "−1,204" in the answer's unit."""
    if is_classification(card):
        points = contribution * 100
        return tr.signed_number(points, 0 if abs(points) >= _ONE_POINT else 1)
    return tr.signed_number(contribution, answer_decimals(card, contribution))


def order_bars(now: Explanation, start: Explanation) -> list[tuple[Contribution, float]]:
    """Return the fields worth a bar, each with its contribution at the start.

    In the order of the start, so that no bar changes its place while the case is changed.
    """
    before = {each["field"]: each["contribution"] for each in start["contributions"]}
    pairs = [(each, before.get(each["field"], 0.0)) for each in now["contributions"]]
    pairs.sort(key=lambda pair: -max(abs(pair[0]["contribution"]), abs(pair[1])))
    return sorted(pairs[:_MAX_BARS], key=lambda pair: -abs(pair[1]))


def _build_bars(card: Card, now: Explanation, start: Explanation, tr: Translation) -> str:
    fields = {field["name"]: field for field in card["inputs"]}
    shown = order_bars(now, start)
    rest = sum(each["contribution"] for each in now["contributions"]) - sum(each["contribution"] for each, _ in shown)
    left = len(now["contributions"]) - len(shown)
    longest = max([*(max(abs(each["contribution"]), abs(old)) for each, old in shown), abs(rest), 1e-12])
    rows = []
    for each, old in shown:
        field = fields[each["field"]]
        name = f"{escape(field_label(field))} <em>{escape(_format_value(field, each, tr))}</em>"
        begun = old if now is not start else None
        rows.append(
            _build_bar(name, each["contribution"], begun, longest, format_contribution(card, each["contribution"], tr))
        )
    if left:
        name = escape(tr.count("{n} other field", "{n} other fields", left))
        rows.append(_build_bar(name, rest, None, longest, format_contribution(card, rest, tr)))
    return f'<div class="bars">{"".join(rows)}</div>'


def _build_bar(name: str, contribution: float, start: float | None, longest: float, word: str) -> str:
    width = abs(contribution) / longest * 50
    side = "up" if contribution >= 0 else "down"
    left = 50.0 if contribution >= 0 else 50 - width
    tick = "" if start is None else f'<i class="bar-start" style="left:{50 + start / longest * 50:.1f}%"></i>'
    return (
        f'<div class="bar-row"><span class="bar-name">{name}</span><span class="bar-track">'
        f'<i class="bar {side}" style="left:{left:.1f}%;width:{width:.1f}%"></i>{tick}</span>'
        f'<span class="bar-amount">{escape(word)}</span></div>'
    )


def _format_value(field: Field, each: Contribution, tr: Translation) -> str:
    text = field_types.of(field).value_with_unit(each["value"], tr)
    return text if len(text) <= _MAX_VALUE else text[: _MAX_VALUE - 1] + "…"


def _build_words(row: Row, now: Explanation) -> str:
    """Return the text with each word tinted by its weight."""
    pieces = sorted((each for each in now["contributions"] if "span" in each), key=lambda each: each["span"])
    text = str(row[pieces[0]["field"]])
    longest = max([*(abs(each["contribution"]) for each in pieces), 1e-12])
    out, at = [], 0
    for each in pieces:
        begin, end = each["span"]
        if begin < at or end > len(text):
            continue
        side = "up" if each["contribution"] >= 0 else "down"
        depth = abs(each["contribution"]) / longest
        out.append(escape(text[at:begin]))
        out.append(f'<mark class="{side}" style="--depth:{depth:.2f}">{escape(text[begin:end])}</mark>')
        at = end
    return f'<p class="words">{"".join(out)}{escape(text[at:])}</p>'


def _build_legend(card: Card, now: Explanation, start: Explanation, tr: Translation) -> str:
    spans = any("span" in each for each in now["contributions"])
    base = format_answer_with_unit(card, now["base"], tr)
    from_base = (
        tr.text("Without any word the answer would be {base}.", base=base)
        if spans
        else tr.text("The average answer is {base}; the bars lead from it to this one.", base=base)
    )
    up, down = tr.text("raises the answer"), tr.text("lowers the answer")
    unit = tr.text("in percentage points") if is_classification(card) else card["output"].get("unit", "")
    text = f'<span class="key up"></span>{escape(up)} <span class="key down"></span>{escape(down)}'
    if now is not start and not spans:
        text += f' <span class="key before"></span>{escape(tr.text("where it started"))}'
    text += f"{escape(f' ({unit})' if unit else '')} · {escape(from_base)}"
    largest = max((abs(each["contribution"]) for each in now["contributions"]), default=0.0)
    if now["standard_error"] > _MIN_ERROR_SHARE * largest:
        error = format_contribution(card, now["standard_error"], tr).lstrip("+")
        off = (
            tr.text("A word may be off by about {error}.", error=error)
            if spans
            else tr.text("A bar may be off by about {error}.", error=error)
        )
        text += " " + escape(off)
    return f'<p class="why-legend">{text}</p>'


def _is_higher_better(card: Card) -> bool:
    """Tell whether a higher answer is the better one, by the tones of the card's bands."""
    bands = sorted(card["output"].get("bands", []), key=lambda band: band["high"])
    return bool(bands) and bands[-1]["tone"] == "good"
