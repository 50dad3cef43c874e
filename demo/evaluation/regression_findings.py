"""The findings of a regression: predicted against true values, residuals, coverage of the intervals."""

from client import Card, CoverageBin, Regression
from demo.charts import estimate_chart, evaluation_charts
from demo.charts.evaluation_charts import AxisTitles
from demo.charts.ticks import round_counts, round_numbers
from demo.evaluation.baseline_text import describe_baseline
from demo.evaluation.findings import Finding, explain_intervals, format_interval, make_axis, make_estimate
from demo.text import wording
from demo.text.translation import Translation

_FEW_BINS = 3


def describe_predicted_vs_true(card: Card, evaluation: Regression, theme: str, tr: Translation) -> Finding:
    """Describe the typical error, with a chart of a sample of predicted against true values."""
    error = {
        name: wording.format_answer_with_unit(card, evaluation["median_error"][name], tr)
        for name in ("value", "low", "high")
    }
    sentence = tr.text("Half of all answers are within {value} of the true value ({low} to {high}).", **error)
    points = [(point["true"], point["predicted"]) for point in evaluation["sample"]]
    flat = [value for point in points for value in point]
    titles = AxisTitles(tr.text("True value"), tr.text("Estimate"), [])
    figure = evaluation_charts.draw_predicted_vs_true(points, _make_ticks(card, min(flat), max(flat), tr), titles, theme)
    r2 = tr.text(
        "The model explains {share} of what makes the values differ (R²); {baseline}.",
        share=format_interval(evaluation["r2"], tr, 1),
        baseline=describe_baseline("r2", tr.percent(0), tr),
    )
    sample_size = tr.count("{n} random case shown.", "{n} random cases shown.", len(points))
    return Finding(sentence, figure, (r2, sample_size, explain_intervals(tr, in_chart=False)))


def describe_residuals(card: Card, evaluation: Regression, theme: str, tr: Translation) -> Finding:
    """Describe how the errors are distributed."""
    bins, high, low = evaluation["residuals"], evaluation.get("too_high"), evaluation.get("too_low")
    sentence = tr.text("How far the estimates are from the true values.")
    notes = [tr.text("The first and the last bar include everything beyond them.")]
    if high and low:
        sentence = tr.text(
            "The estimate is too high in {high} of cases and too low in {low}.",
            high=format_interval(high, tr, 1),
            low=format_interval(low, tr, 1),
        )
        notes.append(explain_intervals(tr, in_chart=False))
    titles = AxisTitles(tr.text("Error: estimate minus true value"), tr.text("Cases"), [])
    bars = [(each["low"], each["high"], each["rows"]) for each in bins]
    if len(bins) > _FEW_BINS:  # the outermost bins have no end: draw them as wide as the others
        (_, first, first_rows), (last, _, last_rows), width = bars[0], bars[-1], bars[1][1] - bars[1][0]
        bars[0], bars[-1] = (first - width, first, first_rows), (last, last + width, last_rows)
    counts = [(count, tr.number(count)) for count in round_counts(max(rows for _, _, rows in bars))]
    ticks = _make_ticks(card, bars[0][0], bars[-1][1], tr)
    figure = evaluation_charts.draw_residuals(bars, ticks, counts, titles, theme)
    return Finding(sentence, figure, tuple(notes))


def describe_coverage(card: Card, evaluation: Regression, theme: str, tr: Translation) -> Finding:
    """Describe which share of the true values lies inside the intervals."""
    coverage = evaluation.get("coverage")
    if not coverage:
        return Finding(tr.text("This model gives no range around its answers."), None)
    sentence = tr.text("{share} of the true values lie inside the model's range.", share=format_interval(coverage, tr, 1))
    estimates = [
        make_estimate(_describe_answer_band(card, each, tr), each["coverage"], tr.percent, tr)
        for each in evaluation["coverage_bins"]
    ]
    notes = [tr.text("One row per band of estimates, with the number of cases.")]
    promised = card["output"].get("interval")
    reference, marks = None, []
    if promised:
        promise = tr.percent(promised["coverage"])
        reference, marks = (promised["coverage"], tr.text("promised: {value}", value=promise)), [promised["coverage"]]
        notes.insert(0, _describe_missed_promise(card, evaluation, promised["coverage"], tr))
    axis = make_axis(tr.text("True values inside the range"), estimates, marks, tr.percent)
    figure = estimate_chart.draw_estimates(estimates, axis, theme, reference)
    return Finding(sentence, figure, (*notes, explain_intervals(tr, in_chart=True)))


def _describe_missed_promise(card: Card, evaluation: Regression, promised: float, tr: Translation) -> str:
    """Return which bands of answers hold surely less than the promised share: their whole interval is below it."""
    missed = [
        f"{_describe_answer_band(card, each, tr)} ({tr.percent(each['coverage']['value'])})"
        for each in evaluation["coverage_bins"]
        if each["coverage"]["high"] < promised
    ]
    promise = tr.percent(promised)
    if not missed:
        return tr.text("No band of estimates is clearly below the promised {promise}.", promise=promise)
    return tr.text("Below the promised {promise}: {bands}.", promise=promise, bands=", ".join(missed))


def _describe_answer_band(card: Card, each: CoverageBin, tr: Translation) -> str:
    return tr.text(
        "{low} to {high}",
        low=wording.format_answer(card, each["low"], tr),
        high=wording.format_answer_with_unit(card, each["high"], tr),
    )


def _make_ticks(card: Card, low: float, high: float, tr: Translation) -> list[tuple[float, str]]:
    return [(value, wording.format_answer(card, value, tr)) for value in round_numbers(low, high)]
