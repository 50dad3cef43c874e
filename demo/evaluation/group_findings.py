"""The findings of segments: how good the model is for each group of cases, how it decides on them, and tests of both."""

from markupsafe import Markup

from client import Card, Evaluation, GroupTest, Segment, SegmentGroup
from demo.charts import canvas, estimate_chart
from demo.evaluation.cost_findings import false_alarm_label
from demo.evaluation.findings import (
    Finding,
    describe_p_value,
    explain_counts,
    explain_intervals,
    focus_label,
    format_interval,
    format_metric,
    format_metric_interval,
    make_axis,
    make_estimate,
    metric_name,
)
from demo.text import wording
from demo.text.markup import TableRow, build_scrollable, build_table
from demo.text.translation import Translation

_GREY = Markup(' style="color:light-dark({light},{dark})"').format(**canvas.MUTED)
_SIGNIFICANCE = 0.05


def describe_groups(card: Card, evaluation: Evaluation, segment: Segment, theme: str, tr: Translation) -> Finding:
    """Describe the metric of each group of a segment, with a table of flagged and true shares. Small groups are grey."""
    overall = evaluation["overall"]["value"]

    def format_value(value: float) -> str:
        return format_metric(evaluation, value, tr)

    estimates = [
        make_estimate(group["label"], group["metric"], format_value, tr, is_small=group["small"])
        for group in segment["groups"]
    ]
    zero = [] if evaluation["kind"] == "classification" else [0.0]
    axis = make_axis(metric_name(evaluation, tr), estimates, [overall, *zero], format_value)
    reference = overall, tr.text("all cases: {value}", value=format_value(overall))
    notes = [
        _describe_metric_test(evaluation, segment, tr),
        *_describe_wrongly_flagged(card, segment, tr),
        *_explain_tests(segment, tr),
        explain_counts(tr),
        explain_intervals(tr, in_chart=True),
    ]
    if not segment["is_input"]:
        notes.insert(0, tr.text("The model never sees this; it is used here only to compare."))
    return Finding(
        _describe_best_and_worst(evaluation, segment, tr),
        estimate_chart.draw_estimates(estimates, axis, theme, reference),
        tuple(note for note in notes if note),
        table=_build_group_table(card, evaluation, segment, tr),
    )


def _large_groups(segment: Segment) -> list[SegmentGroup]:
    return [group for group in segment["groups"] if not group["small"]] or segment["groups"]


def _describe_best_and_worst(evaluation: Evaluation, segment: Segment, tr: Translation) -> str:
    """Return a sentence on the best and the worst group, with their intervals."""
    large = _large_groups(segment)
    sign = 1 if evaluation["kind"] == "classification" else -1
    worst, *_, best = sorted([large[0], *large], key=lambda group: sign * group["metric"]["value"])
    name = metric_name(evaluation, tr)
    if len(large) == 1:
        return tr.text(
            "{metric}: {figure} for “{group}”, the only group with enough cases.",
            metric=name,
            figure=format_metric_interval(evaluation, best["metric"], tr),
            group=best["label"],
        )
    return tr.text(
        "{metric}: best for “{best}”, {best_figure}; worst for “{worst}”, {worst_figure}.",
        metric=name,
        best=best["label"],
        best_figure=format_metric_interval(evaluation, best["metric"], tr),
        worst=worst["label"],
        worst_figure=format_metric_interval(evaluation, worst["metric"], tr),
    )


def _find_test(segment: Segment, figure: str) -> GroupTest | None:
    return next((test for test in segment.get("tests", []) if test["figure"] == figure), None)


def _describe_metric_test(evaluation: Evaluation, segment: Segment, tr: Translation) -> str:
    """Return whether the metric differs between the groups by more than chance; empty without a test."""
    test = _find_test(segment, "metric")
    return f"{metric_name(evaluation, tr)}: {_describe_verdict(test, tr)}." if test else ""


def _describe_verdict(test: GroupTest, tr: Translation) -> str:
    p_value = describe_p_value(test["p_value"], tr)
    if test["p_value"] < _SIGNIFICANCE:
        return tr.text("the groups differ by more than chance ({p})", p=p_value)
    return tr.text("the difference may be chance ({p})", p=p_value)


