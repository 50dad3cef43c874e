"""Shapley values of a function of coalitions: exact over all of them, or by antithetic permutations with their error.

Knows: numbers. Must not know: cards, models, what a player is.

Exact: Shapley, A Value for n-Person Games, 1953. Permutations: Castro, Gómez and Tejada, Polynomial calculation of the
Shapley value based on sampling, 2009; each with its reverse: Mitchell, Cooper, Frank and Holmes, Sampling Permutations for
Shapley Value Estimation, JMLR 2022.
"""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Coalitions = NDArray[np.bool_]
"""(coalitions, players): who is in."""
Worth = Callable[[Coalitions], NDArray[np.float64]]


def exact(worth: Worth, players: int) -> tuple[float, NDArray[np.float64]]:
    """Return the worth of nobody and each player's value; asks for all 2^players coalitions at once."""
    numbers = np.arange(2**players)
    members = (numbers[:, None] >> np.arange(players)) & 1 == 1
    worths, sizes = worth(members), members.sum(axis=1)
    weights = np.array([1 / (players * math.comb(players - 1, size)) for size in range(players)])
    values = np.empty(players)
    for player in range(players):
        without = numbers[~members[:, player]]
        values[player] = weights[sizes[without]] @ (worths[without | (1 << player)] - worths[without])
    return float(worths[0]), values


def sampled(worth: Worth, players: int, pairs: int, seed: int) -> tuple[float, NDArray[np.float64], NDArray[np.float64]]:
    """Return the worth of nobody, each player's value and its standard error, from so many permutations both ways."""
    random = np.random.default_rng(seed)
    orders = np.array([order for _ in range(pairs) for order in _both(random.permutation(players))])
    walks = len(orders)
    ranks = np.argsort(orders, axis=1)
    # Step k of a walk holds its first k players: k = 0 and k = players are the same for all walks, asked for once.
    steps = np.arange(1, players)
    inner = (ranks[:, None, :] < steps[None, :, None]).reshape(-1, players)
    ends = np.array([[False] * players, [True] * players])
    worths = worth(np.concatenate([ends, inner]))
    along = np.empty((walks, players + 1))
    along[:, 0], along[:, -1] = worths[0], worths[1]
    along[:, 1:-1] = worths[2:].reshape(walks, players - 1)
    gains = np.empty((walks, players))
    np.put_along_axis(gains, orders, np.diff(along, axis=1), axis=1)
    by_pair = gains.reshape(pairs, 2, players).mean(axis=1)
    error = by_pair.std(axis=0, ddof=1) / math.sqrt(pairs) if pairs > 1 else np.zeros(players)
    return float(worths[0]), by_pair.mean(axis=0), error


def _both(order: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    return order, order[::-1]
