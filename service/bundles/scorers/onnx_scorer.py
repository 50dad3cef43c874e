"""Score with ONNX Runtime: 10 to 40 µs per row, and the same numbers as scikit-learn on the rows of the gate.

The graph takes `fields`, a matrix of the fields of the channel `numbers` in float64 or float32; texts: as one column of
strings for a field under its name, or as counts of terms, which the metadata of the graph describe; and arrays under the
names of their fields.
"""

import math
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.bundles.scorers.deadlines import StoppableRun, current_deadline, watchdog
from service.bundles.scorers.graph_metadata import SINGLE_ROW, read_table, read_terms, read_width
from service.bundles.scorers.scorer import as_scores
from service.errors import BrokenBundle
from service.fields.lookup import array_fields, text_fields
from service.fields.text import preparation
from service.rows.columns import Columns
from service.schemas import Card, Classification

os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # by default the import sends events to Microsoft and writes an id of the machine
import onnxruntime as ort

FIELDS = "fields"
_MAX_TEXTS = 128
"""Texts are scored in parts of so many: the graph makes a dense row of thousands of word counts of each."""
_MAX_NUMBERS = 500_000
"""A part of the rows takes no more numbers than this at once: 4 MB, which stay in the cache of a processor."""
_DTYPES: dict[str, type[np.floating]] = {"tensor(double)": np.float64, "tensor(float)": np.float32}
_ARRAY_DTYPES: dict[str, type[np.generic]] = {**_DTYPES, "tensor(uint8)": np.uint8}
_FATAL = 4
"""The severity of log lines: an error of a run is raised, so it is not logged too."""


class OnnxScorer:
    quick = True

    def __init__(self, card: Card, file: Path) -> None:
        options = ort.SessionOptions()
        options.intra_op_num_threads = 1  # processes of the service share the cores, so a request uses one thread
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        options.enable_cpu_mem_arena = False  # it would keep the memory of the largest request for ever
        try:
            self._session = ort.InferenceSession(file.read_bytes(), options, providers=["CPUExecutionProvider"])
        except Exception as error:
            raise BrokenBundle("model.onnx cannot be opened") from error
        texts = {field.name for field in text_fields(card)}
        self._inputs = [node.name for node in self._session.get_inputs()]
        metadata = self._session.get_modelmeta().custom_metadata_map
        self._terms = read_terms(metadata)
        self._arrays = {field.name for field in array_fields(card)}
        reads = {self._terms[name].field if name in self._terms else name for name in self._inputs}
        if not reads <= texts | self._arrays | {FIELDS}:
            raise BrokenBundle("model.onnx needs inputs that the card does not have")
        kinds = {node.name: node.type for node in self._session.get_inputs()}
        self._dtype = _DTYPES.get(kinds.get(FIELDS, "tensor(double)"))
        if self._dtype is None:
            raise BrokenBundle("model.onnx needs fields that are neither float64 nor float32")
        self._array_dtypes = {name: _ARRAY_DTYPES.get(kinds[name]) for name in self._arrays & kinds.keys()}
        if None in self._array_dtypes.values():
            raise BrokenBundle("model.onnx needs arrays of another type than uint8, float64 or float32")
        self._only_text = next(iter(reads)) if len(reads) == 1 and reads <= texts else None
        self._max_rows = max(1, _MAX_NUMBERS // max(read_width(metadata), 1))
        self._single_row_padding = int(metadata.get(SINGLE_ROW) != "exact")
        self._prepare = preparation(card.scoring.text)
        self._is_classifier = isinstance(card.output, Classification)
        self._output = [self._session.get_outputs()[-1].name]
        self.output_type: str = self._session.get_outputs()[-1].type
        """`tensor(double)` or `tensor(float)`."""
        self.table = read_table(metadata)
        """The same model as a table, if the graph has one in its metadata."""
        self._idle_runs: list[StoppableRun] = []

    def score(self, columns: Columns) -> NDArray[np.float64]:
        """Return the scores. If a text is all that the model reads, equal texts are scored once."""
        if self._only_text is None or len(columns) == 1:
            return self._score_parts(columns)
        name = self._only_text
        texts = columns.prepared.get(name, columns.texts[name])
        positions = {text: position for position, text in enumerate(dict.fromkeys(texts))}
        if len(positions) == len(texts):
            return self._score_parts(columns)
        distinct = Columns(np.zeros((len(positions), 0)), {name: list(positions)})
        if columns.prepared:
            distinct = replace(distinct, prepared=distinct.texts)
        return self._score_parts(distinct)[[positions[text] for text in texts]]

    def _score_parts(self, columns: Columns) -> NDArray[np.float64]:
        size = min(self._max_rows, _MAX_TEXTS) if columns.texts else self._max_rows
        if len(columns) <= size:
            return self._score_part(columns)
        starts = range(0, len(columns), size)
        return np.concatenate([self._score_part(_slice(columns, start, start + size)) for start in starts])

    def _score_part(self, columns: Columns) -> NDArray[np.float64]:
        """Return the scores of some rows. A single row is scored together with a second one, because ONNX Runtime has other
        kernels for products of one row, which may change the last digits. A graph without products says so.
        """
        rows = len(columns)
        padding = self._single_row_padding if rows == 1 else 0
        feed: dict[str, Any] = {}
        for name in self._inputs:
            if name == FIELDS:
                numbers = np.ascontiguousarray(columns.numbers, self._dtype)
                feed[name] = numbers.repeat(2, axis=0) if padding else numbers
            elif name in self._arrays:
                array = np.ascontiguousarray(columns.arrays[name], self._array_dtypes[name])
                feed[name] = array.repeat(2, axis=0) if padding else array
            else:
                count = self._terms.get(name)
                field = name if count is None else count.field
                texts = columns.prepared.get(field) or [self._prepare(text) for text in columns.texts[field]]
                texts = texts + [""] * padding
                feed[name] = np.array(texts, dtype=object).reshape(-1, 1) if count is None else count(texts)
        answer = self._run(feed)
        return as_scores(answer, rows + padding, is_classifier=self._is_classifier)[:rows]

    def _run(self, feed: dict[str, Any]) -> Any:
        """Return the last output of the graph. Raises ModelTimeout at the deadline of the caller."""
        deadline = current_deadline()
        if deadline == math.inf:
            return self._session.run(self._output, feed)[0]
        run = self._take_run()
        run.deadline = deadline
        try:
            return self._session.run(self._output, feed, run.options)[0]
        except Exception:
            if not run.options.terminate:
                raise
        finally:
            run.deadline = math.inf
            if not run.options.terminate:
                self._idle_runs.append(run)
        return self._run(feed)  # raises ModelTimeout, unless the watchdog stopped the run for the one before it

    def _take_run(self) -> StoppableRun:
        """Return a run that no other thread uses: making the options of a run takes longer than a small run."""
        try:
            return self._idle_runs.pop()
        except IndexError:
            options = ort.RunOptions()
            options.log_severity_level = _FATAL
            return watchdog().add(options)


def _slice(columns: Columns, start: int, stop: int) -> Columns:
    texts, prepared = (
        {name: cells[start:stop] for name, cells in each.items()} for each in (columns.texts, columns.prepared)
    )
    arrays = {name: cells[start:stop] for name, cells in columns.arrays.items()}
    return Columns(columns.numbers[start:stop], texts, arrays, prepared=prepared)
