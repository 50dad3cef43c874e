"""Shapley values of functions of coalitions, exact or from antithetic permutations, with their standard errors.

A game is one such function. The result is the mean over several games with the same players, for example one row against
each of many reference rows. A player that is known to change nothing in a game does not play in it. A game is computed
exactly if that costs no more than its permutations.

Sources: exact values: Shapley, A Value for n-Person Games, 1953. Permutations: Castro, Gómez and Tejada, Polynomial
calculation of the Shapley value based on sampling, 2009. Each permutation with its reverse: Mitchell, Cooper, Frank and
Holmes, Sampling Permutations for Shapley Value Estimation, JMLR 2022.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Coalitions = NDArray[np.bool_]
"""(coalitions, players): True for each member."""
Games = NDArray[np.intp]
"""(coalitions,): the index of the game."""
CoalitionValue = Callable[[Coalitions, Games], NDArray[np.float64]]
"""Coalitions and their games → the value of each coalition."""
Numbers = NDArray[np.float64]

MIN_PAIRS = 2
"""The fewest pairs of permutations in a game: a variance needs at least two."""
_MAX_EXPONENT = 60


@dataclass(frozen=True)
class ShapleyValues:
    """`base` is the mean value of the empty coalition, `values` are those of the players, with two standard errors."""

    base: float
    values: Numbers
    permutation_errors: Numbers
    """From drawing permutations; 0 if all games are computed exactly."""
    game_errors: Numbers
    """From drawing games as a sample, permutations included; 0 for a single game."""


@dataclass(frozen=True)
class _GameGroup:
    """All games with the same number of players, and the coalitions to score between the empty and the full one."""

    games: Games
    players: NDArray[np.intp]
    """(games, playing)"""
    inner: Coalitions
    """(games × coalitions of one game, playing), game by game."""
    player_values: Callable[[Numbers], tuple[Numbers, Numbers]]
    """(games, coalitions of one game, with the empty and the full one) → values and their variances, (games, playing)."""


def shapley_values(
    coalition_value: CoalitionValue, full_value: float, nulls: NDArray[np.bool_], budget: int, seed: int
) -> ShapleyValues:
    """Return the Shapley value of each player from one call of `coalition_value` with about `budget` coalitions at most.

    `full_value` is the value of all players together, the same in every game; `coalition_value` is not called for it.
    `nulls` (games, players) is True for the players that change nothing in a game.
    """
    playing = (~nulls).sum(axis=1)
    exact_size, pairs = _plan(playing, budget)
    groups = [
        _group(nulls, np.flatnonzero(playing == size), None if size <= exact_size else pairs, seed)
        for size in np.unique(playing).tolist()
    ]
    open_games = np.flatnonzero(playing)
    members = np.concatenate([nulls[open_games], *(_with_null_players(nulls, group) for group in groups)])
    games_of_members = [np.repeat(group.games, len(group.inner) // len(group.games)) for group in groups]
    scored = coalition_value(members, np.concatenate([open_games, *games_of_members]))
    empty_values, start = np.full(len(nulls), full_value), len(open_games)
    empty_values[open_games] = scored[:start]
    values, variances = np.zeros(nulls.shape), np.zeros(nulls.shape)
    for group in groups:
        inner = scored[start : start + len(group.inner)].reshape(len(group.games), -1)
        start += len(group.inner)
        full_values = np.full(len(group.games), full_value)
        value, variance = group.player_values(np.column_stack([empty_values[group.games], inner, full_values]))
        values[group.games[:, None], group.players] = value
        variances[group.games[:, None], group.players] = variance
    games = len(nulls)
    game_variances = values.var(axis=0, ddof=1) / games if games > 1 else np.zeros(nulls.shape[1])
    return ShapleyValues(
        float(empty_values.mean()), values.mean(axis=0), np.sqrt(variances.sum(axis=0)) / games, np.sqrt(game_variances)
    )


def _plan(playing: NDArray[np.intp], budget: int) -> tuple[int, int]:
    """Return the largest number of players of an exact game, and the pairs of permutations of every other game."""
    steps, every = playing - 1, np.exp2(np.minimum(playing, _MAX_EXPONENT)) - 2
    exact_size, pairs = 1, float(MIN_PAIRS)
    while (sampled := playing > exact_size).any():
        pairs = (budget - every[~sampled & (steps > 0)].sum()) / (2 * steps[sampled].sum())
        cheaper = playing[sampled & (every <= 2 * pairs * steps)]
        if not len(cheaper):
            break
        exact_size = int(cheaper.max())
    return exact_size, max(MIN_PAIRS, int(pairs))


def _group(nulls: NDArray[np.bool_], games: Games, pairs: int | None, seed: int) -> _GameGroup:
    """Return games with the same number of players, exact if `pairs` is None, else with so many pairs of permutations."""
    players = np.nonzero(~nulls[games])[1].reshape(len(games), -1)
    size = players.shape[1]
    if pairs is None:
        members = _coalitions(size)
        return _GameGroup(
            games, players, np.tile(members[1:-1], (len(games), 1)), lambda scored: _exact_values(members, scored)
        )
    orders = _orders(size, len(games), pairs, seed)
    # Step k of a permutation holds its first k players.
    inner = np.argsort(orders, axis=1)[:, None, :] < np.arange(1, size)[None, :, None]
    return _GameGroup(games, players, inner.reshape(-1, size), lambda scored: _sampled_values(orders, pairs, scored))


def _with_null_players(nulls: NDArray[np.bool_], group: _GameGroup) -> Coalitions:
    """Return the coalitions of a group with all players as columns. Players that change nothing are always members."""
    times = len(group.inner) // len(group.games)
    members = np.repeat(nulls[group.games], times, axis=0)
    np.put_along_axis(members, np.repeat(group.players, times, axis=0), group.inner, axis=1)
    return members


def _coalitions(players: int) -> Coalitions:
    """Return all coalitions, the empty one first, the full one last."""
    return np.asarray((np.arange(2**players)[:, None] >> np.arange(players)) & 1 == 1)


def _exact_values(members: Coalitions, scored: Numbers) -> tuple[Numbers, Numbers]:
    """Return the exact values of the players, with variances of 0, from the values (games, coalitions) of all coalitions."""
    sizes, players = members.sum(axis=1), members.shape[1]
    weights = np.array([1 / (players * math.comb(players - 1, size)) for size in range(players)])
    values = np.zeros((len(scored), players))
    for player in range(players):
        without = np.flatnonzero(~members[:, player])
        values[:, player] = (scored[:, without | (1 << player)] - scored[:, without]) @ weights[sizes[without]]
    return values, np.zeros_like(values)


def _sampled_values(orders: NDArray[np.intp], pairs: int, scored: Numbers) -> tuple[Numbers, Numbers]:
    """Return the values of the players, and their variances, from permutations.

    `scored` has the shape (games, coalitions): the empty one, the steps of all permutations, the full one.
    """
    permutations, players = orders.shape
    games = len(scored)
    steps = np.empty((games, permutations // games, players + 1))
    steps[:, :, 0], steps[:, :, -1] = scored[:, :1], scored[:, -1:]
    steps[:, :, 1:-1] = scored[:, 1:-1].reshape(games, -1, players - 1)
    gains = np.empty((permutations, players))
    np.put_along_axis(gains, orders, np.diff(steps, axis=2).reshape(permutations, players), axis=1)
    by_pair = gains.reshape(games, pairs, 2, players).mean(axis=2)
    return by_pair.mean(axis=1), by_pair.var(axis=1, ddof=1) / pairs


def _orders(players: int, games: int, pairs: int, seed: int) -> NDArray[np.intp]:
    """Return permutations game by game, each followed by its reverse.

    The permutations of a game are rotations of one or a few of them, so every player is early, late and in the middle.
    """
    drawn_count = -(-pairs // players)
    drawn = np.argsort(np.random.default_rng([players, seed]).random((games, drawn_count, players)), axis=2)
    turns = np.arange(pairs) * players * drawn_count // pairs
    positions = (turns % players)[:, None] + np.arange(players)
    rotated = drawn[:, (turns // players)[:, None], positions % players].reshape(-1, players)
    return np.stack([rotated, rotated[:, ::-1]], axis=1).reshape(-1, players)
