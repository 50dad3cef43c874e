"""Writers of feedback and their ledger: what was sent, and what was acknowledged.

`python -m tests.support.feedback_ledger 100` kills a service that often under write load, and checks the ledger.
"""

import itertools
import random
import signal
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from client import Client, NewFeedback, Refused, ServiceError

_WRITERS = 8
_MAX_ACKNOWLEDGED_BEFORE_A_KILL = 40


class Ledger:
    """Keys of entries that were sent, and of those that were acknowledged. A writer keeps an entry until it is."""

    def __init__(self, client: Client, entry: NewFeedback) -> None:
        self._client, self._entry = client, entry
        self.sent: set[str] = set()
        self.acknowledged: set[str] = set()
        self.refused: list[Refused] = []
        self._changed = threading.Condition()
        self._is_over = threading.Event()

    def wait_for(self, acknowledged: int) -> None:
        """Wait until so many more entries are acknowledged."""
        with self._changed:
            target = len(self.acknowledged) + acknowledged
            assert self._changed.wait_for(lambda: len(self.acknowledged) >= target or self.refused, timeout=60)

    def give(self) -> None:
        """Send one more entry, once. Raises ServiceError."""
        key = self._client.feedback.new_key()
        with self._changed:
            self.sent.add(key)
        self._give(key)

    @contextmanager
    def writers(self, count: int = _WRITERS) -> Iterator[None]:
        """Write until the end of the block, then until each writer's entry is acknowledged."""
        threads = [threading.Thread(target=self._write) for _ in range(count)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._is_over.set()
            for thread in threads:
                thread.join()

    def _write(self) -> None:
        while not self._is_over.is_set():
            key = self._client.feedback.new_key()
            with self._changed:
                self.sent.add(key)
            self._send(key)

    def _send(self, key: str) -> None:
        """Send an entry again and again until it is acknowledged, as the demo does."""
        while True:
            try:
                self._give(key)
            except Refused as refusal:
                with self._changed:
                    self.refused.append(refusal)
                    self._changed.notify_all()
                return
            except ServiceError:
                self._is_over.wait(0.02)
                continue
            return

    def _give(self, key: str) -> None:
        self._client.feedback.give({**self._entry, "reason": key}, key)
        with self._changed:
            self.acknowledged.add(key)
            self._changed.notify_all()

    def check(self) -> Counter[str]:
        """Check that every acknowledged entry is stored, once, and nothing else. Return the keys that are stored."""
        stored: Counter[str] = Counter()
        after: str | None = None
        for page in itertools.count():
            answer: Any = self._client.feedback.entries(after)
            stored.update(item["reason"] for item in answer["items"])
            after = answer["next"]
            if after is None:
                assert page < len(self.sent)
                break
        assert self.refused == []
        assert self.acknowledged <= stored.keys() <= self.sent
        assert set(stored.values()) == {1}
        return stored


def patient_client(url: str) -> Client:
    """Return a client of a service that may be away for a moment."""
    return Client(url, connect_timeout_seconds=1.0, deadline_seconds=5.0)


def kill_while_writing(program: Any, ledger: Ledger, kills: int, seed: int = 0) -> None:
    """Kill a running service that often, each time after another number of acknowledged entries, and start it again."""
    draw = random.Random(seed)
    with ledger.writers():
        for _ in range(kills):
            ledger.wait_for(draw.randint(1, _MAX_ACKNOWLEDGED_BEFORE_A_KILL))
            program.end(signal.SIGKILL)
            program.start()
        ledger.wait_for(1)
    ledger.check()


def main() -> None:
    """Kill a service, and print what the ledger says."""
    from tests.support.server_process import running, service_program
    from tests.support.service_app import trained_bundles

    with running(service_program(trained_bundles())) as program:
        ledger = Ledger(patient_client(program.url), entry_for(program.url))
        kill_while_writing(program, ledger, int(sys.argv[1]))
        sys.stdout.write(
            f"{len(ledger.sent)} sent, {len(ledger.acknowledged)} acknowledged, {ledger.check().total()} stored\n"
        )


def entry_for(url: str) -> NewFeedback:
    """Return feedback on the first example of the first model of a service."""
    client = Client(url)
    card = client.card(client.models()[0]["name"])
    row = card["examples"][0]["row"]
    return {"model": card["name"], "version": card["version"], "row": row, "shown": {"page": "try"}, "verdict": "agree"}


if __name__ == "__main__":
    main()
