"""The findings of a classification: discrimination, precision and recall, calibration, thresholds and their costs."""

from markupsafe import Markup

from client import Card, Classification, ThresholdCounts
from demo.charts import evaluation_charts
from demo.charts.canvas import Figure
from demo.charts.estimate_chart import Estimate
from demo.charts.evaluation_charts import AxisTitles
from demo.evaluation import threshold_costs
from demo.evaluation.findings import Finding, explain_intervals, focus_label, format_interval, format_share_ticks
from demo.text.markup import build_table
from demo.text.translation import Translation

_HALF = 0.5


def describe_discrimination(card: Card, evaluation: Classification, theme: str, tr: Translation) -> Finding:
    """Describe the ROC curve, and its area (AUC) as pairs of a hundred."""
    auc = evaluation["auc"]
    value, low, high = (tr.number(auc[name] * 100) for name in ("value", "low", "high"))
    sentence = tr.text(
        "Of 100 pairs, one case of “{label}” and one other, {value} ({low} to {high}) are put in the right order.",
        label=focus_label(card),
        value=value,
        low=low,
        high=high,
    )
    curve = [(point["false_alarms"], point["found"]) for point in evaluation["roc"]]
    titles = AxisTitles(tr.text("False alarms among the others"), tr.text("Found"), format_share_ticks(tr))
    area = tr.text(
        "The line is the ROC curve, the number its area (AUC). A coin would put 50 of 100 pairs in order: the dashed line."
    )
    return Finding(
        sentence,
        evaluation_charts.draw_trade_off(curve, None, titles, theme, chance=True),
        (area, explain_intervals(tr, in_chart=False)),
    )


def describe_precision_and_recall(card: Card, evaluation: Classification, theme: str, tr: Translation) -> Finding:
    """Describe precision and recall at the point whose recall is nearest to one half."""
    half = min(evaluation["precision"], key=lambda point: abs(point["found"] - _HALF))
    sentence = tr.text(
        "To find {found} of all cases of “{label}”, flag those above {threshold}: {right} of the flagged are right.",
        found=tr.percent(half["found"]),
        label=focus_label(card),
        threshold=tr.percent(half["threshold"]),
        right=format_interval(precision, tr) if (precision := half.get("precision")) else tr.percent(half["right"]),
    )
    curve, here = [(point["found"], point["right"]) for point in evaluation["precision"]], (half["found"], half["right"])
    titles = AxisTitles(tr.text("Found"), tr.text("Right among the flagged"), format_share_ticks(tr))
    base = tr.text(
        "Flagging everybody would be right for {share}. Average precision: {average}.",
        share=tr.percent(evaluation["focus_rows"] / evaluation["rows"]),
        average=format_interval(evaluation["average_precision"], tr),
    )
    return Finding(
        sentence,
        evaluation_charts.draw_trade_off(curve, here, titles, theme, chance=False),
        (base, explain_intervals(tr, in_chart=False)),
    )


def describe_calibration(card: Card, evaluation: Classification, theme: str, tr: Translation) -> Finding:
    """Describe the calibration: the predicted share against the observed one, bin by bin."""
    bins = evaluation["calibration"]
    worst = max(bins, key=lambda each: abs(each["said"] - each["happened"]["value"]))
    sentence = tr.text(
        "Where the model said about {said}, it came true in {happened}: the largest gap of all.",
        said=tr.percent(worst["said"]),
        happened=format_interval(worst["happened"], tr),
    )
    points = [
        (each["said"], Estimate("", each["happened"]["value"], each["happened"]["low"], each["happened"]["high"], ""))
        for each in bins
    ]
    titles = AxisTitles(
        tr.text("The model said"),
        tr.text("It came true: {label}", label=focus_label(card)),
        format_share_ticks(tr),
    )
    rows = tr.count(
        "On the dashed line both agree. The smallest point stands for {n} case.",
        "On the dashed line both agree. The smallest point stands for {n} cases.",
        min(each["happened"]["rows"] for each in bins),
    )
    return Finding(
        sentence, evaluation_charts.draw_calibration(points, titles, theme), (rows, explain_intervals(tr, in_chart=True))
    )


