"""Shapley values of functions of coalitions: counted out, or by antithetic permutations, with how sure they are.

A game is one such function; what is shared out is the mean over several games with the same players, such as the same
row against each of many others. Who is known to change nothing in a game does not play in it. Counted out: Shapley, A
Value for n-Person Games, 1953. Permutations: Castro, Gómez and Tejada, Polynomial calculation of the Shapley value
based on sampling, 2009; each with its reverse: Mitchell, Cooper, Frank and Holmes, Sampling Permutations for Shapley Value
Estimation, JMLR 2022. A game is counted out where that costs no more than its walks.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Coalitions = NDArray[np.bool_]
"""(coalitions, players): who is in."""
Games = NDArray[np.intp]
"""(coalitions,): in which game."""
Worth = Callable[[Coalitions, Games], NDArray[np.float64]]
Numbers = NDArray[np.float64]

MIN_PAIRS = 2
"""Walks each way in a game: fewer would not tell how far apart they come out."""
_COUNTLESS = 60


@dataclass(frozen=True)
class Shared:
    """`base` is the mean worth of nobody, `values` each player's; the errors are standard errors of those."""

    base: float
    values: Numbers
    walk_errors: Numbers
    """From drawing permutations: 0 where all games were counted out."""
    game_errors: Numbers
    """From drawing games, where they are a sample; what the walks add is in it. 0 for a single game."""


@dataclass(frozen=True)
class _Part:
    """All games in which equally many play: who does, and what is asked for between nobody and everybody."""

    games: Games
    players: NDArray[np.intp]
    """(games, playing)"""
    inner: Coalitions
    """(games × coalitions of one game, playing), game by game."""
    shares: Callable[[Numbers], tuple[Numbers, Numbers]]
    """(games, coalitions of one game with both ends) → each player's value and the variance of that, (games, playing)."""


