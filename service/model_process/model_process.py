"""A fitted model in a process of its own: any thread asks, the rows of waiting calls are scored together, and a process that
hangs or dies is replaced.

While a process is busy, calls wait, and the next batch takes all of them, as in the batching of Clipper (Crankshaw et al.,
2017) without a delay: a call that finds an idle process is never kept waiting for others.
"""

import math
import time
import weakref
from concurrent.futures import Future
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.errors import ModelTimeout
from service.model_process.call_queue import Call
from service.model_process.process_runner import ProcessRunners
from service.model_process.worker_process import ProcessPlan


class ModelProcess:
    """A model that is scored in a process. Several threads may call it at the same time."""

    def __init__(self, plan: ProcessPlan, labels: int, deadline: float = math.inf) -> None:
        """Start the process and wait until it has opened the model; `labels` is the number of scores of a row.

        Raises CannotStart with the reason, ModelTimeout.
        """
        self._runners = ProcessRunners(plan, labels)
        self._end = weakref.finalize(self, self._runners.queue.close)
        opened: Future[dict[str, Any]] = Future()
        self._runners.add(opened)
        try:
            self.facts = opened.result(None if deadline == math.inf else max(0.0, deadline - time.monotonic()))
            """What the first process said of itself: `python`, `versions`, `unlimited`, `pid`."""
        except TimeoutError:
            self.close()
            raise ModelTimeout from None
        except BaseException:
            self.close()
            raise

    def submit(
        self, numbers: NDArray[np.float64], texts: dict[str, list[str]], deadline: float = math.inf
    ) -> "Future[NDArray[np.float64]]":
        """Return the future scores (rows, labels) of a matrix and of texts by field. A cancelled call is not scored.

        It raises ModelFailed, ModelTimeout, or Overloaded while a process that died several times is not started yet.
        """
        call = Call(numbers, texts, deadline)
        self._runners.queue.put(call)
        return call.result

    def score(
        self, numbers: NDArray[np.float64], texts: dict[str, list[str]], deadline: float = math.inf
    ) -> NDArray[np.float64]:
        """Return the scores of `submit`, and wait for them."""
        future = self.submit(numbers, texts, deadline)
        try:
            return future.result(None if deadline == math.inf else max(0.0, deadline - time.monotonic()))
        except TimeoutError:
            future.cancel()
            raise ModelTimeout from None

    def close(self) -> None:
        """End the processes."""
        self._end()
