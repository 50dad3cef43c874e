"""A cache that computes each entry once, however many threads ask for it at the same moment."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Generic, TypeVar

V = TypeVar("V")


class OnceCache(Generic[V]):
    """The newest entries, by key. A computation that raises is no entry: the next caller computes again."""

    def __init__(self, max_entries: int) -> None:
        self._max_entries = max_entries
        self._entries: OrderedDict[Hashable, Future[V]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, compute: Callable[[], V]) -> V:
        """Return the entry of a key. Who comes while it is computed waits for it. Raises what `compute` raises."""
        with self._lock:
            entry = self._entries.get(key)
            is_new = entry is None
            if entry is None:
                entry = self._entries[key] = Future()
                while len(self._entries) > self._max_entries:
                    self._entries.popitem(last=False)
            else:
                self._entries.move_to_end(key)
        if is_new:
            self._compute(key, entry, compute)
        return entry.result()

    def find(self, key: Hashable) -> V | None:
        """Return an entry that is there already; None if there is none."""
        with self._lock:
            entry = self._entries.get(key)
        return entry.result() if entry is not None and entry.done() and entry.exception() is None else None

    def _compute(self, key: Hashable, entry: Future[V], compute: Callable[[], V]) -> None:
        try:
            entry.set_result(compute())
        except BaseException as error:  # noqa: BLE001 - whoever waits gets it, whatever it is
            with self._lock:
                if self._entries.get(key) is entry:
                    del self._entries[key]
            entry.set_exception(error)
