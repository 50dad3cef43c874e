"""A model version that is ready to score: rows in, predictions out."""

import asyncio
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from service.bundles.background import Background
from service.bundles.failing_rows import find_failing_rows
from service.bundles.pictures.picture_reader import PictureReader
from service.bundles.prediction_builder import CodedColumn, PredictionBuilder
from service.bundles.score_checks import Mask
from service.bundles.scorers.scorer import Scorer
from service.bundles.texts.text_reader import TextReader
from service.errors import ModelFailed, ServiceError
from service.rows.checks import Checks
from service.rows.columns import Columns
from service.rows.quick_reader import QuickReader
from service.rows.warning_codes import warning_codes
from service.schemas import Card, Evaluation, Predictions, Row
from wire.answer_columns import WARNINGS

if TYPE_CHECKING:
    from service.bundles.scorers.process_scorer import ProcessScorer

Table = dict[str, CodedColumn | NDArray[np.float64]]
"""The name of a column (`wire.answer_columns`) → its values (rows,)."""


@dataclass(frozen=True)
class Model:
    """One model version, ready to score."""

    card: Card
    checks: Checks
    quick_reader: QuickReader
    scorer: Scorer
    builder: PredictionBuilder
    background: Background
    texts: TextReader
    evaluation: Evaluation | None = None
    """None if the bundle has no evaluation."""
    few_rows: int = 0
    """The number of rows that are scored in a few milliseconds, so that a thread would only cost time."""
    process: "ProcessScorer | None" = None
    """The scorer, if it is a process with the model, which scores together what waits."""
    unlimited: tuple[str, ...] = ()
    """What the system cannot limit for the process of the model: `memory`, `files`, `network`."""
    pictures: PictureReader = field(default_factory=lambda: PictureReader({}))
    folder: Path = Path()
    """The folder of the bundle."""

    def predict(self, rows: list[Row] | Columns) -> Predictions:
        """Return one prediction per row. Raises InvalidInput if rows do not fit the card, ModelFailed, ModelTimeout."""
        columns = self._read(rows if isinstance(rows, Columns) else self.checks.columns(rows))
        return self.builder(self._score(columns), columns)

    async def predict_in_process(self, rows: list[Row] | Columns) -> Predictions:
        """Return what `predict` returns, for a few rows and a model with a process. No thread waits meanwhile."""
        columns = self._read(rows if isinstance(rows, Columns) else self.checks.columns(rows))
        return self.builder(await self._score_in_process(columns), columns)

    def scores(self, columns: Columns) -> NDArray[np.float64]:
        """Return the checked scores: (rows, labels) probabilities, or (rows, 1) values."""
        return self.builder.check(self._score(columns), len(columns))

    def failing_rows(self, columns: Columns) -> Mask:
        """Return the mask (rows,) of the rows that the model cannot score."""
        return find_failing_rows(lambda part: self.builder.invalid_rows(self._score(part), len(part)), columns)

    def outputs(self, columns: Columns) -> NDArray[np.float64]:
        """Return one number per row (rows,): the probability of the card's focus, or the value."""
        return self.builder.outputs(self._score(columns), len(columns))

    def table(self, columns: Columns) -> Table:
        """Return the predictions as columns, for files and tensors."""
        columns = self._read(replace(columns, warnings={}))
        return self._table(self._score(columns), columns)

    async def table_in_process(self, columns: Columns) -> Table:
        """Return what `table` returns, for a few rows and a model with a process. No thread waits meanwhile."""
        columns = self._read(replace(columns, warnings={}))
        return self._table(await self._score_in_process(columns), columns)

    def _read(self, columns: Columns) -> Columns:
        """Return the columns with prepared texts, and with the warnings of their texts and pictures."""
        return self.pictures.read(self.texts.read(columns))

    def _table(self, scores: NDArray[np.float64], columns: Columns) -> Table:
        table = self.builder.table(scores, len(columns))
        return table | {WARNINGS: CodedColumn(*warning_codes(self.checks, columns))}

    async def _score_in_process(self, columns: Columns) -> NDArray[np.float64]:
        if not len(columns):
            return self.builder.empty_scores()
        assert self.process  # noqa: S101 - the caller asks only such models
        return await asyncio.wrap_future(self.process.submit(columns))

    def _score(self, columns: Columns) -> NDArray[np.float64]:
        try:
            return self.scorer.score(columns) if len(columns) else self.builder.empty_scores()
        except ServiceError:
            raise
        except (Exception, SystemExit) as error:  # a model is foreign code and may raise anything
            raise ModelFailed from error