def describe_threshold(card: Card, evaluation: Classification, counts: ThresholdCounts, tr: Translation) -> str:
    """Describe in one sentence what is flagged and what is missed at a threshold."""
    flagged = counts["flagged_right"] + counts["flagged_wrong"]
    return tr.text(
        "From {threshold} up: {flagged} of {all} cases flagged, {wrong} of them wrongly; {missed} of “{label}” missed.",
        threshold=tr.percent(counts["threshold"]),
        flagged=tr.number(flagged),
        all=tr.number(evaluation["rows"]),
        wrong=tr.number(counts["flagged_wrong"]),
        missed=tr.number(counts["passed_wrong"]),
        label=focus_label(card),
    )


def describe_threshold_intervals(counts: ThresholdCounts, tr: Translation) -> str:
    """Describe precision and recall at a threshold with their intervals.

    Empty if the bundle has no intervals, or if no case is flagged.
    """
    precision, recall = counts.get("right"), counts.get("found")
    if not precision or not recall or not precision["rows"]:
        return ""
    return tr.text(
        "Right among the flagged: {right}. Found: {found}.",
        right=format_interval(precision, tr),
        found=format_interval(recall, tr),
    )


def build_confusion_table(card: Card, counts: ThresholdCounts, tr: Translation) -> Markup:
    """Return the confusion matrix at a threshold as an HTML table."""
    row = Markup('<tr><th scope="row">{}</th><td class="{}">{}</td><td class="{}">{}</td></tr>')
    true_positives, false_positives = tr.number(counts["flagged_right"]), tr.number(counts["flagged_wrong"])
    false_negatives, true_negatives = tr.number(counts["passed_wrong"]), tr.number(counts["passed_right"])
    rows = [
        row.format(tr.text("flagged"), "right", true_positives, "wrong", false_positives),
        row.format(tr.text("not flagged"), "wrong", false_negatives, "right", true_negatives),
    ]
    return build_table([focus_label(card), tr.text("others")], rows, "confusion")


def describe_costs(
    evaluation: Classification, here: ThresholdCounts, false_alarm: float, missed: float, *, theme: str, tr: Translation
) -> tuple[Figure, str]:
    """Return the chart of the cost by threshold, and a sentence on the cheapest threshold."""
    thresholds = evaluation["thresholds"]
    points = [(counts["threshold"], threshold_costs.total_cost(counts, false_alarm, missed)) for counts in thresholds]
    best = threshold_costs.find_cheapest(thresholds, false_alarm, missed)
    titles = AxisTitles(tr.text("Flag from"), tr.text("Cost of all mistakes"), format_share_ticks(tr))

    def format_cost(counts: ThresholdCounts) -> str:
        value = threshold_costs.total_cost(counts, false_alarm, missed)
        margin = threshold_costs.cost_margin(counts, false_alarm, missed)
        ends = {"low": tr.number(max(value - margin, 0)), "high": tr.number(value + margin)}
        return tr.text("{value} ({low} to {high})", value=tr.number(value), **ends)

    sentence = tr.text(
        "Here all mistakes cost {here}; the cheapest threshold is {best}, where they cost {least}.",
        here=format_cost(here),
        best=tr.percent(best["threshold"]),
        least=format_cost(best),
    )
    low, high = threshold_costs.find_equal_cost_range(thresholds, best, false_alarm, missed)
    if low < high:
        ends = {"low": tr.percent(low), "high": tr.percent(high)}
        sentence += " " + tr.text("From {low} to {high} it may be as cheap: the difference may be chance.", **ends)
    labels = (
        tr.text("yours: {threshold}", threshold=tr.percent(here["threshold"])),
        tr.text("cheapest: {threshold}", threshold=tr.percent(best["threshold"])),
    )
    lines = (here["threshold"], best["threshold"])
    return evaluation_charts.draw_costs(points, lines, labels, titles, theme), sentence
