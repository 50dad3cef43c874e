"""Kept cases laid side by side: a table with the answers on top, the fields that differ, then the reasons; two models."""

import math
from html import escape

from client import Card, Explanation, Value
from demo.fields import field_types
from demo.session.saved_cases import Kept
from demo.text import answer_html, wording
from demo.text.translation import Translation
from demo.views import explanation_view

_REASONS = 4
_MAX_TEXT = 90


def build_case_table(card: Card, kept: list[Kept], explained: list[Explanation], tr: Translation) -> str:
    """Return the table: a column a case; differences are to the first one."""
    first = wording.answer_value(card, explained[0]["prediction"])
    head = [each.name for each in kept]
    rows = [_build_row(tr.text("Answer"), [_build_answer(card, each, tr) for each in explained], "answers")]
    moved = [
        wording.describe_difference(card, first, wording.answer_value(card, each["prediction"]), tr) for each in explained
    ]
    rows.append(_build_row(tr.text("Against the first"), ["–", *(escape(each) for each in moved[1:])]))
    for field in card["inputs"]:
        values: list[Value] = [each.row[field["name"]] for each in kept]
        if any(value != values[0] for value in values):
            texts = [_shorten(field_types.of(field).value_with_unit(value, tr)) for value in values]
            marked = [f"<b>{text}</b>" if value != values[0] else text for text, value in zip(texts, values, strict=True)]
            rows.append(_build_row(wording.field_label(field), marked))
    rows.append(_build_row(tr.text("Strongest reasons"), [_build_reasons(card, each, tr) for each in explained], "reasons"))
    if any(each["usualness"] for each in explained):
        rows.append(
            _build_row(tr.text("How usual"), [answer_html.build_usualness(each["usualness"], tr) for each in explained])
        )
    return _build_table(head, rows)


def build_model_table(
    cards: tuple[Card, Card],
    kept: list[Kept],
    explained: tuple[list[Explanation], list[Explanation]],
    tr: Translation,
) -> str:
    """Return the table of two models: a row a case, the largest disagreement first."""
    lines = []
    for each, one, two in zip(kept, *explained, strict=True):
        values = _answer_values(cards, one, two)
        apart = one["prediction"]["decision"] != two["prediction"]["decision"]
        cells = [_build_answer(cards[0], one, tr), _build_answer(cards[1], two, tr)]
        said = escape(wording.describe_difference(cards[0], values[0], values[1], tr))
        mark = f' <span class="apart">{escape(tr.text("another decision"))}</span>' if apart else ""
        lines.append(((not apart, -abs(values[1] - values[0])), _build_row(each.name, [*cells, said + mark])))
    head = [*model_titles(cards, tr), tr.text("The second says")]
    return _build_table(head, [line for _, line in sorted(lines, key=lambda line: line[0])])


def model_titles(cards: tuple[Card, Card], tr: Translation) -> tuple[str, str]:
    """Return what two models are called beside each other: versions of one by their hash."""
    one, two = cards
    if one["title"] != two["title"]:
        return one["title"], two["title"]
    first, second = (tr.text("Version {version}", version=card["version"][:8]) for card in cards)
    return first, second


def are_comparable(card: Card, other: Card) -> bool:
    """Tell whether two models read the same fields and answer the same kind of question."""
    asked = [sorted((field["name"], field["type"]) for field in each["inputs"]) for each in (card, other)]
    kinds = [(each["output"]["kind"], each["output"].get("focus"), each["output"].get("unit")) for each in (card, other)]
    return asked[0] == asked[1] and kinds[0] == kinds[1]


