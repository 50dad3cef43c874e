"""Feedback on its way to the service: on disk until the service has acknowledged it, and sent again until then."""

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import cast

from client import FeedbackReceipt, NewFeedback, Refused, ServiceError
from demo.private_folder import write_whole

RETRY_SECONDS = 5.0
Send = Callable[[NewFeedback, str], FeedbackReceipt]


class Outbox:
    """Sends entries once. Threads and processes may share the folder: the service stores an entry once for each key."""

    def __init__(self, folder: Path, send: Send, retry_seconds: float = RETRY_SECONDS) -> None:
        self._folder, self._send, self._retry_seconds = folder, send, retry_seconds
        self._has_work = threading.Event()
        folder.mkdir(mode=0o700, exist_ok=True)
        if any(self._waiting()):
            self._has_work.set()
        threading.Thread(target=self._send_again, name="send feedback again", daemon=True).start()

    def submit(self, entry: NewFeedback, key: str) -> FeedbackReceipt | None:
        """Send an entry and return its receipt; None if it waits on the disk until the service answers.

        Raises Refused if the service does not take the entry, OSError if neither the service nor the disk does.
        """
        try:
            write_whole(self._path(key), json.dumps(entry).encode(), is_durable=True)
        except OSError:
            receipt = self._try(entry, key)
            if receipt is None:
                raise
            return receipt
        return self._deliver(entry, key)

    def is_waiting(self, key: str) -> bool:
        """Return whether an entry is not acknowledged yet."""
        return self._path(key).exists()

    def _path(self, key: str) -> Path:
        return self._folder / f"{key}.json"

    def _waiting(self) -> list[Path]:
        return sorted(self._folder.glob("*.json"), key=lambda path: path.stat().st_mtime)

    def _deliver(self, entry: NewFeedback, key: str) -> FeedbackReceipt | None:
        """Send an entry that is on the disk. It leaves the disk when it is acknowledged or refused."""
        try:
            receipt = self._try(entry, key)
        except Refused:
            self._path(key).unlink(missing_ok=True)
            raise
        if receipt is None:
            self._has_work.set()
        else:
            self._path(key).unlink(missing_ok=True)
        return receipt

    def _try(self, entry: NewFeedback, key: str) -> FeedbackReceipt | None:
        try:
            return self._send(entry, key)
        except Refused:
            raise
        except ServiceError:
            return None

    def _send_again(self) -> None:
        """Send what waits, again and again."""
        pause = threading.Event()
        while True:
            self._has_work.wait()
            self._has_work.clear()
            pause.wait(self._retry_seconds)
            for path in self._list_waiting():
                self._send_one_again(path)

    def _list_waiting(self) -> list[Path]:
        try:
            return self._waiting()
        except OSError:  # another process has sent one meanwhile
            self._has_work.set()
            return []

    def _send_one_again(self, path: Path) -> None:
        """Send one entry. One that the service refuses stays on the disk under another name, as does a damaged one."""
        try:
            entry = cast(NewFeedback, json.loads(path.read_bytes()))
        except FileNotFoundError:  # another process has sent it
            return
        except OSError:
            self._has_work.set()
            return
        except ValueError:
            path.replace(path.with_suffix(".damaged"))
            return
        try:
            self._deliver(entry, path.stem)
        except Refused:
            path.with_suffix(".refused").write_text(json.dumps(entry), encoding="utf-8")
