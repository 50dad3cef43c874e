"""How a model treats groups of rows: each with the metric, the flagged share, the truth, and how sure these are."""

from service.evaluation.groups import Division, Group
from service.evaluation.held_out import HeldOut
from service.evaluation.intervals import share
from service.evaluation.metrics import mean_truth
from service.schemas import Segment, SegmentGroup

MIN_ROWS = 50
MIN_OF_A_LABEL = 10


def segments(held_out: HeldOut, divisions: list[Division]) -> list[Segment]:
    """Return every division with figures for each of its groups."""
    return [
        Segment(
            name=division.name,
            label=division.label,
            is_input=division.is_input,
            groups=[_group(held_out, group) for group in division.groups],
        )
        for division in divisions
    ]


def _group(held_out: HeldOut, group: Group) -> SegmentGroup:
    rows, truth, answer = group.rows, held_out.truth, held_out.answer
    figure = held_out.resamples.figure
    few = len(rows) < MIN_ROWS
    if held_out.flagged is None:
        truth_figure, flagged = figure(mean_truth, truth, answer, rows), None
    else:
        of_focus = int(truth[rows].sum())
        few = few or min(of_focus, len(rows) - of_focus) < MIN_OF_A_LABEL
        truth_figure = share(of_focus, len(rows))
        flagged = share(int(held_out.flagged[rows].sum()), len(rows))
    return SegmentGroup(
        label=group.label,
        metric=figure(held_out.measure.of, truth, answer, rows),
        flagged=flagged,
        truth=truth_figure,
        small=few,
    )
