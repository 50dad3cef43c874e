"""Recorded answers of a run sheet, on the demo's own disk: the show goes on while the service does not answer."""

import hashlib
import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NotRequired, TypedDict, cast

from client import Card, Curves, Explanation, Prediction
from client.shape_check import ShapeError, check
from demo.private_folder import private_folder, remove_old, write_whole
from demo.settings import read_settings

MAX_AGE_SECONDS = 90 * 86_400
MAX_RECORDINGS = 2_000
MAX_BYTES = 2**20
"""The largest recording of one case: its answers in both languages, with the texts that draw them."""


class RecordedAnswer(TypedDict):
    """The answer to a case in one language, with the card whose texts draw it."""

    card: Card
    explanation: Explanation
    curves: NotRequired[Curves | None]


class _Recording(TypedDict):
    digest: str
    recorded_at: str
    answers: dict[str, RecordedAnswer]


@dataclass(frozen=True)
class RecordedCase:
    """The answer to a case of a run sheet as it was at `recorded_at` (UTC, ISO 8601), in the reader's language."""

    recorded_at: str
    card: Card
    explanation: Explanation
    curves: Curves | None

    @property
    def prediction(self) -> Prediction:
        return self.explanation["prediction"]

    @property
    def version(self) -> str:
        return self.card["version"]


class RecordingStore:
    """Recordings by meeting and case. The newest two thousand are kept for ninety days."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time.time) -> None:
        self._folder, self._clock = folder, clock
        folder.mkdir(mode=0o700, exist_ok=True)

    def put(self, meeting_id: str, case: Mapping[str, Any], answers: Mapping[str, RecordedAnswer], recorded_at: str) -> bool:
        """Store the answers to a case (language → answer) in place of those before. Return whether the disk took them."""
        recording: _Recording = {"digest": _digest(case), "recorded_at": recorded_at, "answers": dict(answers)}
        content = json.dumps(recording).encode()
        path = self._path(meeting_id, case["id"])
        if len(content) > MAX_BYTES:
            return False
        try:
            is_new = not path.exists()
            write_whole(path, content, is_durable=True)
            if is_new:
                remove_old(self._folder, MAX_RECORDINGS, self._clock() - MAX_AGE_SECONDS)
        except OSError:
            return False
        return True

    def find(self, meeting_id: str, case: Mapping[str, Any], language: str) -> RecordedCase | None:
        """Return the recording of a case; None if there is none, it is damaged, or the case has changed since."""
        try:
            recording = json.loads(self._path(meeting_id, case["id"]).read_bytes())
            check(recording, _Recording)
        except (OSError, ValueError, RecursionError, ShapeError):
            return None
        found = cast(_Recording, recording)
        answer = found["answers"].get(language)
        if found["digest"] != _digest(case) or answer is None:
            return None
        return RecordedCase(found["recorded_at"], answer["card"], answer["explanation"], answer.get("curves"))

    def _path(self, meeting_id: str, case_id: str) -> Path:
        return self._folder / f"{hashlib.sha256(f'{meeting_id} {case_id}'.encode()).hexdigest()[:32]}.json"


def _digest(case: Mapping[str, Any]) -> str:
    """Return the checksum of what the answer to a case depends on. 50 and 50.0 are the same value."""
    row = {
        name: int(value) if isinstance(value, float) and value.is_integer() else value for name, value in case["row"].items()
    }
    field = case["what_if_field"] if "what-if" in case["show"] else None
    text = json.dumps([case["model"], case["version"], row, field], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def recording_store() -> RecordingStore:
    """Return the recordings of this demo."""
    return RecordingStore(meetings_folder() / "recordings")


def find(meeting_id: str, case: Mapping[str, Any], language: str) -> RecordedCase | None:
    """Return the recording of a case of a meeting, in a language; None if there is none that fits the case."""
    return recording_store().find(meeting_id, case, language)


def meetings_folder() -> Path:
    """Return the folder in which the demo keeps what a meeting needs while the service does not answer."""
    folder = read_settings(os.environ).meetings
    return Path(folder) if folder else private_folder("meetings")
