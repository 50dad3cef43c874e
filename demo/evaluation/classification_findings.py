"""The findings of a classification: discrimination, precision and recall, calibration."""

from client import Card, Classification
from demo.charts import evaluation_charts
from demo.charts.estimate_chart import Estimate
from demo.charts.evaluation_charts import AxisTitles
from demo.evaluation.baseline_text import describe_baseline
from demo.evaluation.findings import (
    Finding,
    explain_intervals,
    focus_label,
    format_interval,
    format_share_ticks,
)
from demo.text.markup import TableRow, build_scrollable, build_table
from demo.text.translation import Translation
from demo.text.wording import other_label

_HALF = 0.5


def describe_discrimination(card: Card, evaluation: Classification, theme: str, tr: Translation) -> Finding:
    """Describe the ROC curve, and its area (AUC) as pairs of a hundred."""
    auc = evaluation["auc"]
    assert auc is not None  # noqa: S101 - the page asks only what the evaluation answers
    value, low, high = (tr.number(auc[name] * 100) for name in ("value", "low", "high"))
    sentence = tr.text(
        "Of 100 pairs of one “{label}” case and one other, {value} ({low} to {high}) are ranked correctly.",
        label=focus_label(card),
        value=value,
        low=low,
        high=high,
    )
    curve = [(point["false_alarms"], point["found"]) for point in evaluation["roc"]]
    titles = AxisTitles(
        tr.text("False alarms among “{label}”", label=other_label(card, tr)),
        tr.text("Found: “{label}”", label=focus_label(card)),
        format_share_ticks(tr),
    )
    area = tr.text(
        "The line is the ROC curve; the number is the area under it (AUC). Dashed line: guessing, 50 of 100 pairs."
    )
    return Finding(
        sentence,
        evaluation_charts.draw_trade_off(curve, None, titles, theme, chance=True),
        (area, explain_intervals(tr, in_chart=False)),
    )


def describe_correct_answers(card: Card, evaluation: Classification, _theme: str, tr: Translation) -> Finding:
    """Describe how often the label of a model without probabilities is the true one, with a table of its mistakes."""
    counts, accuracy = evaluation["thresholds"][0], evaluation.get("accuracy") or evaluation["overall"]
    sentence = tr.text(
        "{share} of the answers are correct.",
        share=format_interval(accuracy, tr, 1),
    )
    focus, other = focus_label(card), other_label(card, tr)
    rows = [
        TableRow(
            tr.text("Actually: {truth}", truth=other),
            [tr.number(counts["passed_right"]), tr.number(counts["flagged_wrong"])],
            cell_classes=["right", "wrong"],
        ),
        TableRow(
            tr.text("Actually: {truth}", truth=focus),
            [tr.number(counts["passed_wrong"]), tr.number(counts["flagged_right"])],
            cell_classes=["wrong", "right"],
        ),
    ]
    heads = [tr.text("Model: {answer}", answer=label) for label in (other, focus)]
    all_others = tr.text("The table takes all answers except “{label}” together.", label=focus)
    notes = (
        *([all_others] if len(card["output"].get("labels", [])) > 2 else []),  # noqa: PLR2004
        tr.text("This model names one answer, without a probability: its answers have no order and no threshold."),
        explain_intervals(tr, in_chart=False),
    )
    return Finding(sentence, None, notes, table=build_scrollable(build_table(heads, rows, "confusion")))


def describe_precision_and_recall(card: Card, evaluation: Classification, theme: str, tr: Translation) -> Finding:
    """Describe precision and recall at the point whose recall is nearest to one half."""
    half = min(evaluation["precision"], key=lambda point: abs(point["found"] - _HALF))
    label = focus_label(card)
    sentence = tr.text(
        "To find {found} of all “{label}” cases, the threshold is {threshold}: {right} of the cases above it are “{label}”.",
        found=tr.percent(half["found"]),
        label=label,
        threshold=tr.percent(half["threshold"]),
        right=format_interval(precision, tr) if (precision := half.get("precision")) else tr.percent(half["right"]),
    )
    curve, here = [(point["found"], point["right"]) for point in evaluation["precision"]], (half["found"], half["right"])
    titles = AxisTitles(
        tr.text("Found: “{label}”", label=label),
        tr.text("Share of “{label}” above the threshold", label=label),
        format_share_ticks(tr),
    )
    base = tr.text(
        "Of all cases, {share} are “{label}”. Average precision: {average}.",
        label=label,
        share=tr.percent(evaluation["focus_rows"] / evaluation["rows"]),
        average=format_interval(average, tr) if (average := evaluation["average_precision"]) else "–",
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
        "Largest gap: of the cases with a prediction of about {said}, {happened} came true.",
        said=tr.percent(worst["said"]),
        happened=format_interval(worst["happened"], tr),
    )
    points = [
        (each["said"], Estimate("", each["happened"]["value"], each["happened"]["low"], each["happened"]["high"], ""))
        for each in bins
    ]
    titles = AxisTitles(
        tr.text("Predicted probability"),
        tr.text("Actual share: {label}", label=focus_label(card)),
        format_share_ticks(tr),
    )
    notes = []
    baseline = evaluation.get("baseline")
    if (brier := evaluation.get("brier")) and baseline and baseline["brier"] is not None:
        notes.append(
            tr.text(
                "Mean squared error of the probabilities (Brier): {value} ({low} to {high}); {baseline}.",
                **{name: tr.number(brier[name], 3) for name in ("value", "low", "high")},
                baseline=describe_baseline("brier", tr.number(baseline["brier"], 3), tr),
            )
        )
    rows = tr.count(
        "On the dashed line, predicted and actual shares are equal. Each point stands for at least {n} case.",
        "On the dashed line, predicted and actual shares are equal. Each point stands for at least {n} cases.",
        min(each["happened"]["rows"] for each in bins),
    )
    return Finding(
        sentence,
        evaluation_charts.draw_calibration(points, titles, theme),
        (rows, *notes, explain_intervals(tr, in_chart=True)),
    )
