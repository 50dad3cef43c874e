"""A fitted model that needs other packages than these: its process gives its facts and its scores for data frames."""

import hashlib
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model_worker.plain_columns import plain_columns
from service.errors import ModelFailed, RefusedModel
from service.model_files.model_source import ModelSource
from service.model_files.packed_source import packed_file
from service.model_process.environment_file import ModelEnvironment, write_environment
from service.model_process.environments import this_python
from service.model_process.process_limits import process_limits
from service.model_process.worker_process import (
    CannotStart,
    ProcessEnded,
    ProcessPlan,
    ScoringFailed,
    TooSlow,
    WorkerProcess,
)

_SECONDS = 300.0
_MAX_FACTS_BYTES = 2**24
_PART_ROWS = 10_000


class RemoteModel:
    """Looks like an estimator of scikit-learn: it predicts data frames."""

    def __init__(self, source: ModelSource, python: str, *, trusted: bool) -> None:
        """Open the model in a process of `python`. Raises RefusedModel with a sentence."""
        self._scratch = tempfile.TemporaryDirectory(prefix="witryna-model-")
        try:
            self._file = packed_file(source, Path(self._scratch.name))
        except RefusedModel:
            self._scratch.cleanup()
            raise
        self._environment = ModelEnvironment(
            form=source.form,
            function=source.location if source.form == "recipe" else "",
            trusted=trusted,
            python=source.python or this_python(),
            requirements=source.requirements,
        )
        request = {
            "file": str(self._file),
            "sha256": {str(self._file): hashlib.sha256(self._file.read_bytes()).hexdigest()},
            "form": source.form,
            "function": self._environment.function,
            "trusted": trusted,
            "fields": None,
            "output": None,
            "is_classifier": source.is_classifier,
        }
        name = Path(source.location).name
        self._process = WorkerProcess(ProcessPlan(name, python, request, process_limits().max_memory_bytes))
        try:
            answer = self._open(name)
        except BaseException:
            self.close()
            raise
        self.facts: dict[str, Any] = answer["facts"]
        """What `model_worker.model_facts` says of the model."""
        if self.facts["classes"] is not None:
            self.classes_ = np.array(self.facts["classes"])
        self._labels = [] if self.facts["classes"] is None else list(map(str, self.facts["classes"]))

    def _open(self, name: str) -> dict[str, Any]:
        """Return what the process says of itself. Raises RefusedModel."""
        try:
            answer = self._process.open(time.monotonic() + _SECONDS, _MAX_FACTS_BYTES)
        except CannotStart as error:
            raise RefusedModel(f"{name} cannot be used: {error}.") from None
        except (ProcessEnded, TooSlow):
            raise RefusedModel(f"{name} cannot be used: its process ended, or took too long to open it.") from None
        if "refusal" in answer:
            raise RefusedModel(str(answer["refusal"]))
        return answer

    def predict_proba(self, frame: Any) -> NDArray[np.float64]:
        """Return the probabilities (rows, labels) of a data frame. Raises ModelFailed."""
        return self._scores(frame, {"kind": "probabilities", "labels": self._labels})

    def predict(self, frame: Any) -> NDArray[Any]:
        """Return the labels or values (rows,) of a data frame. Raises ModelFailed."""
        if not self._labels:
            return self._scores(frame, {"kind": "value"})[:, 0]
        kind = "probabilities" if self.facts["has_probabilities"] else "labels"
        return np.asarray(self.classes_[self._scores(frame, {"kind": kind, "labels": self._labels}).argmax(axis=1)])

    def _scores(self, frame: Any, output: dict[str, Any]) -> NDArray[np.float64]:
        parts = [self._part(frame[start : start + _PART_ROWS], output) for start in range(0, len(frame), _PART_ROWS)]
        return np.concatenate(parts) if parts else np.empty((0, max(1, len(self._labels))))

    def _part(self, frame: Any, output: dict[str, Any]) -> NDArray[np.float64]:
        deadline = time.monotonic() + _SECONDS
        try:
            sent: dict[str, Any] = {"columns": plain_columns(frame), "output": output}
            self._process.send_rows(np.empty((len(frame), 0)), sent, deadline)
            return self._process.receive_scores(len(frame), max(1, len(self._labels)), deadline)
        except ScoringFailed as error:
            raise ModelFailed(str(error) or "The model failed on rows of the sample.") from None
        except (ProcessEnded, TooSlow):
            raise ModelFailed("The process of the model ended, or took too long.") from None

    def write(self, folder: Path) -> None:
        """Copy the file of the model, as its process opened it, into the folder of a bundle, with what its process needs."""
        shutil.copyfile(self._file, folder / self._environment.model_file)
        write_environment(folder, self._environment)

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._scratch.cleanup()
