"""The amounts of an explanation in words, and the legend under it: what its colours and its bars mean."""

from markupsafe import Markup

from client import Card, Explanation
from demo.text.markup import build_paragraph
from demo.text.translation import Translation
from demo.text.wording import (
    answer_decimals,
    format_answer_with_unit,
    has_probabilities,
    is_classification,
    label_texts,
    names_label,
    only_names_labels,
)

_MIN_ERROR_SHARE = 0.15
"""A standard error below this part of the largest bar is not mentioned."""
_ONE_POINT = 0.95


def format_contribution(card: Card, contribution: float, tr: Translation) -> str:
    """Return a contribution as text: "+13" percentage points, or "−1,204" in the unit of the answer."""
    if is_classification(card):
        points = contribution * 100
        return tr.signed_number(points, 0 if abs(points) >= _ONE_POINT else 1)
    return tr.signed_number(contribution, answer_decimals(card, contribution))


def shown_ends(card: Card, now: Explanation) -> tuple[float, float, int]:
    """Return the base and the answer as the bars show them, in points or in the unit of the answer, and the decimals."""
    base, answer = now["base"], now["output"]
    if is_classification(card):
        return round(base * 100, 1), round(answer * 100, 1), 1
    decimals = max(answer_decimals(card, base), answer_decimals(card, answer))
    return round(base, decimals), round(answer, decimals), decimals


def explained_label(card: Card, now: Explanation) -> str:
    """Return the words for the label whose probability is explained: of a picture, the likeliest one."""
    label = now.get("label") or card["output"]["focus"]
    return label_texts(card).get(label, label)


def build_legend(card: Card, now: Explanation, start: Explanation, tr: Translation) -> Markup:
    spans = any("span" in each or each.get("region") for each in now["contributions"])
    keys = describe_directions(card, tr, now)
    if now is not start and not spans:
        keys.append(("before", tr.text("where it started")))
    legend = Markup(" ").join(Markup('<span class="key {}"></span>{}').format(*key) for key in keys)
    unit = tr.text("in percentage points") if has_probabilities(card) else card["output"].get("unit", "")
    from_base = (
        tr.text("Starting point: {base}.", base=format_answer_with_unit(card, now["base"], tr))
        if spans
        else _describe_ends(card, now, tr)
    )
    error = _describe_error(card, now, tr, spans=spans)
    return build_paragraph(
        "why-legend", legend + (f" ({unit})" if unit else "") + f" · {from_base}" + (f" {error}" if error else "")
    )


def _describe_error(card: Card, now: Explanation, tr: Translation, *, spans: bool) -> str:
    """Return a sentence on the standard error; empty if it is too small to be seen."""
    largest = max((abs(each["contribution"]) for each in now["contributions"]), default=0.0)
    if now["standard_error"] <= _MIN_ERROR_SHARE * largest:
        return ""
    number, unit = format_contribution(card, now["standard_error"], tr).lstrip("+"), card["output"].get("unit", "")
    error = tr.text("{n} pp", n=number) if is_classification(card) else f"{number}\N{NO-BREAK SPACE}{unit}".rstrip()
    if spans:
        is_word = any("span" in each for each in now["contributions"])
        sentence = tr.text("A word may be off by about {error}.", error=error)
        return sentence if is_word else tr.text("The value of a patch may be off by about {error}.", error=error)
    return tr.text("A bar may be off by about {error}.", error=error)


def _describe_ends(card: Card, now: Explanation, tr: Translation) -> str:
    """Return from where to where the bars lead: the shown ends differ by the sum of the shown bars."""
    *ends, decimals = shown_ends(card, now)
    if only_names_labels(card):
        return tr.text(
            "For similar cases the model answers “{label}” in {base}; the bars lead from there to this answer.",
            label=label_texts(card)[card["output"]["focus"]],
            base=tr.percent(ends[0] / 100),
        )
    if is_classification(card):
        base, answer = (tr.percent(end / 100, decimals) for end in ends)
    else:
        unit = card["output"].get("unit", "")
        base, answer = (tr.number(end, decimals) + (f"\N{NO-BREAK SPACE}{unit}" if unit else "") for end in ends)
    return tr.text("The bars lead from the average answer, {base}, to {answer}.", base=base, answer=answer)


def describe_directions(card: Card, tr: Translation, now: Explanation) -> list[tuple[str, str]]:
    """Return the CSS class and the words of contributions that raise and that lower the answer."""
    if names_label(card):
        label = explained_label(card, now)
        up, down = tr.text("speaks for “{label}”", label=label), tr.text("speaks against “{label}”", label=label)
    elif is_classification(card) and (counted := card["output"].get("sentence", "")):
        up, down = tr.text("raises the {counted}", counted=counted), tr.text("lowers the {counted}", counted=counted)
    else:
        up, down = tr.text("raises the answer"), tr.text("lowers the answer")
    return [("up", up), ("down", down)]
