"""What the evaluation of a regression says: predicted against true, how large the errors are, whether the ranges hold."""

from client import Card, Regression
from demo.charts import evaluation_charts
from demo.charts.evaluation_charts import Spread, Titles
from demo.charts.ticks import round_numbers
from demo.evaluation.findings import Finding, between, repeated
from demo.text import wording
from demo.text.translation import Translation

_FEW_BINS = 3


def against(card: Card, found: Regression, theme: str, tr: Translation) -> Finding:
    """Predicted against true values, a sample of them."""
    error = {name: wording.answer_with_unit(card, found["median_error"][name], tr) for name in ("value", "low", "high")}
    sentence = tr.text("Half of all answers are within {value} of the true value ({low} to {high}).", **error)
    points = [(point["true"], point["predicted"]) for point in found["sample"]]
    flat = [value for point in points for value in point]
    titles = Titles(tr.text("True value"), tr.text("The model said"), [])
    drawing = evaluation_charts.against(points, _ticks(card, min(flat), max(flat), tr), titles, theme)
    r2 = tr.text("The model explains {share} of what makes the values differ (R²).", share=between(found["r2"], tr, 1))
    drawn = tr.count("Drawn: {n} case by chance.", "Drawn: {n} cases by chance.", len(points))
    return Finding(sentence, drawing, (r2, drawn, repeated(tr, drawn=False)))


def errors(card: Card, found: Regression, theme: str, tr: Translation) -> Finding:
    """How the errors spread."""
    bins, high, low = found["residuals"], found.get("too_high"), found.get("too_low")
    sentence = tr.text("So far is the model from the true values.")
    more = [tr.text("The outermost bars hold everything beyond them too.")]
    if high and low:
        sentence = tr.text(
            "The model says too much in {high} of cases, too little in {low}.",
            high=between(high, tr, 1),
            low=between(low, tr, 1),
        )
        more.append(repeated(tr, drawn=False))
    titles = Titles(tr.text("The model said minus the true value"), tr.text("Cases"), [])
    drawn = [(each["low"], each["high"], each["rows"]) for each in bins]
    if len(bins) > _FEW_BINS:  # the outermost ones are as wide as the errors are large
        (_, first, first_rows), (last, _, last_rows), width = drawn[0], drawn[-1], drawn[1][1] - drawn[1][0]
        drawn[0], drawn[-1] = (first - width, first, first_rows), (last, last + width, last_rows)
    counts = [(at, tr.number(at)) for at in round_numbers(0, max(rows for _, _, rows in drawn))]
    ticks = _ticks(card, drawn[0][0], drawn[-1][1], tr)
    drawing = evaluation_charts.histogram(drawn, ticks, counts, titles, theme)
    return Finding(sentence, drawing, tuple(more))


def ranges(card: Card, found: Regression, theme: str, tr: Translation) -> Finding:
    """Whether the ranges hold as many true values as they promise."""
    coverage = found.get("coverage")
    if not coverage:
        return Finding(tr.text("This model gives no range around its answers."), None)
    sentence = tr.text(
        "{share} of the true values lie inside the range that the model gave.", share=between(coverage, tr, 1)
    )
    spreads = [
        Spread(
            tr.text(
                "{low} to {high}",
                low=wording.answer_text(card, each["low"], tr),
                high=wording.answer_with_unit(card, each["high"], tr),
            )
            + f" ({tr.number(each['coverage']['rows'])})",
            each["coverage"]["value"],
            each["coverage"]["low"],
            each["coverage"]["high"],
            tr.percent(each["coverage"]["value"]),
        )
        for each in found["coverage_bins"]
    ]
    whole = tr.text("all cases: {value}", value=tr.percent(coverage["value"]))
    note = tr.text("One line for each stretch of answers; after it the number of cases.")
    drawing = evaluation_charts.spreads(spreads, (coverage["value"], whole), theme)
    return Finding(sentence, drawing, (note, repeated(tr, drawn=True)))


def _ticks(card: Card, low: float, high: float, tr: Translation) -> list[tuple[float, str]]:
    return [(at, wording.answer_text(card, at, tr)) for at in round_numbers(low, high)]
