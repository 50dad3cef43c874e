"""The metric, the flagged share and the truth of every group, with their intervals, and tests of equal groups."""

from service.evaluation.group_tests import GroupSample, compare_groups
from service.evaluation.groups import Group, Grouping
from service.evaluation.held_out import HeldOut
from service.evaluation.intervals import proportion
from service.evaluation.metrics import mean_truth
from service.schemas import Segment, SegmentGroup

MIN_ROWS = 50
MIN_ROWS_PER_LABEL = 10


def describe_segments(held_out: HeldOut, groupings: list[Grouping]) -> list[Segment]:
    """Return every grouping with the figures of its groups, and a test for each figure."""
    return [_describe_grouping(held_out, grouping) for grouping in groupings]


def _describe_grouping(held_out: HeldOut, grouping: Grouping) -> Segment:
    groups = [_describe_group(held_out, group) for group in grouping.groups]
    samples = [
        GroupSample(held_out.truth[group.rows], held_out.output[group.rows], described)
        for group, described in zip(grouping.groups, groups, strict=True)
        if not described.small
    ]
    return Segment(
        name=grouping.name,
        label=grouping.label,
        is_input=grouping.is_input,
        groups=groups,
        tests=compare_groups(held_out.metric, samples),
    )


def _describe_group(held_out: HeldOut, group: Group) -> SegmentGroup:
    rows, truth, output = group.rows, held_out.truth, held_out.output
    figure = held_out.bootstrap.figure
    is_small = len(rows) < MIN_ROWS
    if held_out.is_flagged is None or held_out.should_be_flagged is None:
        truth_figure, flagged, wrongly_flagged = figure(mean_truth, truth, output, rows), None, None
    else:
        positive = int(truth[rows].sum())
        is_small = is_small or min(positive, len(rows) - positive) < MIN_ROWS_PER_LABEL
        truth_figure = proportion(positive, len(rows))
        is_flagged, is_good = held_out.is_flagged[rows], ~held_out.should_be_flagged[rows]
        flagged = proportion(int(is_flagged.sum()), len(rows))
        wrongly_flagged = proportion(int((is_flagged & is_good).sum()), int(is_good.sum())) if is_good.any() else None
    return SegmentGroup(
        label=group.label,
        metric=figure(held_out.metric.statistic, truth, output, rows),
        flagged=flagged,
        truth=truth_figure,
        small=is_small,
        wrongly_flagged=wrongly_flagged,
    )
