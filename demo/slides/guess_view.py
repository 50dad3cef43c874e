"""Builds the HTML of what the audience has guessed: bars for each answer, or a histogram of values, and the model's mark."""

from statistics import median

from markupsafe import Markup

from client import Card, GuessFigures, Prediction
from demo.charts.ticks import round_numbers
from demo.text import wording
from demo.text.markup import build_paragraph, concatenate
from demo.text.translation import Translation

_BINS, _MAX_BARS = 10, 12
_HUNDRED = 100.0


def build_guesses(card: Card, guesses: GuessFigures | None, prediction: Prediction | None, tr: Translation) -> Markup:
    """Return the guesses; with the prediction, also the answer of the model and how many people gave it.

    Without a prediction the audience still guesses: nothing on the screen may tell the answer.
    """
    people = guesses["people"] if guesses else 0
    title = tr.text("You guessed") if prediction else tr.text("Your guess?")
    parts = [Markup("<h2>{}</h2>").format(title), build_paragraph("guess-people", _count_people(people, tr))]
    if guesses and guesses["values"]:
        parts.append(_build_histogram(card, guesses["values"], prediction, tr))
    if (guesses and (guesses["counts"] or not guesses["values"])) or not guesses:
        parts.append(_build_bars(card, guesses["counts"] if guesses else {}, people, prediction, tr))
    return Markup('<section class="guesses" data-people="{}">{}</section>').format(people, concatenate(parts))


def list_answers(card: Card) -> dict[str, str]:
    """Return the answers that a person can guess: `decision/…` or `label/…` → words. Empty for a model of values alone."""
    output = card["output"]
    if bands := output.get("bands"):
        return {f"decision/{band['value']}": band.get("label") or band["value"] for band in bands}
    return {f"label/{value}": text for value, text in wording.label_texts(card).items()}


def describe_comparison(card: Card, guesses: GuessFigures | None, prediction: Prediction, tr: Translation) -> str:
    """Return the model against the audience in a sentence; empty if nobody has guessed."""
    if not guesses or not guesses["people"]:
        return ""
    if guesses["values"]:
        middle = wording.format_answer_with_unit(card, median(guesses["values"]), tr)
        answer = wording.format_prediction(card, prediction, tr)
        return tr.text("Your middle guess: {guess}. The model: {answer}.", guess=middle, answer=answer)
    same = sum(guesses["counts"].get(name, 0) for name in _names_of(prediction))
    people = guesses["people"]
    return tr.count(
        "{same} of {n} person said what the model says.",
        "{same} of {n} people said what the model says.",
        people,
        same=tr.number(same),
    )


def _count_people(people: int, tr: Translation) -> str:
    if not people:
        return tr.text("Nobody has guessed yet")
    return tr.count("{n} person has guessed", "{n} people have guessed", people)


def _names_of(prediction: Prediction) -> set[str]:
    """Return the names of an answer among the guesses."""
    return {f"decision/{prediction['decision']}", f"label/{prediction.get('label')}"}


def _build_bars(card: Card, counts: dict[str, int], people: int, prediction: Prediction | None, tr: Translation) -> Markup:
    answers = list_answers(card)
    others = {name: name.partition("/")[2] for name in counts if name not in answers}
    shown = list((answers | others).items())[:_MAX_BARS]
    names = _names_of(prediction) if prediction else set()
    tones = {f"decision/{band['value']}": band["tone"] for band in card["output"].get("bands", [])}
    row = Markup(
        '<div class="guess-row{}"><span class="guess-name">{}</span><span class="guess-track">'
        '<span class="guess-bar tone-{}" style="width:{}%"></span></span><span class="guess-count">{}</span>{}</div>'
    )
    most = max([people, 1, *counts.values()])
    mark = Markup('<span class="guess-model">{}</span>').format(tr.text("the model"))
    rows = [
        row.format(
            " chosen" if name in names else "",
            text,
            tones.get(name, "plain"),
            f"{_HUNDRED * counts.get(name, 0) / most:.1f}",
            tr.number(counts.get(name, 0)),
            mark if name in names else "",
        )
        for name, text in shown
    ]
    return Markup('<div class="guess-bars">{}</div>').format(concatenate(rows))


def _build_histogram(card: Card, values: list[float], prediction: Prediction | None, tr: Translation) -> Markup:
    answer = wording.answer_value(card, prediction) if prediction else None
    ends = [*(card["output"].get("seen") or []), *values, *([] if answer is None else [answer])]
    low, high = min(ends), max(ends)
    high = high if high > low else low + 1.0
    size = (high - low) / _BINS
    bins = [0] * _BINS
    for value in values:
        bins[min(int((value - low) / size), _BINS - 1)] += 1
    bars = concatenate(
        Markup('<i style="height:{}%"></i>').format(f"{_HUNDRED * number / max(bins):.1f}") for number in bins
    )
    ticks = concatenate(
        Markup('<span style="left:{}%">{}</span>').format(
            f"{_HUNDRED * (at - low) / (high - low):.1f}", wording.format_answer(card, at, tr)
        )
        for at in round_numbers(low, high, 5)
    )
    mark = Markup()
    if answer is not None and prediction is not None:
        share = _HUNDRED * (answer - low) / (high - low)
        text = tr.text("the model {answer}", answer=wording.format_prediction(card, prediction, tr))
        side = " before" if share > _HUNDRED / 2 else ""
        mark = Markup('<b class="guess-mark{}" style="left:{}%"><span>{}</span></b>').format(side, f"{share:.1f}", text)
    return Markup(
        '<div class="guess-histogram"><div class="guess-columns">{}{}</div><div class="guess-ticks">{}</div></div>'
    ).format(bars, mark, ticks)