def shared_out(worth: Worth, everybody: float, nulls: NDArray[np.bool_], budget: int, seed: int) -> Shared:
    """Return what each player is worth, asking for about `budget` coalitions at most, in one go.

    `everybody` is the worth of all players together, the same in every game; `worth` is never asked for it. `nulls`
    (games, players) tells who changes nothing in a game.
    """
    playing = (~nulls).sum(axis=1)
    counted, pairs = _plan(playing, budget)
    parts = [
        _part(nulls, np.flatnonzero(playing == size), None if size <= counted else pairs, seed)
        for size in np.unique(playing).tolist()
    ]
    open_games = np.flatnonzero(playing)
    members = np.concatenate([nulls[open_games], *(_whole(nulls, part) for part in parts)])
    in_game = [np.repeat(part.games, len(part.inner) // len(part.games)) for part in parts]
    worths = worth(members, np.concatenate([open_games, *in_game]))
    nobody, at = np.full(len(nulls), everybody), len(open_games)
    nobody[open_games] = worths[:at]
    values, variances = np.zeros(nulls.shape), np.zeros(nulls.shape)
    for part in parts:
        between = worths[at : at + len(part.inner)].reshape(len(part.games), -1)
        at += len(part.inner)
        ends = np.full(len(part.games), everybody)
        value, variance = part.shares(np.column_stack([nobody[part.games], between, ends]))
        values[part.games[:, None], part.players] = value
        variances[part.games[:, None], part.players] = variance
    games = len(nulls)
    of_games = values.var(axis=0, ddof=1) / games if games > 1 else np.zeros(nulls.shape[1])
    return Shared(float(nobody.mean()), values.mean(axis=0), np.sqrt(variances.sum(axis=0)) / games, np.sqrt(of_games))


def _plan(playing: NDArray[np.intp], budget: int) -> tuple[int, int]:
    """Return how many may play in a game that is counted out, and how many walks each way every other game gets."""
    steps, every = playing - 1, np.exp2(np.minimum(playing, _COUNTLESS)) - 2
    counted, pairs = 1, float(MIN_PAIRS)
    while (walked := playing > counted).any():
        pairs = (budget - every[~walked & (steps > 0)].sum()) / (2 * steps[walked].sum())
        cheaper = playing[walked & (every <= 2 * pairs * steps)]
        if not len(cheaper):
            break
        counted = int(cheaper.max())
    return counted, max(MIN_PAIRS, int(pairs))


def _part(nulls: NDArray[np.bool_], games: Games, pairs: int | None, seed: int) -> _Part:
    """Return the games of equally many players: counted out, or so many walks each way."""
    players = np.nonzero(~nulls[games])[1].reshape(len(games), -1)
    size = players.shape[1]
    if pairs is None:
        members = _coalitions(size)
        return _Part(games, players, np.tile(members[1:-1], (len(games), 1)), lambda worths: _counted(members, worths))
    orders = _orders(size, len(games), pairs, seed)
    # Step k of a walk holds its first k players.
    inner = np.argsort(orders, axis=1)[:, None, :] < np.arange(1, size)[None, :, None]
    return _Part(games, players, inner.reshape(-1, size), lambda worths: _walked(orders, pairs, worths))


def _whole(nulls: NDArray[np.bool_], part: _Part) -> Coalitions:
    """Return the coalitions of a part among all players; who changes nothing is always in."""
    times = len(part.inner) // len(part.games)
    members = np.repeat(nulls[part.games], times, axis=0)
    np.put_along_axis(members, np.repeat(part.players, times, axis=0), part.inner, axis=1)
    return members


def _coalitions(players: int) -> Coalitions:
    """Return all coalitions, nobody first, everybody last."""
    return np.asarray((np.arange(2**players)[:, None] >> np.arange(players)) & 1 == 1)


def _counted(members: Coalitions, worths: Numbers) -> tuple[Numbers, Numbers]:
    """Return the values from the worths (games, coalitions) of all coalitions; they are exact."""
    sizes, players = members.sum(axis=1), members.shape[1]
    weights = np.array([1 / (players * math.comb(players - 1, size)) for size in range(players)])
    values = np.zeros((len(worths), players))
    for player in range(players):
        without = np.flatnonzero(~members[:, player])
        values[:, player] = (worths[:, without | (1 << player)] - worths[:, without]) @ weights[sizes[without]]
    return values, np.zeros_like(values)


def _walked(orders: NDArray[np.intp], pairs: int, worths: Numbers) -> tuple[Numbers, Numbers]:
    """Return the values from the worths (games, nobody, then the steps of all walks, everybody)."""
    walks, players = orders.shape
    games = len(worths)
    steps = np.empty((games, walks // games, players + 1))
    steps[:, :, 0], steps[:, :, -1] = worths[:, :1], worths[:, -1:]
    steps[:, :, 1:-1] = worths[:, 1:-1].reshape(games, -1, players - 1)
    gains = np.empty((walks, players))
    np.put_along_axis(gains, orders, np.diff(steps, axis=2).reshape(walks, players), axis=1)
    by_pair = gains.reshape(games, pairs, 2, players).mean(axis=2)
    return by_pair.mean(axis=1), by_pair.var(axis=1, ddof=1) / pairs


def _orders(players: int, games: int, pairs: int, seed: int) -> NDArray[np.intp]:
    """Return permutations game by game, each followed by its reverse.

    A game's are turns of one permutation, or of a few: so every player comes early, late and in the middle.
    """
    some = -(-pairs // players)
    begun = np.argsort(np.random.default_rng([players, seed]).random((games, some, players)), axis=2)
    turns = np.arange(pairs) * players * some // pairs
    turned = (turns % players)[:, None] + np.arange(players)
    drawn = begun[:, (turns // players)[:, None], turned % players].reshape(-1, players)
    return np.stack([drawn, drawn[:, ::-1]], axis=1).reshape(-1, players)