def _describe_wrongly_flagged(card: Card, segment: Segment, tr: Translation) -> list[str]:
    """Return a sentence on the groups with the lowest and the highest share of wrongly flagged cases, with its test."""
    test = _find_test(segment, "wrongly_flagged")
    shares = [(figure, group["label"]) for group in _large_groups(segment) if (figure := group.get("wrongly_flagged"))]
    if not test or len(shares) < 2:  # noqa: PLR2004 - two groups are compared
        return []
    (lowest, low_label), (highest, high_label) = (
        choose(shares, key=lambda share: share[0]["value"]) for choose in (min, max)
    )
    text = tr.text(
        "{mistake}: “{low_label}” {low}, “{high_label}” {high}; {verdict}.",
        mistake=false_alarm_label(card, tr),
        low_label=low_label,
        low=format_interval(lowest, tr, 1),
        high_label=high_label,
        high=format_interval(highest, tr, 1),
        verdict=_describe_verdict(test, tr),
    )
    return [text]


def _flagged_title(card: Card, tr: Translation) -> str:
    """Return the name of the flagged side: the worst band, or the threshold."""
    bands = card["output"].get("bands", [])
    if not bands and wording.only_names_labels(card):
        return focus_label(card)
    if not bands:
        return tr.text("from {threshold} up", threshold=tr.percent(0.5))
    return bands[-1].get("label") or bands[-1]["value"]


def _explain_tests(segment: Segment, tr: Translation) -> list[str]:
    """Return the note on the tests: their names, and how often they are wrong."""
    names = {
        "cochran_q": tr.text("Cochran's Q test"),
        "chi_squared": tr.text("chi-squared test"),
        "median_test": tr.text("Mood's median test"),
        "welch_anova": tr.text("Welch's ANOVA"),
    }
    methods = dict.fromkeys(names.get(test["method"], test["method"]) for test in segment.get("tests", []))
    if not methods:
        return []
    return [
        tr.text(
            "Each figure has its own test ({methods}), without the groups that have too few cases. Even among equal groups"
            " one test in 20 finds a difference.",
            methods=", ".join(methods),
        )
    ]


def _build_group_table(card: Card, evaluation: Evaluation, segment: Segment, tr: Translation) -> Markup:
    """Return an HTML table: for each group its cases, the flagged shares, and the true share; then a row of tests."""
    classification = evaluation["kind"] == "classification"
    columns = {"truth": tr.text("Mean true value")}
    if classification:
        columns = {"flagged": tr.text("Flagged: {what}", what=_flagged_title(card, tr))}
        if any(group.get("wrongly_flagged") for group in segment["groups"]):
            columns["wrongly_flagged"] = false_alarm_label(card, tr)
        columns["truth"] = tr.text("Actual share: {label}", label=focus_label(card))

    def format_cell(group: SegmentGroup, name: str) -> str:
        figure = {"flagged": group["flagged"], "wrongly_flagged": group.get("wrongly_flagged"), "truth": group["truth"]}[
            name
        ]
        if not figure:
            return "–"
        if classification:
            return format_interval(figure, tr, 1)
        value, low, high = (wording.format_answer_with_unit(card, figure[end], tr) for end in ("value", "low", "high"))
        return tr.text("{value} ({low} to {high})", value=value, low=low, high=high)

    rows = []
    for group in segment["groups"]:
        count = tr.number(group["truth"]["rows"])
        cells = [tr.text("{n} (few)", n=count) if group["small"] else count, *(format_cell(group, name) for name in columns)]
        rows.append(TableRow(group["label"], cells, _GREY if group["small"] else ""))
    tests = [_find_test(segment, name) for name in columns]
    if any(tests):
        verdicts = [_describe_verdict(test, tr) if test else "–" for test in tests]
        rows.append(TableRow(tr.text("Test"), ["", *verdicts]))
    return build_scrollable(build_table([tr.text("Cases"), *columns.values()], rows, "compared"))
