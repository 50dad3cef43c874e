"""Compares saved cases, or two models on the same cases: as an HTML table, a sentence, and columns of a file."""

import math

from markupsafe import Markup

from client import Card, Contribution, Explanation, Field, Row, Value
from demo.fields import field_types
from demo.session.saved_cases import SavedCase
from demo.text import answer_html, wording
from demo.text.heat_map import build_html, describe_place
from demo.text.markup import TableRow, build_scrollable, build_table, concatenate
from demo.text.translation import Translation
from demo.views import answered_row, explanation_bars, explanation_legend, field_notes
from wire.answer_columns import DECISION, HIGH, LABEL, LOW, VALUE, VERSION, probability_column

_MAX_REASONS = 4
_MAX_TEXT = 90


def build_case_table(
    card: Card, saved: list[SavedCase], explanations: list[Explanation], tr: Translation, *, with_truth: bool = False
) -> Markup:
    """Return a table with a column per case: answers, differences to the first case, changed fields, reasons.

    `with_truth` adds what really happened in real cases.
    """
    first, *others = (each["prediction"] for each in explanations)
    differences = [wording.compare_predictions(card, first, other, tr) for other in others]
    rows = [
        TableRow(
            wording.answer_title(card, tr),
            [_build_answer(card, each, tr) for each in explanations],
            Markup(' class="answers"'),
        ),
        TableRow(tr.text("Difference from first"), ["–", *differences]),
    ]
    if with_truth:
        truths = [answered_row.find_truth(card, each.row) for each in saved]
        texts = ["–" if truth is None else answered_row.describe_truth(card, truth, tr) for truth in truths]
        rows.append(TableRow(tr.text("What really happened"), texts))
    rows += _build_value_rows(card, saved, tr)
    reasons = [_build_reasons(card, case.row, each, tr) for case, each in zip(saved, explanations, strict=True)]
    rows.append(TableRow(tr.text("Strongest reasons"), reasons, Markup(' class="reasons"')))
    contradictions = [field_notes.describe_contradictions(each["prediction"], tr) for each in explanations]
    if any(contradictions):
        rows.append(TableRow(tr.text("Contradictions"), [sentences or "–" for sentences in contradictions]))
    usualness = [answer_html.build_usualness(each["prediction"], each["usualness"], tr) for each in explanations]
    if any(usualness):
        rows.append(TableRow(tr.text("How unusual"), usualness))
    return build_scrollable(build_table([each.name for each in saved], rows, "compared"))


def _build_value_rows(card: Card, saved: list[SavedCase], tr: Translation) -> list[TableRow]:
    """Return a row for each field in which cases differ, and for each picture, which comes first."""
    rows = []
    for kind in sorted(field_types.get_fields(card).values(), key=lambda kind: not kind.is_picture):
        values: list[Value] = [each.row[kind.field["name"]] for each in saved]
        if kind.is_picture or any(value != values[0] for value in values):
            texts = [_shorten(kind.build_value(value, tr)) for value in values]
            cells = [_bold(text) if value != values[0] else text for text, value in zip(texts, values, strict=True)]
            rows.append(TableRow(wording.field_label(kind.field), cells))
    return rows


def build_model_table(
    cards: tuple[Card, Card],
    saved: list[SavedCase],
    explanations: tuple[list[Explanation], list[Explanation]],
    tr: Translation,
) -> Markup:
    """Return a table of two models with a row per case, the largest disagreement first."""
    rows = []
    for each, one, two in zip(saved, *explanations, strict=True):
        same_decision = one["prediction"]["decision"] == two["prediction"]["decision"]
        note = Markup(' <span class="apart">{}</span>').format(tr.text("different decision"))
        compared = wording.compare_predictions(cards[0], one["prediction"], two["prediction"], tr)
        difference = concatenate([compared, "" if same_decision else note])
        cells = [_build_answer(cards[0], one, tr), _build_answer(cards[1], two, tr), difference]
        first, second = _answer_values(cards, one, two)
        rows.append(((same_decision, -abs(second - first)), TableRow(each.name, cells)))
    rows.sort(key=lambda row: row[0])
    heads = [*model_titles(cards, tr), tr.text("Difference")]
    return build_scrollable(build_table(heads, [row for _, row in rows], "compared"))


def model_titles(cards: tuple[Card, Card], tr: Translation) -> tuple[str, str]:
    """Return the titles of two models; of two versions of one model, their hashes."""
    one, two = cards
    if one["title"] != two["title"]:
        return one["title"], two["title"]
    first, second = (tr.text("Version {version}", version=card["version"][:8]) for card in cards)
    return first, second


