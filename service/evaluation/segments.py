"""The metric, the flagged share and the truth of every group, with their intervals."""

from service.evaluation.groups import Group, Grouping
from service.evaluation.held_out import HeldOut
from service.evaluation.intervals import proportion
from service.evaluation.metrics import mean_truth
from service.schemas import Segment, SegmentGroup

MIN_ROWS = 50
MIN_ROWS_PER_LABEL = 10


def describe_segments(held_out: HeldOut, groupings: list[Grouping]) -> list[Segment]:
    """Return every grouping with the figures of its groups."""
    return [
        Segment(
            name=grouping.name,
            label=grouping.label,
            is_input=grouping.is_input,
            groups=[_describe_group(held_out, group) for group in grouping.groups],
        )
        for grouping in groupings
    ]


def _describe_group(held_out: HeldOut, group: Group) -> SegmentGroup:
    rows, truth, output = group.rows, held_out.truth, held_out.output
    figure = held_out.bootstrap.figure
    is_small = len(rows) < MIN_ROWS
    if held_out.is_flagged is None:
        truth_figure, flagged = figure(mean_truth, truth, output, rows), None
    else:
        positive = int(truth[rows].sum())
        is_small = is_small or min(positive, len(rows) - positive) < MIN_ROWS_PER_LABEL
        truth_figure = proportion(positive, len(rows))
        flagged = proportion(int(held_out.is_flagged[rows].sum()), len(rows))
    return SegmentGroup(
        label=group.label,
        metric=figure(held_out.metric.statistic, truth, output, rows),
        flagged=flagged,
        truth=truth_figure,
        small=is_small,
    )
