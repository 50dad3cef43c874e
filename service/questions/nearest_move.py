"""The small move that comes nearly as near to a goal as any, for a goal that no move reaches."""

import numpy as np

from service.questions.change_search import Move, Search
from service.questions.levers import Pulls

_NEAR_SHARE = 0.05
"""The move may leave so much of the way that could be gone."""
_SHORTER_VALUES = 24


def find_nearest_move(search: Search, own_gap: float) -> Move | None:
    """Return a small move of a search that was run; None if no move comes nearer than the row, whose gap is `own_gap`."""
    least = min((move.gap for move in search.tried), default=own_gap)
    near = least + _NEAR_SHARE * (own_gap - least)
    if not near < own_gap:
        return None
    nearest = min((move for move in search.tried if move.gap <= near), key=_size)
    for position in range(len(nearest.pulls)):
        lever = search.nth_furthest(nearest, position)
        if lever is not None:
            shorter = search.score(_shorten(nearest, lever))
            nearest = min([nearest, *(move for move in shorter if move.gap <= near)], key=_size)
    return nearest


def _size(move: Move) -> tuple[int, float, Pulls]:
    return len(move.pulls), move.distance, move.pulls


def _shorten(move: Move, lever: int) -> list[Pulls]:
    """Return a move with one lever moved back by different lengths, and without it if it has others."""
    rest = tuple(pull for pull in move.pulls if pull[0] != lever)
    indexes = np.unique(np.linspace(0, dict(move.pulls)[lever], _SHORTER_VALUES).astype(int))
    shorter = [tuple(sorted((*rest, (lever, int(index))))) for index in indexes]
    return [rest, *shorter] if rest else shorter
