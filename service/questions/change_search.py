"""Searches small moves that close the gap to a goal: first one lever, then pairs, then more. Then shrinks each move.

The same request always gets the same result.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from service.questions.levers import Lever, Numbers, Pulls, all_pulls, spread

Gaps = Callable[[Numbers], Numbers]
"""Rows → the distance of each row from the goal; 0 at the goal."""
Complete = Callable[[Numbers], tuple[Numbers, Numbers, NDArray[np.bool_]]]
"""Rows → the rows with linked columns moved, the distance of these moves, and whether each row is possible."""

_ROWS = 12000
"""The most rows that are scored for one more lever: 15 to 50 ms for a model of trees."""
_MAX_PAIR_COLUMNS = 12
TRADE = 0.75
"""A move with more levers counts only if its levers go less than this share of the way of a move with fewer levers."""
_BEAM, _NARROW_BEAM = 16, 4
_BEAM_VALUES, _NARROW_BEAM_VALUES = 64, 16
_ENOUGH = 3
"""If so many moves of one or two levers close the gap, no more levers are tried."""
_MAX_LEVERS = 24
"""The search adds levers one by one up to so many. After them it tries all levers at once."""
_MAX_MOVES = 24
_SHRINK_VALUES = 24
_MIN_VALUES = 4


@dataclass(frozen=True)
class Move:
    """Levers, each with the index of its new value."""

    pulls: Pulls
    distance: float
    gap: float

    @property
    def levers(self) -> tuple[int, ...]:
        return tuple(lever for lever, _ in self.pulls)


def _complete_nothing(rows: Numbers) -> tuple[Numbers, Numbers, NDArray[np.bool_]]:
    return rows, np.zeros(len(rows)), np.ones(len(rows), dtype=np.bool_)


class Search:
    """One search: a row, its levers, the links between its columns, and the gap to close."""

    def __init__(self, row: Numbers, levers: list[Lever], gaps: Gaps, complete: Complete | None = None) -> None:
        self._row, self._levers, self._gaps = row, levers, gaps
        self._has_links = complete is not None
        self._complete = complete or _complete_nothing
        self.tried: list[Move] = []
        """The best move of each set of levers that `moves` tried."""

    def moves(self) -> list[Move]:
        """Return moves that close the gap: fewest levers first, then the shortest distance. Empty if there are none."""
        singles = self._extend([()], _ROWS)
        closing = self._closing(singles)
        pairs = self._pairs(singles, closing)
        closing += self._closing(pairs)
        beam, width = pairs, _BEAM
        while beam and len(beam[0].pulls) < _MAX_LEVERS and (not closing or (len(closing) < _ENOUGH and width == _BEAM)):
            short = [move for move in beam if move.gap > 0]
            starts = [move.pulls for move in sorted(short, key=lambda move: (move.gap, move.distance, move.pulls))[:width]]
            beam = self._extend(starts, _BEAM_VALUES if width == _BEAM else _NARROW_BEAM_VALUES)
            closing, width = closing + self._closing(beam), _NARROW_BEAM
        if not closing:
            everything = self.score(all_pulls(self._levers, _ROWS))
            self.tried += everything
            closing = self._closing(everything)
        moves = self._shrink(closing)
        if self._has_links:
            moves = self._shrink(self._with_linked_pulls(moves))
        return sorted(moves, key=lambda move: (len(move.pulls), move.distance, move.pulls))

    @staticmethod
    def _closing(moves: list[Move]) -> list[Move]:
        """Return the moves that close the gap, the best `_MAX_MOVES` of them."""
        closing = [move for move in moves if move.gap == 0]
        return sorted(closing, key=lambda move: (len(move.pulls), move.distance, move.pulls))[:_MAX_MOVES]

    def _extend(self, starts: list[Pulls], max_values: int) -> list[Move]:
        """Return the best move of each set of levers that adds one lever to a start."""
        tried: list[Pulls] = []
        starts = starts[: max(1, _ROWS // max(1, _MIN_VALUES * len(self._levers)))]
        max_values = max(_MIN_VALUES, min(max_values, _ROWS // max(1, len(starts) * len(self._levers))))
        indexes = [spread(len(lever.values), max_values).tolist() for lever in self._levers]
        for start in starts:
            changed = {self._levers[lever].column for lever, _ in start}
            for lever, values in enumerate(indexes):
                if self._levers[lever].column not in changed:
                    tried += [tuple(sorted((*start, (lever, index)))) for index in values]
        return self._best(tried)

    def _pairs(self, singles: list[Move], closing: list[Move]) -> list[Move]:
        """Return the best move of each two levers, if each of them goes clearly less far than it would alone."""
        columns: list[int] = []
        for move in sorted(singles, key=lambda move: (move.gap, move.distance, move.pulls)):
            column = self._levers[move.levers[0]].column
            columns += [column] if column not in columns else []
        chosen = set(columns[:_MAX_PAIR_COLUMNS])
        levers = [index for index, lever in enumerate(self._levers) if lever.column in chosen]
        pairs = [(a, b) for a, b in combinations(levers, 2) if self._levers[a].column != self._levers[b].column]
        max_values = max(_MIN_VALUES, int((_ROWS / max(1, len(pairs))) ** 0.5))
        alone = {move.levers[0]: move.distance for move in closing}
        tried: list[Pulls] = []
        for a, b in pairs:
            one, other = (self._trade_indexes(lever, max_values, alone.get(lever, np.inf)) for lever in (a, b))
            tried += [((a, index), (b, each)) for index in one for each in other]
        return self._best(tried)

    def _trade_indexes(self, lever: int, max_values: int, alone: float) -> list[int]:
        """Return the values of a lever, as indexes, that are clearly nearer than the value that reaches the goal alone."""
        near = int(np.searchsorted(self._levers[lever].distances, TRADE * alone))
        return [int(index) for index in spread(near, max_values)]

    def _best(self, tried: list[Pulls]) -> list[Move]:
        """Return for each set of levers the move with the smallest gap, and then the smallest distance."""
        best: dict[tuple[int, ...], Move] = {}
        for move in self.score(tried):
            known = best.get(move.levers)
            if known is None or (move.gap, move.distance) < (known.gap, known.distance):
                best[move.levers] = move
        self.tried += best.values()
        return list(best.values())

    def _with_linked_pulls(self, moves: list[Move]) -> list[Move]:
        """Return each move with a pull for each linked column that it moves, so that each can be moved back alone."""
        rows, _, _ = self._complete(self._rows([move.pulls for move in moves])[0])
        pull_of = {
            (lever.column, value): (position, index)
            for position, lever in enumerate(self._levers)
            for index, value in enumerate(lever.values.tolist())
        }
        pulls: list[Pulls] = []
        for row in rows:
            changed = np.flatnonzero((row != self._row) & ~np.isnan(row)).tolist()
            pulls.append(tuple(sorted(pull_of[column, float(row[column])] for column in changed)))
        return self.score(pulls)

    def score(self, tried: list[Pulls]) -> list[Move]:
        """Return the moves of these combinations of levers, each with its gap."""
        if not tried:
            return []
        rows, distances = self._rows(tried)
        rows, linked_distances, is_possible = self._complete(rows)
        distances += linked_distances
        gaps = np.full(len(tried), np.inf)
        if is_possible.any():
            gaps[is_possible] = self._gaps(rows[is_possible])
        return list(map(Move, tried, distances.tolist(), gaps.tolist()))

    def _rows(self, tried: list[Pulls]) -> tuple[Numbers, Numbers]:
        """Return the row of each combination of levers, and its distance, without linked columns."""
        rows = np.repeat(self._row[None, :], len(tried), axis=0)
        width = max(map(len, tried), default=0)
        distances = np.zeros(len(tried))
        for position in range(width):
            pulled = [(row, *pulls[position]) for row, pulls in enumerate(tried) if position < len(pulls)]
            at = [row for row, _, _ in pulled]
            rows[at, [self._levers[lever].column for _, lever, _ in pulled]] = [
                self._levers[lever].values[index] for _, lever, index in pulled
            ]
            distances[at] += [self._levers[lever].distances[index] for _, lever, index in pulled]
        return rows, distances

    def _shrink(self, closing: list[Move]) -> list[Move]:
        """Return each move with its levers moved back, one after the other, as far as the gap stays closed."""
        moves = closing
        for position in range(max((len(move.pulls) for move in closing), default=0)):
            moves = self._move_back(moves, position)
        return list({move.pulls: move for move in moves}.values())

    def _move_back(self, moves: list[Move], position: int) -> list[Move]:
        """Move back the n-th furthest lever of each move, and drop it if the move does not need it."""
        turns = [self.nth_furthest(move, position) for move in moves]
        ends = [(-1 if len(move.pulls) > 1 else 0, move) for move in moves]  # the first index that is not tried yet
        while True:
            tried: list[Pulls] = []
            owners = []
            for owner, ((first, move), lever) in enumerate(zip(ends, turns, strict=True)):
                if lever is None:
                    continue
                last = dict(move.pulls).get(lever, first)
                for index in np.unique(np.linspace(first, last, _SHRINK_VALUES).astype(int))[:-1] if last > first else []:
                    rest = tuple(pull for pull in move.pulls if pull[0] != lever)
                    tried.append(tuple(sorted((*rest, (lever, int(index))))) if index >= 0 else rest)
                    owners.append((owner, int(index)))
            if not tried:
                return [move for _, move in ends]
            ends = self._narrow(ends, owners, self.score(tried))

    @staticmethod
    def _narrow(ends: list[tuple[int, Move]], owners: list[tuple[int, int]], scored: list[Move]) -> list[tuple[int, Move]]:
        """Return for each move the first index not yet tried, and the nearest move that closes the gap."""
        narrowed = list(ends)
        done: set[int] = set()
        for (owner, index), move in zip(owners, scored, strict=True):
            if owner in done:
                continue
            if move.gap == 0:
                narrowed[owner] = (narrowed[owner][0], move)
                done.add(owner)
            else:
                narrowed[owner] = (index + 1, narrowed[owner][1])
        return narrowed

    def nth_furthest(self, move: Move, position: int) -> int | None:
        """Return the n-th furthest lever of a move; None if it has fewer levers."""
        ordered = sorted(move.pulls, key=lambda pull: (-self._levers[pull[0]].distances[pull[1]], pull[0]))
        return ordered[position][0] if position < len(ordered) else None
