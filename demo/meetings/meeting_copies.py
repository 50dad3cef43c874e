"""Copies of meetings on the demo's own disk: a meeting opens while the service does not answer, after a restart too.

A copy opens for those alone whom the service has let read the meeting: it holds checksums of their secrets.
"""

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypedDict, cast

from client import Meeting, MeetingState
from client.shape_check import ShapeError, check
from demo.meetings.recordings import meetings_folder
from demo.private_folder import remove_old, write_whole

MAX_AGE_SECONDS = 90 * 86_400
MAX_FILES = 400
"""Two for each meeting."""
_MAX_READERS = 50


class _Copy(TypedDict):
    meeting: Meeting
    readers: list[str]
    """SHA-256 of the secrets that may read it, the newest last."""


class _Code(TypedDict):
    meeting: str


class MeetingCopies:
    """The newest two hundred meetings are kept for ninety days."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time.time) -> None:
        self._folder, self._clock = folder, clock
        folder.mkdir(mode=0o700, exist_ok=True)

    def put(self, meeting: Meeting, secret: str) -> bool:
        """Store a meeting as the service has given it for a presenter's secret. Return whether the disk took it."""
        earlier = self._read(meeting["id"])
        known = earlier["readers"] if earlier else []
        new = [_hash(meeting["presenter_token"]), _hash(secret)]
        readers = [*(reader for reader in known if reader not in new), *dict.fromkeys(new)][-_MAX_READERS:]
        copy: _Copy = {"meeting": cast(Meeting, {**meeting, "presenter_token": ""}), "readers": readers}
        if copy == earlier:
            return True
        code: _Code = {"meeting": meeting["id"]}
        return self._write(self._path(meeting["id"]), copy) and self._write(self._code_path(meeting["audience_code"]), code)

    def set_state(self, meeting_id: str, state: Mapping[str, Any]) -> bool:
        """Store what is on the presenter's screen. Return whether the disk took it."""
        copy = self._read(meeting_id)
        if copy is None:
            return False
        changed = cast(MeetingState, {**copy["meeting"]["state"], **state})
        return self._write(self._path(meeting_id), {**copy, "meeting": {**copy["meeting"], "state": changed}})

    def find(self, meeting_id: str, secret: str) -> Meeting | None:
        """Return a meeting that this secret has opened before; None if there is no such copy, or it is damaged."""
        copy = self._read(meeting_id)
        return copy["meeting"] if copy and _hash(secret) in copy["readers"] else None

    def find_by_code(self, code: str) -> Meeting | None:
        """Return the meeting of an audience code; None if there is no copy, or the meeting has another code now."""
        named = _read_json(self._code_path(code), _Code)
        copy = self._read(named["meeting"]) if named else None
        return copy["meeting"] if copy and copy["meeting"]["audience_code"] == code else None

    def _read(self, meeting_id: str) -> _Copy | None:
        copy: _Copy | None = _read_json(self._path(meeting_id), _Copy)
        return copy if copy and copy["meeting"]["id"] == meeting_id else None

    def _write(self, path: Path, content: object) -> bool:
        try:
            is_new = not path.exists()
            write_whole(path, json.dumps(content).encode(), is_durable=True)
            if is_new:
                remove_old(self._folder, MAX_FILES, self._clock() - MAX_AGE_SECONDS)
        except OSError:
            return False
        return True

    def _path(self, meeting_id: str) -> Path:
        return self._folder / f"meeting-{_hash(meeting_id)[:32]}.json"

    def _code_path(self, code: str) -> Path:
        return self._folder / f"code-{_hash(code)[:32]}.json"


def _read_json(path: Path, shape: Any) -> Any:
    """Return the content of a file; None if there is none, or it has another shape."""
    try:
        content = json.loads(path.read_bytes())
        check(content, shape)
    except (OSError, ValueError, RecursionError, ShapeError):
        return None
    return content


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def meeting_copies() -> MeetingCopies:
    """Return the copies of this demo."""
    return MeetingCopies(meetings_folder() / "meetings")
