"""Promises of the search for small moves where nothing leads towards the goal."""

import numpy as np
from numpy.typing import NDArray

from service.questions.change_search import Search
from service.questions.levers import Lever

VALUES = np.arange(1.0, 61.0)
LEVERS = [Lever(column, VALUES, VALUES / 60) for column in range(3)]


def test_a_goal_that_only_one_corner_of_216000_combinations_reaches_is_found() -> None:
    def gaps(rows: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.where((rows == 60).all(axis=1), 0.0, 1.0)

    moves = Search(np.zeros(3), LEVERS, gaps).moves()
    assert [move.pulls for move in moves] == [((0, 59), (1, 59), (2, 59))]


def test_a_search_without_success_scores_at_most_12000_rows_at_once() -> None:
    scored: list[int] = []

    def gaps(rows: NDArray[np.float64]) -> NDArray[np.float64]:
        scored.append(len(rows))
        return np.ones(len(rows))

    assert Search(np.zeros(3), LEVERS, gaps).moves() == []
    assert max(scored) <= 12_000
