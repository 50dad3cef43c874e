"""Finds small moves that close a gap: one lever, then pairs, then more, each find shrunk to the least that still does it.

The same question gets the same answer.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Gaps = Callable[[Numbers], Numbers]
"""Rows → how far each is from the goal, 0 where it is there."""
Pulls = tuple[tuple[int, int], ...]
"""(lever, place of its value), in the order of the levers."""

_ROWS = 12000
"""So many may be scored for one more lever: 15 to 50 ms of a model of trees."""
_MAX_PAIR_COLUMNS = 12
TRADE = 0.75
"""More levers are worth it where those of a shorter find go less than this share of their way."""
_BEAM, _NARROW_BEAM = 16, 4
_BEAM_VALUES, _NARROW_BEAM_VALUES = 64, 16
_ENOUGH = 3
"""With so many finds of one or two levers, no more levers are tried."""
_MAX_FOUND = 24
_SHRINK_VALUES = 24
_MIN_VALUES = 4


@dataclass(frozen=True)
class Lever:
    """One column moved in one direction."""

    column: int
    values: Numbers
    """Where it may be moved, nearest first."""
    distances: Numbers


@dataclass(frozen=True)
class Move:
    """Levers, each pulled to one of its values (by place)."""

    pulls: Pulls
    distance: float
    gap: float

    @property
    def levers(self) -> tuple[int, ...]:
        return tuple(lever for lever, _ in self.pulls)


def spread(count: int, most: int) -> NDArray[np.intp]:
    """Return at most so many places of `count`, the first and the last among them, denser near the first."""
    if count <= most:
        return np.arange(count)
    even = np.linspace(0, count - 1, max(2, most // 2))
    dense = np.geomspace(1, count, max(2, most - most // 2)) - 1
    return np.unique(np.round(np.concatenate([even, dense])).astype(np.intp))


class Search:
    """One question: a row, the levers that may be pulled, and the gap to close."""

    def __init__(self, row: Numbers, levers: list[Lever], gaps: Gaps) -> None:
        self._row, self._levers, self._gaps = row, levers, gaps

    def moves(self) -> list[Move]:
        """Return moves that close the gap: fewest levers first, then the shortest way. Empty where none was found."""
        singles = self._tried([()], _ROWS)
        found = self._found(singles)
        pairs = self._pairs(singles, found)
        found += self._found(pairs)
        beam, width = pairs, _BEAM
        while beam and (not found or (len(found) < _ENOUGH and width == _BEAM)):
            short = [move for move in beam if move.gap > 0]
            starts = [move.pulls for move in sorted(short, key=lambda move: (move.gap, move.distance, move.pulls))[:width]]
            beam = self._tried(starts, _BEAM_VALUES if width == _BEAM else _NARROW_BEAM_VALUES)
            found, width = found + self._found(beam), _NARROW_BEAM
        return sorted(self._shrunk(found), key=lambda move: (len(move.pulls), move.distance, move.pulls))

    @staticmethod
    def _found(moves: list[Move]) -> list[Move]:
        """Return those that are there, few of many levers."""
        there = [move for move in moves if move.gap == 0]
        return sorted(there, key=lambda move: (len(move.pulls), move.distance, move.pulls))[:_MAX_FOUND]

    def _tried(self, starts: list[Pulls], most: int) -> list[Move]:
        """Return the best move of each set of levers that is one more than a start."""
        tried: list[Pulls] = []
        most = max(_MIN_VALUES, min(most, _ROWS // max(1, len(starts) * len(self._levers))))
        for start in starts:
            taken = {self._levers[lever].column for lever, _ in start}
            for lever in range(len(self._levers)):
                if self._levers[lever].column not in taken:
                    tried += [
                        tuple(sorted((*start, (lever, int(place)))))
                        for place in spread(len(self._levers[lever].values), most)
                    ]
        return self._best(tried)

    def _pairs(self, singles: list[Move], found: list[Move]) -> list[Move]:
        """Return the best move of each two levers, where that is a trade: neither goes nearly as far as it would alone."""
        columns: list[int] = []
        for move in sorted(singles, key=lambda move: (move.gap, move.distance, move.pulls)):
            column = self._levers[move.levers[0]].column
            columns += [column] if column not in columns else []
        wanted = set(columns[:_MAX_PAIR_COLUMNS])
        levers = [place for place, lever in enumerate(self._levers) if lever.column in wanted]
        pairs = [(a, b) for a, b in combinations(levers, 2) if self._levers[a].column != self._levers[b].column]
        most = max(_MIN_VALUES, int((_ROWS / max(1, len(pairs))) ** 0.5))
        alone = {move.levers[0]: move.distance for move in found}
        tried: list[Pulls] = []
        for a, b in pairs:
            one, other = (self._traded(lever, most, alone.get(lever, np.inf)) for lever in (a, b))
            tried += [((a, place), (b, each)) for place in one for each in other]
        return self._best(tried)

    def _traded(self, lever: int, most: int, alone: float) -> list[int]:
        """Return places of a lever that are clearly nearer than where it reaches the goal alone."""
        near = int(np.searchsorted(self._levers[lever].distances, TRADE * alone))
        return [int(place) for place in spread(near, most)]

    def _best(self, tried: list[Pulls]) -> list[Move]:
        """Return the move with the least gap, and then the shortest, for each set of levers."""
        best: dict[tuple[int, ...], Move] = {}
        for move in self._scored(tried):
            known = best.get(move.levers)
            if known is None or (move.gap, move.distance) < (known.gap, known.distance):
                best[move.levers] = move
        return list(best.values())

    def _scored(self, tried: list[Pulls]) -> list[Move]:
        if not tried:
            return []
        rows = np.repeat(self._row[None, :], len(tried), axis=0)
        width = max(map(len, tried))
        distances = np.zeros(len(tried))
        for position in range(width):
            here = [(row, *pulls[position]) for row, pulls in enumerate(tried) if position < len(pulls)]
            at = [row for row, _, _ in here]
            rows[at, [self._levers[lever].column for _, lever, _ in here]] = [
                self._levers[lever].values[place] for _, lever, place in here
            ]
            distances[at] += [self._levers[lever].distances[place] for _, lever, place in here]
        gaps = self._gaps(rows)
        return list(map(Move, tried, distances.tolist(), gaps.tolist()))

    def _shrunk(self, found: list[Move]) -> list[Move]:
        """Return each move with its levers drawn back, one after the other, as far as the gap stays closed."""
        moves = found
        for position in range(max((len(move.pulls) for move in found), default=0)):
            moves = self._drawn_back(moves, position)
        return list({move.pulls: move for move in moves}.values())

    def _drawn_back(self, moves: list[Move], position: int) -> list[Move]:
        """Draw back the lever that is the n-th furthest in each move; one that is not needed is let go."""
        turns = [self._nth_furthest(move, position) for move in moves]
        ends = [(-1 if len(move.pulls) > 1 else 0, move) for move in moves]  # from where on it was not tried yet
        while True:
            tried: list[Pulls] = []
            owners = []
            for owner, ((first, move), lever) in enumerate(zip(ends, turns, strict=True)):
                if lever is None:
                    continue
                last = dict(move.pulls).get(lever, first)
                for place in np.unique(np.linspace(first, last, _SHRINK_VALUES).astype(int))[:-1] if last > first else []:
                    rest = tuple(pull for pull in move.pulls if pull[0] != lever)
                    tried.append(tuple(sorted((*rest, (lever, int(place))))) if place >= 0 else rest)
                    owners.append((owner, int(place)))
            if not tried:
                return [move for _, move in ends]
            ends = self._narrowed(ends, owners, self._scored(tried))

    @staticmethod
    def _narrowed(ends: list[tuple[int, Move]], owners: list[tuple[int, int]], scored: list[Move]) -> list[tuple[int, Move]]:
        """Return for each move the nearest place that closed the gap, and the first one between it and the place before."""
        narrowed = list(ends)
        done: set[int] = set()
        for (owner, place), move in zip(owners, scored, strict=True):
            if owner in done:
                continue
            if move.gap == 0:
                narrowed[owner] = (narrowed[owner][0], move)
                done.add(owner)
            else:
                narrowed[owner] = (place + 1, narrowed[owner][1])
        return narrowed

    def _nth_furthest(self, move: Move, position: int) -> int | None:
        ordered = sorted(move.pulls, key=lambda pull: (-self._levers[pull[0]].distances[pull[1]], pull[0]))
        return ordered[position][0] if position < len(ordered) else None
