"""Promises of the cache of answers: one computation for all who ask at once, and no failure is kept."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from demo.live.stages.once_cache import OnceCache


def test_fifty_threads_that_ask_at_once_compute_once() -> None:
    cache: OnceCache[int] = OnceCache(10)
    everybody_asks, computed = threading.Barrier(50), []

    def compute() -> int:
        computed.append(1)
        return 7

    def ask() -> int:
        everybody_asks.wait(10)
        return cache.get("key", compute)

    with ThreadPoolExecutor(50) as pool:
        assert [each.result() for each in [pool.submit(ask) for _ in range(50)]] == [7] * 50
    assert len(computed) == 1


def test_a_failure_is_raised_and_the_next_caller_computes_again() -> None:
    cache: OnceCache[int] = OnceCache(10)

    def fail() -> int:
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        cache.get("key", fail)
    assert cache.find("key") is None
    assert cache.get("key", lambda: 3) == 3


def test_the_entries_that_were_asked_for_longest_ago_go_first() -> None:
    cache: OnceCache[str] = OnceCache(2)
    for key in "aba":
        cache.get(key, lambda key=key: key)  # type: ignore[misc]
    cache.get("c", lambda: "c")
    assert [cache.find(key) for key in "abc"] == ["a", None, "c"]
