"""What a phone shows of guesses: the question before the answer, and the audience beside the model after it."""

import statistics
from typing import Any

from markupsafe import Markup

from client import Card, GuessFigures, Prediction
from demo.text.markup import build_paragraph, concatenate
from demo.text.number_text import parse_number, parse_thousands
from demo.text.translation import Translation
from demo.text.wording import answer_value, format_answer_with_unit, is_classification, label_texts

_MAX_BINS = 9
_CHART_HEIGHT = 60
_MIN_FOR_QUARTILES = 4


def list_guesses(card: Card) -> dict[str, str]:
    """Return what a person can guess: `decision/…` or `label/…` → its words. Empty: the guess is a number."""
    if not is_classification(card):
        return {}
    bands = {f"decision/{band['value']}": band.get("label") or band["value"] for band in card["output"].get("bands", [])}
    return bands or {f"label/{value}": text for value, text in label_texts(card).items()}


def build_guess_form(card: Card, case: str, tr: Translation) -> Markup:
    """Return the question to the audience: a large button for each answer, or a box for a number."""
    options = list_guesses(card)
    if options:
        tones = {f"decision/{band['value']}": band["tone"] for band in card["output"].get("bands", [])}
        answers = concatenate(
            Markup('<button type="button" class="guess {}" data-guess="{}" aria-pressed="false">{}</button>').format(
                f"band-{tones[name]}" if name in tones else "", name, text
            )
            for name, text in options.items()
        )
    else:
        answers = Markup(
            '<form id="number-guess"><label class="screen-reader" for="guess-number">{label}</label>'
            '<input id="guess-number" inputmode="decimal" autocomplete="off" maxlength="40" aria-describedby="guess-state">'
            '<span class="unit">{unit}</span><button class="main">{send}</button></form>'
        ).format(label=tr.text("Your guess"), unit=card["output"].get("unit", ""), send=tr.text("Guess"))
    return Markup(
        '<section class="guesses" data-case="{}" aria-labelledby="guess-title"><h2 id="guess-title">{}</h2>'
        '<div class="options">{}</div><p id="guess-state" class="state" role="status"></p></section>'
    ).format(case, tr.text("What is your guess?"), answers)


def format_guess(card: Card, guess: dict[str, Any], tr: Translation) -> str:
    """Return a guess, of which one of `label`, `decision` and `value` is given, as text."""
    if guess.get("value") is not None:
        return format_answer_with_unit(card, float(guess["value"]), tr)
    kind = "decision" if guess.get("decision") is not None else "label"
    name = f"{kind}/{guess.get(kind)}"
    return list_guesses(card).get(name, str(guess.get(kind)))


def parse_guess(card: Card | None, text: str, tr: Translation) -> float:
    """Return the number that a person typed. Raises ValueError.

    “3,000” is 3 in Polish. If only 3000 is among the answers that the model has learned from, it is 3000.
    """
    number, thousands = float(parse_number(text, tr)), parse_thousands(text, tr)
    low, high = (card["output"].get("seen") if card else None) or (number, number)
    return float(thousands) if thousands is not None and not low <= number <= high and low <= thousands <= high else number


def build_guess_results(card: Card, prediction: Prediction, guesses: GuessFigures, tr: Translation) -> Markup:
    """Return what the audience guessed, beside the model; the page marks the reader's own guess in it."""
    people = int(guesses["people"])
    if not people:
        return Markup()
    title = tr.count("{n} person guessed", "{n} people guessed", people)
    options = list_guesses(card)
    chart = (
        _build_counts(card, prediction, guesses, tr) if options else _build_values(card, prediction, guesses["values"], tr)
    )
    return Markup('<section class="results" data-case="{}"><h2>{}</h2><p class="own" hidden></p>{}</section>').format(
        guesses["case"], title, chart
    )


def _build_counts(card: Card, prediction: Prediction, guesses: GuessFigures, tr: Translation) -> Markup:
    counts, options = guesses["counts"], list_guesses(card)
    total = max(1, sum(counts.get(name, 0) for name in options))
    models = {f"decision/{prediction['decision']}", f"label/{prediction.get('label')}"}
    rows = []
    for name, text in options.items():
        share = counts.get(name, 0) / total
        mark = Markup(' <b class="model-mark">{}</b>').format(tr.text("the model")) if name in models else ""
        rows.append(
            Markup(
                '<li data-guess="{}"><span class="share-name">{}{}</span><span class="share-track">'
                '<i style="width:{:.1f}%"></i></span><span class="share-amount">{}</span></li>'
            ).format(name, text, mark, share * 100, tr.percent(share))
        )
    return Markup('<ul class="shares">{}</ul>').format(concatenate(rows))


def _build_values(card: Card, prediction: Prediction, values: list[float], tr: Translation) -> Markup:
    if not values:
        return Markup()
    model, middle = answer_value(card, prediction), statistics.median(values)
    sentence = tr.text(
        "Middle guess: {middle}. The model: {model}.",
        middle=format_answer_with_unit(card, middle, tr),
        model=format_answer_with_unit(card, model, tr),
    )
    return build_paragraph("middle", sentence) + _draw_histogram(card, values, model, tr)


def _find_ends(values: list[float], model: float) -> tuple[float, float]:
    """Return the ends of the chart: those of the guesses without outliers, and the model between them.

    Source: Tukey's fences, 1.5 times the distance of the quartiles beyond them.
    """
    if len(values) < _MIN_FOR_QUARTILES:
        return min(model, *values), max(model, *values)
    first, _, third = statistics.quantiles(values, n=4)
    reach = (third - first) * 1.5
    inside = [value for value in values if first - reach <= value <= third + reach]
    return min(model, *inside), max(model, *inside)


def _draw_histogram(card: Card, values: list[float], model: float, tr: Translation) -> Markup:
    """Return bars of the guesses with a line for the model. The few guesses far outside are in the first and last bar."""
    low, high = _find_ends(values, model)
    if high <= low:
        return Markup()
    width, counts = (high - low) / _MAX_BINS, [0] * _MAX_BINS
    for value in values:
        counts[min(_MAX_BINS - 1, max(0, int((value - low) / width)))] += 1
    bars = concatenate(
        Markup('<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>').format(
            index * 100 / _MAX_BINS + 0.5,
            _CHART_HEIGHT * (1 - count / max(counts)),
            100 / _MAX_BINS - 1,
            _CHART_HEIGHT * count / max(counts),
        )
        for index, count in enumerate(counts)
    )
    at = (model - low) / (high - low) * 100
    return Markup(
        '<svg class="histogram" viewBox="0 0 100 {height}" preserveAspectRatio="none" aria-hidden="true">{bars}'
        '<line x1="{at:.1f}" x2="{at:.1f}" y1="0" y2="{height}"/></svg>'
        '<p class="axis" aria-hidden="true"><span>{low}</span><span>{high}</span></p>'
    ).format(
        height=_CHART_HEIGHT,
        bars=bars,
        at=min(99.0, max(1.0, at)),
        low=format_answer_with_unit(card, low, tr),
        high=format_answer_with_unit(card, high, tr),
    )
