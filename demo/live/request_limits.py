"""How often one phone may ask: a phone that floods is refused, and the others do not notice."""

import time
from collections import OrderedDict
from collections.abc import Callable

_MAX_CALLERS = 20_000


class RequestLimit:
    """A token bucket for each caller: so many requests at once, and so many a second after that."""

    def __init__(self, burst: int, per_second: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._burst, self._per_second, self._clock = burst, per_second, clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        """Caller → tokens that were left, and when."""

    def take(self, caller: str) -> bool:
        """Return whether the caller may ask now. A refused request takes nothing."""
        now = self._clock()
        tokens, before = self._buckets.pop(caller, (float(self._burst), now))
        tokens = min(float(self._burst), tokens + (now - before) * self._per_second)
        is_allowed = tokens >= 1
        self._buckets[caller] = (tokens - 1 if is_allowed else tokens, now)
        while len(self._buckets) > _MAX_CALLERS:
            self._buckets.popitem(last=False)
        return is_allowed
