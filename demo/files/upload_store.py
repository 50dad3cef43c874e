"""The upload jobs of all visits, for an hour: a reload of the page Files, or its link, opens a result again."""

import threading
import time
from collections.abc import Callable

from demo.files.upload_job import UploadJob

MAX_JOBS = 8
_MAX_AGE_SECONDS = 3600.0


class UploadStore:
    """Upload jobs by model and unguessable token. It holds the newest few. Threads may share it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._jobs: dict[tuple[str, str], tuple[float, UploadJob]] = {}
        """(model, token) → when the job was last used, and the job; the last used is last."""

    def put(self, model: str, job: UploadJob) -> None:
        """Add a job, or mark it as used."""
        with self._lock:
            self._jobs.pop((model, job.token), None)
            self._jobs[model, job.token] = (self._clock(), job)
            self._forget_old()

    def get(self, model: str, token: str) -> UploadJob | None:
        """Return a job; None if there is none with this token, or if it was last used more than an hour ago."""
        with self._lock:
            self._forget_old()
            return self._jobs.get((model, token), (0.0, None))[1]

    def remove(self, model: str, job: UploadJob) -> None:
        """Remove a job. It may be absent."""
        with self._lock:
            self._jobs.pop((model, job.token), None)

    def _forget_old(self) -> None:
        oldest = self._clock() - _MAX_AGE_SECONDS
        while self._jobs:
            key = next(iter(self._jobs))
            if len(self._jobs) <= MAX_JOBS and self._jobs[key][0] >= oldest:
                return
            del self._jobs[key]