def describe_disagreement(
    cards: tuple[Card, Card],
    saved: list[SavedCase],
    explanations: tuple[list[Explanation], list[Explanation]],
    tr: Translation,
) -> str:
    """Return a sentence on how two models disagree on the cases: by decisions, or by answers if they have no decisions."""
    pairs = list(zip(saved, *explanations, strict=True))
    if cards[0]["output"].get("bands"):
        count = sum(one["prediction"]["decision"] != two["prediction"]["decision"] for _, one, two in pairs)
        if count:
            return tr.count(
                "The models make different decisions on {n} case.",
                "The models make different decisions on {n} cases.",
                count,
            )
        return tr.text("Both models make the same decision on all these cases.")
    if wording.names_label(cards[0]):
        count = sum(one["prediction"]["label"] != two["prediction"]["label"] for _, one, two in pairs)
        if count:
            return tr.count(
                "The models give different answers on {n} case.", "The models give different answers on {n} cases.", count
            )
        return tr.text("Both models give the same answer on all these cases.")
    answers = [(each.name, *_answer_values(cards, one, two)) for each, one, two in pairs]
    name, one, two = max(answers, key=lambda case: abs(case[2] - case[1]))
    if one == two:
        return tr.text("Both models give the same answer on all these cases.")
    return tr.text(
        "Largest difference: {name}, {difference}.",
        name=name,
        difference=wording.describe_difference(cards[0], one, two, tr),
    )


def export_columns(card: Card, explanations: list[Explanation]) -> list[dict[str, Value]]:
    """Return the answers as columns of a file, without texts of a language. Differences are to the first case.

    `contribution_<field>` is the contribution of a field; for a text it is the sum over its words.
    """
    first = wording.answer_value(card, explanations[0]["prediction"])
    return [_export_columns_of(card, each, first) for each in explanations]


def _export_columns_of(card: Card, explanation: Explanation, first: float) -> dict[str, Value]:
    prediction = explanation["prediction"]
    columns: dict[str, Value] = {DECISION: prediction["decision"] or ""}
    if wording.is_classification(card):
        columns[LABEL] = prediction["label"]
        if wording.has_probabilities(card):
            columns |= {probability_column(label): share for label, share in prediction["probabilities"].items()}
    else:
        interval = prediction.get("interval")
        columns |= {VALUE: prediction["value"]} | ({LOW: interval["low"], HIGH: interval["high"]} if interval else {})
    if not wording.names_label(card):
        columns["difference_to_first"] = wording.answer_value(card, prediction) - first
    for field in card["inputs"]:
        contributions = [each["contribution"] for each in explanation["contributions"] if each["field"] == field["name"]]
        columns[f"contribution_{field['name']}"] = math.fsum(contributions) if contributions else None
    return columns | {VERSION: card["version"]}


def _answer_values(cards: tuple[Card, Card], one: Explanation, two: Explanation) -> tuple[float, float]:
    return wording.answer_value(cards[0], one["prediction"]), wording.answer_value(cards[1], two["prediction"])


def _build_answer(card: Card, explanation: Explanation, tr: Translation) -> Markup:
    answer = wording.format_prediction(card, explanation["prediction"], tr)
    badge = answer_html.build_band_badge(card, explanation["prediction"])
    mark = answer_html.build_contradiction_mark(explanation["prediction"], tr)
    return Markup("<strong>{}</strong> {} {}").format(answer, badge, mark)


def describe_strongest_reason(card: Card, explanation: Explanation, tr: Translation) -> str:
    """Return the field or word with the largest contribution, and the contribution; empty if there is none."""
    return " ".join(next(iter(_strongest_reasons(card, explanation, tr)), ()))


def _strongest_reasons(card: Card, explanation: Explanation, tr: Translation) -> list[tuple[str, str]]:
    fields = {field["name"]: field for field in card["inputs"]}
    return [
        (
            _name_reason(fields[each["field"]], each, tr),
            explanation_legend.format_contribution(card, each["contribution"], tr),
        )
        for each in sorted(explanation["contributions"], key=lambda each: -abs(each["contribution"]))[:_MAX_REASONS]
    ]


def _name_reason(field: Field, each: Contribution, tr: Translation) -> str:
    """Return a field, a word of a text, or where a patch of a picture is."""
    if "span" in each:
        return str(each["value"])
    region = each.get("region")
    if not region:
        return wording.field_label(field)
    return describe_place((field.get("width") or 1, field.get("height") or 1), region, tr)


def _build_reasons(card: Card, row: Row, explanation: Explanation, tr: Translation) -> Markup:
    if heat_map := explanation_bars.make_heat_map(card, row, explanation):
        return build_html(heat_map, explanation["sentence"])
    reasons = _strongest_reasons(card, explanation, tr)
    items = (Markup("<li>{} <b>{}</b></li>").format(_shorten(name), amount) for name, amount in reasons)
    return Markup("<ul>{}</ul>").format(concatenate(items))


def _bold(text: str) -> Markup:
    return Markup("<b>{}</b>").format(text)


def _shorten(text: str) -> str:
    return text if isinstance(text, Markup) or len(text) <= _MAX_TEXT else text[: _MAX_TEXT - 1] + "…"
