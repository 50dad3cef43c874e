"""For whom is it worse? How a model does for each group of cases, and how it treats them: sentence, chart and table."""

from html import escape

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
from demo.text.translation import Translation

_GREY = f' style="color:light-dark({canvas.MUTED["light"]},{canvas.MUTED["dark"]})"'


def describe_groups(card: Card, found: Evaluation, segment: Segment, theme: str, tr: Translation) -> Finding:
    """How the model does for each group of cases, and how it treats them; a small one is pale."""
    overall = found["overall"]["value"]
    spreads = [
        Estimate(
            f"{group['label']} ({tr.number(group['metric']['rows'])})",
            group["metric"]["value"],
            group["metric"]["low"],
            group["metric"]["high"],
            format_metric(found, group["metric"]["value"], tr),
            is_small=group["small"],
        )
        for group in segment["groups"]
    ]
    drawing = evaluation_charts.draw_estimates(
        spreads, (overall, tr.text("all cases: {value}", value=format_metric(found, overall, tr))), theme
    )
    sentence, doubt = _describe_best_and_worst(found, segment, tr)
    more = [*doubt, explain_counts(tr), explain_intervals(tr, drawn=True)]
    if not segment["is_input"]:
        more.insert(0, tr.text("The model never sees this; it is used here only to compare."))
    return Finding(sentence, drawing, tuple(more), table=_build_group_table(card, found, segment, tr))


def _describe_best_and_worst(found: Evaluation, segment: Segment, tr: Translation) -> tuple[str, list[str]]:
    """Name the best and the worst group, each with its range; where these overlap, say so."""
    solid = [group for group in segment["groups"] if not group["small"]] or segment["groups"]
    sign = 1 if found["kind"] == "classification" else -1
    worst, *_, best = sorted([solid[0], *solid], key=lambda group: sign * group["metric"]["value"])
    name = metric_name(found, tr)
    if len(solid) == 1:
        figure = format_metric_interval(found, best["metric"], tr)
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
        best_word=format_metric_interval(found, best["metric"], tr),
        worst=worst["label"],
        worst_word=format_metric_interval(found, worst["metric"], tr),
    )
    if intervals_overlap(best["metric"], worst["metric"]):
        return sentence, [tr.text("These two ranges overlap: the difference may be chance.")]
    return sentence, []


def _build_group_table(card: Card, found: Evaluation, segment: Segment, tr: Translation) -> str:
    """Return a table of HTML: of each group how many there are, how many are flagged, and how many truly are so."""
    classification = found["kind"] == "classification"
    bands = card["output"].get("bands", [])
    flagged = (
        bands[-1].get("label") or bands[-1]["value"] if bands else tr.text("from {threshold} up", threshold=tr.percent(0.5))
    )
    heads = [tr.text("Cases")]
    heads += [tr.text("Flagged: {what}", what=flagged)] if classification else []
    heads.append(tr.text("It came true: {label}", label=focus_label(card)) if classification else tr.text("Mean true value"))

    def cells(group: SegmentGroup) -> list[str]:
        number, truth = tr.number(group["truth"]["rows"]), group["truth"]
        counted = tr.text("{n} (few)", n=number) if group["small"] else number
        if not classification:
            value, low, high = (wording.format_answer_with_unit(card, truth[name], tr) for name in ("value", "low", "high"))
            return [counted, tr.text("{value} ({low} to {high})", value=value, low=low, high=high)]
        return [counted, format_interval(group["flagged"], tr) if group["flagged"] else "", format_interval(truth, tr)]

    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in heads)
    body = "".join(
        f'<tr{_GREY if group["small"] else ""}><th scope="row">{escape(group["label"])}</th>'
        + "".join(f"<td>{escape(text)}</td>" for text in cells(group))
        + "</tr>"
        for group in segment["groups"]
    )
    table = f'<table class="compared"><thead><tr><td></td>{head}</tr></thead><tbody>{body}</tbody></table>'
    return f'<div class="wide" tabindex="0">{table}</div>'