def describe_disagreement(
    cards: tuple[Card, Card],
    kept: list[Kept],
    explained: tuple[list[Explanation], list[Explanation]],
    tr: Translation,
) -> str:
    """Say in one sentence how far two models are apart on the cases: by their decisions, or else by their answers."""
    pairs = list(zip(kept, *explained, strict=True))
    if cards[0]["output"].get("bands"):
        many = sum(one["prediction"]["decision"] != two["prediction"]["decision"] for _, one, two in pairs)
        if many:
            return tr.count("They decide differently on {n} case.", "They decide differently on {n} cases.", many)
        return tr.text("They decide alike on all of these cases.")
    said = [(each.name, *_answer_values(cards, one, two)) for each, one, two in pairs]
    name, one, two = max(said, key=lambda case: abs(case[2] - case[1]))
    if one == two:
        return tr.text("They give the same answer on all of these cases.")
    return tr.text(
        "Furthest apart on {name}: {difference}.", name=name, difference=wording.describe_difference(cards[0], one, two, tr)
    )


def export_columns(card: Card, explained: list[Explanation]) -> list[dict[str, Value]]:
    """Return the answers as columns of a file: exact numbers, no words of a language. Differences are to the first case.

    `contribution_<field>` is how far the field pulls the answer; a text's is the sum over its words.
    """
    first = wording.answer_value(card, explained[0]["prediction"])
    return [_export_columns_of(card, each, first) for each in explained]


def _export_columns_of(card: Card, explained: Explanation, first: float) -> dict[str, Value]:
    prediction = explained["prediction"]
    found: dict[str, Value] = {"decision": prediction["decision"] or ""}
    if wording.is_classification(card):
        found["label"] = prediction["label"]
        found |= {f"probability_{label}": share for label, share in prediction["probabilities"].items()}
    else:
        around = prediction.get("interval")
        found |= {"value": prediction["value"]} | ({"low": around["low"], "high": around["high"]} if around else {})
    found["difference_to_first"] = wording.answer_value(card, prediction) - first
    for field in card["inputs"]:
        pulls = [each["contribution"] for each in explained["contributions"] if each["field"] == field["name"]]
        found[f"contribution_{field['name']}"] = math.fsum(pulls) if pulls else None
    return found | {"version": card["version"]}


def _build_table(heads: list[str], rows: list[str]) -> str:
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in heads)
    body = f"<thead><tr><td></td>{head}</tr></thead><tbody>{''.join(rows)}</tbody>"
    return f'<div class="wide" tabindex="0"><table class="compared">{body}</table></div>'


def _build_row(name: str, cells: list[str], kind: str = "") -> str:
    return f'<tr class="{kind}"><th scope="row">{escape(name)}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'


def _answer_values(cards: tuple[Card, Card], one: Explanation, two: Explanation) -> tuple[float, float]:
    return wording.answer_value(cards[0], one["prediction"]), wording.answer_value(cards[1], two["prediction"])


def _build_answer(card: Card, explained: Explanation, tr: Translation) -> str:
    said = wording.format_answer_with_unit(card, wording.answer_value(card, explained["prediction"]), tr)
    return f"<strong>{escape(said)}</strong> {answer_html.build_band_badge(card, explained['prediction'])}"


def describe_strongest_reason(card: Card, explained: Explanation, tr: Translation) -> str:
    """Return what pulls a case's answer most, and how far; nothing where nothing does."""
    return " ".join(next(iter(_strongest_reasons(card, explained, tr)), ()))


def _strongest_reasons(card: Card, explained: Explanation, tr: Translation) -> list[tuple[str, str]]:
    fields = {field["name"]: field for field in card["inputs"]}
    return [
        (
            str(each["value"]) if "span" in each else wording.field_label(fields[each["field"]]),
            explanation_view.format_contribution(card, each["contribution"], tr),
        )
        for each in sorted(explained["contributions"], key=lambda each: -abs(each["contribution"]))[:_REASONS]
    ]


def _build_reasons(card: Card, explained: Explanation, tr: Translation) -> str:
    lines = [
        f"<li>{_shorten(name)} <b>{escape(amount)}</b></li>" for name, amount in _strongest_reasons(card, explained, tr)
    ]
    return f"<ul>{''.join(lines)}</ul>"


def _shorten(text: str) -> str:
    return escape(text if len(text) <= _MAX_TEXT else text[: _MAX_TEXT - 1] + "…")
