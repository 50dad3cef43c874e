"""Compare a converted model with the model itself: on rows, at the splits of its trees, and in batches of every size."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from service.bundles.scorers.onnx_scorer import OnnxScorer
from service.bundles.scorers.scorer import Scorer
from service.bundles.scorers.table_scorer import TableScorer
from service.fields.lookup import number_fields
from service.publishing.conversion.float64_graph import to_float64_graph
from service.publishing.gate import max_difference, pipeline_scores
from service.publishing.pipeline_frame import frame
from service.publishing.plain_rows import plain_rows
from service.publishing.split_edges import edge_rows
from service.rows.checks import Checks
from service.rows.columns import Columns
from service.schemas import Card

_BATCH_ROWS = 98
_BATCH_SIZES = (1, 2, 3, 7, 31)


@dataclass(frozen=True)
class Comparison:
    scorer: OnnxScorer
    columns: Columns
    difference: float
    """The largest difference on the rows and at the splits."""
    edges: int
    """The number of rows at the splits."""
    is_same_in_every_batch: bool
    has_table: bool
    """It is served from a table, which is compared in the same way."""


def compare(card: Card, model: Any, fields: pd.DataFrame, folder: Path) -> Comparison:
    """Convert a fitted model and compare its graph with it. Raises UnknownStep if it cannot be converted."""
    columns = Checks(card).columns(plain_rows(card, fields))
    graph = to_float64_graph(card, model, columns.numbers[0])
    (folder / "model.onnx").write_bytes(graph)
    scorer = OnnxScorer(card, folder / "model.onnx")
    difference = max_difference(card, scorer.score(columns), pipeline_scores(card, model, fields))
    edges = edge_rows(graph, number_fields(card), columns.numbers)
    if len(edges) and not columns.texts:
        at_edges = Columns(edges, {})
        expected = pipeline_scores(card, model, frame(card, at_edges))
        difference = max(difference, max_difference(card, scorer.score(at_edges), expected))
    is_same = _is_same_in_every_batch(scorer, columns)
    if scorer.table is not None:
        table = TableScorer(card, scorer.table)
        difference = max(difference, max_difference(card, table.score(columns), pipeline_scores(card, model, fields)))
        is_same = is_same and _is_same_in_every_batch(table, columns)
    return Comparison(scorer, columns, difference, len(edges), is_same, scorer.table is not None)


def _is_same_in_every_batch(scorer: Scorer, columns: Columns) -> bool:
    together = scorer.score(columns)
    return all(np.array_equal(_in_parts(scorer, columns, size), together[:_BATCH_ROWS]) for size in _BATCH_SIZES)


def _in_parts(scorer: Scorer, columns: Columns, size: int) -> Any:
    starts = range(0, min(_BATCH_ROWS, len(columns)), size)
    parts = [scorer.score(columns.select(np.arange(at, min(at + size, len(columns))))) for at in starts]
    return np.concatenate(parts)[:_BATCH_ROWS]
