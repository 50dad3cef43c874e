"""Score with the fitted model in a process with its own packages, for bundles that do not pass the gate to ONNX."""

import hashlib
import logging
import math
from concurrent.futures import Future
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from model_worker.model_file import CODE
from service.bundles.scorers.deadlines import current_deadline
from service.errors import BrokenBundle
from service.fields.lookup import array_fields
from service.fields.text import preparation
from service.model_process.environment_file import read_environment
from service.model_process.environments import python_for
from service.model_process.model_inputs import answer_kind, array_texts, frame_fields
from service.model_process.model_process import ModelProcess
from service.model_process.process_limits import process_limits
from service.model_process.worker_process import CannotStart, ProcessPlan
from service.rows.columns import Columns
from service.schemas import Card, Classification

_MAX_PART_BYTES = 32 * 2**20
_FLOAT_BYTES = 8
_log = logging.getLogger("service")


class ProcessScorer:
    quick = False

    def __init__(self, card: Card, folder: Path) -> None:
        environment = read_environment(folder)
        file = folder / environment.model_file
        if not file.is_file():
            raise BrokenBundle(f"{file.name} is missing")
        files = [file.resolve(), (folder / CODE).resolve()]
        limits = process_limits()
        python = python_for(environment.requirements, environment.python, limits.environments)
        request = {
            "file": str(file.resolve()),
            "sha256": {str(each): hashlib.sha256(each.read_bytes()).hexdigest() for each in files if each.is_file()},
            "form": environment.form,
            "function": environment.function,
            "trusted": environment.trusted,
            "fields": frame_fields(card),
            "output": answer_kind(card),
            "is_classifier": isinstance(card.output, Classification),
        }
        plan = ProcessPlan(card.name, python, request, limits.max_memory_bytes)
        labels = len(card.output.labels) if isinstance(card.output, Classification) else 1
        try:
            self._process = ModelProcess(plan, labels, current_deadline())
        except CannotStart as error:
            raise BrokenBundle(f"{file.name} cannot be used: {error}") from error
        self.facts = self._process.facts
        """What the process says of itself (`service.model_process.model_process`)."""
        self.unlimited: tuple[str, ...] = tuple(map(str, self.facts.get("unlimited", ())))
        if self.unlimited:
            _log.warning("the system does not limit %s of the process of %s", " and ".join(self.unlimited), card.name)
        self._prepare = preparation(card.scoring.text)
        self._part_rows = max(
            1,
            _MAX_PART_BYTES
            // (_FLOAT_BYTES * max(1, len(card.inputs), *(math.prod(each.shape) for each in array_fields(card)))),
        )

    def score(self, columns: Columns) -> NDArray[np.float64]:
        starts = range(0, max(1, len(columns)), self._part_rows)
        parts = [self._score_part(columns, slice(start, start + self._part_rows)) for start in starts]
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def submit(self, columns: Columns) -> "Future[NDArray[np.float64]]":
        """Return the future scores of a few rows: no thread waits for them."""
        everything = slice(None)
        return self._process.submit(columns.numbers, self._texts(columns, everything), current_deadline())

    def _score_part(self, columns: Columns, rows: slice) -> NDArray[np.float64]:
        return self._process.score(columns.numbers[rows], self._texts(columns, rows), current_deadline())

    def _texts(self, columns: Columns, rows: slice) -> dict[str, list[str]]:
        """Return the texts of some rows as the model was fitted on them, and each array as text."""
        return array_texts(columns, rows) | {
            name: columns.prepared[name][rows] if name in columns.prepared else [self._prepare(text) for text in cells[rows]]
            for name, cells in columns.texts.items()
        }
