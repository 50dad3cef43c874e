"""The findings of segments: how good the model is for each group of cases, and how it decides on them."""

from markupsafe import Markup

from client import Card, Evaluation, Segment, SegmentGroup
from demo.charts import canvas, evaluation_charts
from demo.charts.evaluation_charts import Estimate
from demo.evaluation.findings import (
    Finding,
    explain_counts,
    explain_intervals,
    focus_label,
    format_interval,
    format_metric,
    format_metric_interval,
    intervals_overlap,
    metric_name,
)
from demo.text import wording
from demo.text.markup import build_row, build_scrollable, build_table
from demo.text.translation import Translation

_GREY = Markup(' style="color:light-dark({light},{dark})"').format(**canvas.MUTED)


def describe_groups(card: Card, evaluation: Evaluation, segment: Segment, theme: str, tr: Translation) -> Finding:
    """Describe the metric of each group of a segment, with a table of flagged and true shares. Small groups are grey."""
    overall = evaluation["overall"]["value"]
    estimates = [
        Estimate(
            f"{group['label']} ({tr.number(group['metric']['rows'])})",
            group["metric"]["value"],
            group["metric"]["low"],
            group["metric"]["high"],
            format_metric(evaluation, group["metric"]["value"], tr),
            is_small=group["small"],
        )
        for group in segment["groups"]
    ]
    figure = evaluation_charts.draw_estimates(
        estimates, (overall, tr.text("all cases: {value}", value=format_metric(evaluation, overall, tr))), theme
    )
    sentence, doubt = _describe_best_and_worst(evaluation, segment, tr)
    notes = [*doubt, explain_counts(tr), explain_intervals(tr, in_chart=True)]
    if not segment["is_input"]:
        notes.insert(0, tr.text("The model never sees this; it is used here only to compare."))
    return Finding(sentence, figure, tuple(notes), table=_build_group_table(card, evaluation, segment, tr))


def _describe_best_and_worst(evaluation: Evaluation, segment: Segment, tr: Translation) -> tuple[str, list[str]]:
    """Return a sentence on the best and the worst group with their intervals, and a note if the intervals overlap."""
    large = [group for group in segment["groups"] if not group["small"]] or segment["groups"]
    sign = 1 if evaluation["kind"] == "classification" else -1
    worst, *_, best = sorted([large[0], *large], key=lambda group: sign * group["metric"]["value"])
    name = metric_name(evaluation, tr)
    if len(large) == 1:
        figure = format_metric_interval(evaluation, best["metric"], tr)
        only = tr.text(
            "{metric}: {figure} for “{group}”, the only group with enough cases.",
            metric=name,
            figure=figure,
            group=best["label"],
        )
        return only, []
    sentence = tr.text(
        "{metric}: best for “{best}”, {best_word}; worst for “{worst}”, {worst_word}.",
        metric=name,
        best=best["label"],
        best_word=format_metric_interval(evaluation, best["metric"], tr),
        worst=worst["label"],
        worst_word=format_metric_interval(evaluation, worst["metric"], tr),
    )
    if intervals_overlap(best["metric"], worst["metric"]):
        return sentence, [tr.text("These two ranges overlap: the difference may be chance.")]
    return sentence, []


def _build_group_table(card: Card, evaluation: Evaluation, segment: Segment, tr: Translation) -> Markup:
    """Return an HTML table: for each group its cases, the flagged share, and the true share."""
    classification = evaluation["kind"] == "classification"
    bands = card["output"].get("bands", [])
    flagged = (
        bands[-1].get("label") or bands[-1]["value"] if bands else tr.text("from {threshold} up", threshold=tr.percent(0.5))
    )
    heads = [tr.text("Cases")]
    heads += [tr.text("Flagged: {what}", what=flagged)] if classification else []
    heads.append(tr.text("It came true: {label}", label=focus_label(card)) if classification else tr.text("Mean true value"))

    def cells(group: SegmentGroup) -> list[str]:
        count, truth = tr.number(group["truth"]["rows"]), group["truth"]
        cases = tr.text("{n} (few)", n=count) if group["small"] else count
        if not classification:
            value, low, high = (wording.format_answer_with_unit(card, truth[name], tr) for name in ("value", "low", "high"))
            return [cases, tr.text("{value} ({low} to {high})", value=value, low=low, high=high)]
        return [cases, format_interval(group["flagged"], tr) if group["flagged"] else "", format_interval(truth, tr)]

    rows = [build_row(group["label"], cells(group), _GREY if group["small"] else "") for group in segment["groups"]]
    return build_scrollable(build_table(heads, rows, "compared"))
