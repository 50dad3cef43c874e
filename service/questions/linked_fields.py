"""Moves the fields that rules link to a changed field, so that a recommendation never contradicts itself."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from service.questions.levers import Lever, Numbers
from service.rows.compiled_rules import ROUNDING, ColumnRange, Implication, Total, UpperBound
from service.rows.rule_checks import RuleChecks

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class _Choices:
    """The values that a column may take, with their distances from the value of the row."""

    values: Numbers
    """Ascending, with the value of the row."""
    distances: Numbers


class LinkedFields:
    """The links between the columns of one row. `levers` hold the values that each column may take."""

    def __init__(self, rules: RuleChecks, row: Numbers, levers: list[Lever]) -> None:
        self.levers = levers
        self._rules, self._row = rules, row
        self._choices = {lever.column: _choices(row, lever.column, levers) for lever in levers}

    def complete(self, rows: Numbers) -> tuple[Numbers, Numbers, Mask]:
        """Return the rows with linked columns moved, the distance of these moves (rows,), and which rows break no rule.

        A column in which a row differs from the row of the request is not moved again.
        """
        distances = np.zeros(len(rows))
        if not self._rules.compiled:
            return rows, distances, np.ones(len(rows), dtype=np.bool_)
        completed = rows.copy()
        is_free = (rows == self._row) | (np.isnan(rows) & np.isnan(self._row))
        for _ in self._rules.compiled:  # a move for one rule can break another one
            for index, rule in enumerate(self._rules.compiled):
                broken = self._rules.broken(completed)[:, index]
                if broken.any():
                    self._mend(rule, completed, broken, is_free)
            if not self._rules.broken(completed).any():
                break
        for column, choices in self._choices.items():
            moved = is_free[:, column] & (completed[:, column] != self._row[column]) & ~np.isnan(completed[:, column])
            distances[moved] += choices.distances[np.searchsorted(choices.values, completed[moved, column])]
        return completed, distances, ~self._rules.contradictory(completed)

    def _mend(self, rule: Implication | UpperBound | Total, rows: Numbers, broken: Mask, is_free: Mask) -> None:
        """Move one column of each broken row into the range that the rule asks for, in place."""
        for column, low, high in _targets(rule, rows):
            candidates = np.flatnonzero(broken & is_free[:, column])
            if column in self._choices and len(candidates):
                moved = self._move(rows, candidates, column, low[candidates], high[candidates])
                broken = broken.copy()
                broken[moved] = False

    def _move(self, rows: Numbers, indices: NDArray[np.intp], column: int, low: Numbers, high: Numbers) -> NDArray[np.intp]:
        """Set the column of rows to the nearest value from low to high; return the rows that have one."""
        values = self._choices[column].values
        rises = rows[indices, column] < low
        positions = np.where(rises, np.searchsorted(values, low), np.searchsorted(values, high, side="right") - 1)
        chosen = values[np.clip(positions, 0, len(values) - 1)]
        fits = (chosen >= low) & (chosen <= high)
        moved: NDArray[np.intp] = indices[fits]
        rows[moved, column] = chosen[fits]
        return moved


def _choices(row: Numbers, column: int, levers: list[Lever]) -> _Choices:
    of_column = [lever for lever in levers if lever.column == column]
    values = np.concatenate([lever.values for lever in of_column])
    distances = np.concatenate([lever.distances for lever in of_column])
    if not np.isnan(row[column]):
        values, distances = np.append(values, row[column]), np.append(distances, 0.0)
    order = np.argsort(values, kind="stable")
    return _Choices(values[order], distances[order])


def _targets(rule: Implication | UpperBound | Total, rows: Numbers) -> list[tuple[int, Numbers, Numbers]]:
    """Return (column, low, high) for each column that can mend a rule: the range (rows,) that it has to be in."""
    if isinstance(rule, Implication):
        premise = rule.premise
        return [_range_target(rule.conclusion, rows), *(_range_target(side, rows) for side in _sides(premise))]
    if isinstance(rule, UpperBound):
        least = (rows[:, rule.lower] - rule.tolerance) / rule.factor
        most = rule.factor * rows[:, rule.upper] + rule.tolerance
        return [(rule.upper, least, np.full(len(rows), np.inf)), (rule.lower, np.full(len(rows), -np.inf), most)]
    excess = rule.excess(rows.T)
    targets = [] if rule.total is None else [_around(rule.total, rows[:, rule.total] + excess, rule.tolerance)]
    return targets + [_around(column, rows[:, column] - excess, rule.tolerance) for column in rule.summands]


def _range_target(condition: ColumnRange, rows: Numbers) -> tuple[int, Numbers, Numbers]:
    return condition.column, np.full(len(rows), condition.low), np.full(len(rows), condition.high)


def _sides(condition: ColumnRange) -> list[ColumnRange]:
    """Return the ranges below and above a condition."""
    below = ColumnRange(condition.column, -np.inf, float(np.nextafter(condition.low, -np.inf)))
    above = ColumnRange(condition.column, float(np.nextafter(condition.high, np.inf)), np.inf)
    return [below, above]


def _around(column: int, centre: Numbers, tolerance: float) -> tuple[int, Numbers, Numbers]:
    rounding = ROUNDING * np.abs(centre)
    return column, centre - tolerance - rounding, centre + tolerance + rounding
