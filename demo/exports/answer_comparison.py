"""One case answered in every way: a table that fills way by way, and what it shows in one sentence."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from markupsafe import Markup

from client import Card, ComparisonAnswer, Prediction
from demo.exports.form_texts import describe_proof, format_difference
from demo.text import answer_html, wording
from demo.text.markup import TableRow, build_table
from demo.text.number_text import format_exactly
from demo.text.translation import Translation

LIVE, STORED = "live", "stored"
TOLERANCE = 1e-6
"""A difference, relative to numbers above 1, up to which an answer is the same. Forms in 32 bits stay below it."""
_MIN_SECONDS = 0.001


@dataclass
class CaseComparison:
    """The answers that have come for one case, and whether more are asked for."""

    case: str
    """Identifies model, version, row and key."""
    answers: dict[str, ComparisonAnswer] = field(default_factory=dict)
    """Way → answer."""
    is_running: bool = False


def way_titles(forms: Mapping[str, str], tr: Translation, *, has_key: bool) -> dict[str, str]:
    """Return way → title in the order of the table; `forms` are the titles of the forms to take away."""
    stored = {STORED: tr.text("Stored at night")} if has_key else {}
    return {
        LIVE: tr.text("Live, as on the pages"),
        **stored,
        "file": tr.text("A file of rows"),
        "v2": tr.text("Open Inference Protocol"),
        **forms,
    }


def build_answer_table(
    card: Card, titles: Mapping[str, str], answers: Mapping[str, ComparisonAnswer], tr: Translation
) -> Markup:
    """Return a table with a row for each way; one without an answer yet has dots."""
    rows = [TableRow(title, _build_cells(card, answers.get(way), tr)) for way, title in titles.items()]
    heads = [wording.answer_title(card, tr), tr.text("Difference"), tr.text("Time")]
    return build_table(heads, rows, "compared answers-of-ways")


def build_agreement(
    card: Card, titles: Mapping[str, str], answers: Mapping[str, ComparisonAnswer], tr: Translation
) -> Markup:
    """Return whether the ways give the same answer, the largest difference, and how many gave none; empty at first."""
    agreement = _describe_agreement(card, titles, answers, tr)
    if not agreement:
        return Markup()
    sentences = Markup('<div role="status"><p class="agreement">{}</p><p class="foot">{}</p></div>')
    return sentences.format(agreement, _describe_others(answers.values(), tr))


def _describe_agreement(
    card: Card, titles: Mapping[str, str], answers: Mapping[str, ComparisonAnswer], tr: Translation
) -> str:
    given = [each for each in answers.values() if each["prediction"]]
    live = answers.get(LIVE)
    if live is None or live["prediction"] is None or len(given) == 1:
        return ""
    size = 1.0 if wording.names_label(card) else max(1.0, abs(wording.answer_value(card, live["prediction"])))
    others = [titles[each["way"]] for each in given if not _is_same(each, size)]
    if others:
        return tr.text("Another answer: {forms}.", forms=", ".join(others))
    largest = max(each["difference"] or 0.0 for each in given)
    return tr.count(
        "{n} way gives the same answer; the largest difference is {difference}.",
        "All {n} ways give the same answer; the largest difference is {difference}.",
        len(given),
        difference=format_difference(largest, tr),
    )


def _describe_others(answers: Iterable[ComparisonAnswer], tr: Translation) -> str:
    states = Counter(each["status"] for each in answers)
    sentences = []
    if recorded := states["recorded"]:
        sentences.append(
            tr.count(
                "{n} form cannot run on the machine of the service.",
                "{n} forms cannot run on the machine of the service.",
                recorded,
            )
        )
    if refused := states["refused"]:
        sentences.append(tr.count("{n} form cannot hold this model.", "{n} forms cannot hold this model.", refused))
    return " ".join(sentences)


def _is_same(answer: ComparisonAnswer, size: float) -> bool:
    """Tell whether an answer is the live one. The service compares labels and decisions: another one has failed."""
    return answer["status"] == "run" and (answer["difference"] or 0.0) <= TOLERANCE * size


def _build_cells(card: Card, answer: ComparisonAnswer | None, tr: Translation) -> list[str]:
    if answer is None:
        return [Markup('<span class="waiting">…</span>'), "", ""]
    if answer["prediction"] is None:
        return [_build_note(answer, tr), "", ""]
    difference = answer["difference"]
    return [
        _build_answer(card, answer["prediction"], tr),
        "–" if answer["way"] == LIVE or difference is None else format_difference(difference, tr),
        _describe_time(answer, tr),
    ]


def _build_answer(card: Card, prediction: Prediction, tr: Translation) -> Markup:
    """Return the answer as on the pages, its decision, and the number with all its digits."""
    exact = "" if wording.names_label(card) else format_exactly(wording.answer_value(card, prediction), tr)
    return Markup('<strong>{}</strong> {} <span class="exact">{}</span>').format(
        wording.format_prediction(card, prediction, tr), answer_html.build_band_badge(card, prediction), exact
    )


def _build_note(answer: ComparisonAnswer, tr: Translation) -> Markup:
    """Return the recorded proof of a way, or why it gave no answer."""
    if answer["status"] == "recorded":
        if not answer["proof"]:
            return Markup("{}").format(tr.text("not run here: the program that runs it is missing"))
        note = Markup('<span class="apart">{}</span> {}')
        return note.format(tr.text("recorded proof"), describe_proof(answer["proof"], tr))
    title = tr.text("not for this model") if answer["status"] == "refused" else tr.text("no answer")
    return Markup('{}: <span lang="en">{}</span>').format(title, answer["reason"] or "")


def _describe_time(answer: ComparisonAnswer, tr: Translation) -> str:
    seconds = answer["seconds"]
    if seconds is None:
        return ""
    time = tr.text("{n} s", n=tr.number(max(seconds, _MIN_SECONDS), 3 if seconds < 1 else 1))
    return tr.text("{time} with start", time=time) if answer["includes_start"] else time
