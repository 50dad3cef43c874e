"""What is too long for an address, on disk under the hash of its content."""

import base64
import hashlib
import os
import re
import time
from collections.abc import Callable
from pathlib import Path

from demo.private_folder import remove_old, write_whole

MAX_LINKS = 1_000
MAX_BYTES = 2**20
MAX_AGE_SECONDS = 30 * 86_400
_HASH_BYTES = 15
_ID = re.compile(r"[A-Za-z0-9_-]{20}")


class LinkStore:
    """Texts by id. It keeps the newest thousand for thirty days. Threads and processes may share the folder."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time.time) -> None:
        self._folder, self._clock = folder, clock

    def put(self, text: str) -> str | None:
        """Store a text; return its id, or None if it is too long or the disk does not take it."""
        content = text.encode()
        if len(content) > MAX_BYTES:
            return None
        link_id = _hash(content)
        path = self._folder / link_id
        now = self._clock()
        try:
            if not path.exists():
                write_whole(path, content)
                remove_old(self._folder, MAX_LINKS, self._clock() - MAX_AGE_SECONDS)
            os.utime(path, (now, now))
        except OSError:
            return None
        return link_id

    def get(self, link_id: str) -> str | None:
        """Return the text of an id; None if it is unknown or damaged."""
        if not _ID.fullmatch(link_id):
            return None
        try:
            content = (self._folder / link_id).read_bytes()
        except OSError:
            return None
        return content.decode() if _hash(content) == link_id else None


def _hash(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()[:_HASH_BYTES]).decode()
