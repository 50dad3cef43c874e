"""Shapley values of functions of coalitions: exact over all of them, or by antithetic permutations with their error.

Knows: numbers. Must not know: cards, models, what a player is.

A game is one such function; what is shared out is the mean over several games with the same players, such as the same
row against each of many others. Exact: Shapley, A Value for n-Person Games, 1953. Permutations: Castro, Gómez and Tejada,
Polynomial calculation of the Shapley value based on sampling, 2009; each with its reverse: Mitchell, Cooper, Frank and
Holmes, Sampling Permutations for Shapley Value Estimation, JMLR 2022. Every game gets the same number of them, so that
the choice of games adds no error.
"""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Coalitions = NDArray[np.bool_]
"""(coalitions, players): who is in."""
Games = NDArray[np.intp]
"""(coalitions,): in which game."""
Worth = Callable[[Coalitions, Games], NDArray[np.float64]]


def exact(worth: Worth, players: int, games: int) -> tuple[float, NDArray[np.float64]]:
    """Return the mean worth of nobody and each player's value; asks for all 2^players coalitions of each game."""
    numbers = np.arange(2**players)
    members = (numbers[:, None] >> np.arange(players)) & 1 == 1
    every = worth(np.repeat(members, games, axis=0), np.tile(np.arange(games), len(members)))
    worths, sizes = every.reshape(len(members), games).mean(axis=1), members.sum(axis=1)
    weights = np.array([1 / (players * math.comb(players - 1, size)) for size in range(players)])
    values = np.empty(players)
    for player in range(players):
        without = numbers[~members[:, player]]
        values[player] = weights[sizes[without]] @ (worths[without | (1 << player)] - worths[without])
    return float(worths[0]), values


def sampled(
    worth: Worth, nulls: NDArray[np.bool_], pairs: int, seed: int
) -> tuple[float, NDArray[np.float64], NDArray[np.float64]]:
    """Return the mean worth of nobody, each player's value and its standard error, from `pairs` ≥ 2 walks each way a game.

    `nulls` (games, players) tells who is known to change nothing in a game: that is not asked for again.
    """
    games, players = nulls.shape
    orders = _orders(players, games * pairs, seed)
    game = np.repeat(np.arange(games), 2 * pairs)
    ranks = np.argsort(orders, axis=1)
    # Step k of a walk holds its first k players: nobody and everybody are asked for once, not by every walk.
    changes = ~nulls[game[:, None], orders[:, :-1]]
    inner = (ranks[:, None, :] < np.arange(1, players)[None, :, None])[changes]
    ends = np.zeros((games + 1, players), dtype=np.bool_)
    ends[-1] = True
    in_game = np.concatenate([np.arange(games), [0], np.repeat(game, changes.sum(axis=1))])
    asked = worth(np.concatenate([ends, inner]), in_game)
    nobody, everybody = asked[:games], asked[games]
    steps = np.empty((len(orders), players))
    steps[:, 0] = nobody[game]
    steps[:, 1:][changes] = asked[games + 1 :]
    last = np.maximum.accumulate(np.where(changes, np.arange(1, players), 0), axis=1)
    steps[:, 1:] = np.take_along_axis(steps, last, axis=1)
    gains = np.empty((len(orders), players))
    walked = np.column_stack([steps, np.full(len(orders), everybody)])
    np.put_along_axis(gains, orders, np.diff(walked, axis=1), axis=1)
    by_pair = gains.reshape(games, pairs, 2, players).mean(axis=2)
    error = np.sqrt(by_pair.var(axis=1, ddof=1).sum(axis=0) / pairs) / games
    return float(nobody.mean()), by_pair.mean(axis=(0, 1)), error


def _orders(players: int, pairs: int, seed: int) -> NDArray[np.intp]:
    """Return permutations, each followed by its reverse."""
    drawn = np.argsort(np.random.default_rng(seed).random((pairs, players)), axis=1)
    return np.stack([drawn, drawn[:, ::-1]], axis=1).reshape(-1, players)
