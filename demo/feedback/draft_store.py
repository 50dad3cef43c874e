"""What visitors have written and not sent yet, on disk, so that a reload and a restart of the demo lose nothing."""

import hashlib
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from client import Row
from demo.private_folder import remove_old, write_whole

MAX_AGE_SECONDS = 30 * 86_400
MAX_DRAFTS = 10_000


def case_key(model: str, row: Row) -> str:
    """Return one text for all rows that are the same case: 50 and 50.0 are the same value."""
    values = {name: int(value) if isinstance(value, float) and value.is_integer() else value for name, value in row.items()}
    return json.dumps([model, values], sort_keys=True)


class DraftStore:
    """Drafts by visitor, model and row. The newest ten thousand are kept for thirty days."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time.time) -> None:
        self._folder, self._clock = folder, clock
        folder.mkdir(mode=0o700, exist_ok=True)

    def put(self, visitor: str, model: str, row: Row, draft: dict[str, Any]) -> bool:
        """Store a draft in place of the one before. Return whether the disk took it."""
        path = self._path(visitor, model, row)
        try:
            is_new = not path.exists()
            write_whole(path, json.dumps(draft).encode())
            if is_new:
                remove_old(self._folder, MAX_DRAFTS, self._clock() - MAX_AGE_SECONDS)
        except OSError:
            return False
        return True

    def get(self, visitor: str, model: str, row: Row) -> dict[str, Any] | None:
        """Return the draft; None if there is none, or it is damaged."""
        try:
            draft = json.loads(self._path(visitor, model, row).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return draft if isinstance(draft, dict) else None

    def _path(self, visitor: str, model: str, row: Row) -> Path:
        text = f"{visitor} {case_key(model, row)}"
        return self._folder / hashlib.sha256(text.encode()).hexdigest()[:32]
