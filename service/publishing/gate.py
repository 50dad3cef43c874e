"""The gate: a bundle is served on ONNX only if it equals scikit-learn on at least 1,000 real rows and at its splits."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from model_worker.model_calls import WrongAnswer, scores
from service.bundles.scorers.onnx_scorer import OnnxScorer
from service.bundles.scorers.scorer import Scorer, open_scorer
from service.bundles.scorers.table_scorer import TableScorer
from service.errors import BrokenBundle, ModelFailed
from service.fields.lookup import array_fields, number_fields, text_fields
from service.model_files.fitted_file import write_fitted_model
from service.model_process.model_inputs import answer_kind
from service.publishing.data_split import Split
from service.publishing.pipeline_frame import frame
from service.publishing.plain_rows import plain_rows
from service.publishing.split_edges import edge_rows
from service.rows.checks import Checks
from service.rows.columns import Columns
from service.schemas import Card, Classification, Scoring

MIN_ROWS = 1000
MAX_DIFFERENCE = {"tensor(double)": 1e-9, "tensor(float)": 1e-6}
"""The greatest difference for each type of the answer of a graph. A model that computes in float32 itself, as XGBoost does,
has an answer of this type."""

Converter = Callable[[Card, Any, NDArray[np.float64]], bytes]
"""(card, fitted pipeline, numbers of a real row) → the model in ONNX.

Raises NotImplementedError or RuntimeError if it cannot.
"""


def write_model(
    folder: Path, card: Card, pipeline: Any, to_onnx: Converter, split: Split, *, trusted: bool = False
) -> Scoring:
    """Write the model file into `folder`; return how it is scored.

    The file is ONNX if that passes the gate. Otherwise it is the fitted model for a process of its own, and the result says
    why. `trusted`: the code in such a file may run. Raises BrokenBundle if the process gives other numbers.
    """
    real = _real_rows(card, split)
    columns = Checks(card).columns(plain_rows(card, real))
    expected = pipeline_scores(card, pipeline, real)
    try:
        model = to_onnx(card, pipeline, columns.numbers[0])
        (folder / "model.onnx").write_bytes(model)
        scorer = OnnxScorer(card, folder / "model.onnx")
        at_edges = _edge_difference(card, scorer, pipeline, edge_rows(model, number_fields(card), columns.numbers))
        scorers: list[Scorer] = [scorer, *([] if scorer.table is None else [TableScorer(card, scorer.table)])]
        at_rows = [max_difference(card, each.score(columns), expected) for each in scorers]
        difference = float(np.max([*at_rows, at_edges]))  # NaN stays
        if difference <= MAX_DIFFERENCE[scorer.output_type]:
            return msgspec.structs.replace(card.scoring, gate_rows=len(real), gate_difference=difference)
        reason = f"differs from scikit-learn by {difference:.1e}"
    except NotImplementedError as error:
        reason = f"cannot be converted: {error}"
    except Exception as error:  # noqa: BLE001 - models of other versions have other attributes
        reason = f"cannot be converted: {type(error).__name__}"
    (folder / "model.onnx").unlink(missing_ok=True)
    write_fitted_model(folder, pipeline, trusted=trusted)
    scoring = msgspec.structs.replace(card.scoring, scorer="process", reason=reason)
    served = open_scorer(msgspec.structs.replace(card, scoring=scoring), folder).score(columns)
    difference = max_difference(card, served, expected)
    if not difference <= MAX_DIFFERENCE["tensor(double)"]:
        raise BrokenBundle(f"the process of the model gives other numbers than the model itself: {difference:.1e} off")
    return msgspec.structs.replace(scoring, gate_rows=len(real), gate_difference=difference)


def _real_rows(card: Card, split: Split) -> pd.DataFrame:
    """Return at least 1,000 rows, or all that there are. Those of the test come first."""
    parts = [split.test.fields, split.train.fields]
    if not split.is_fitted_on_train:  # then `train` has the rows of the test too
        parts = parts[:1] if len(split.test) >= MIN_ROWS else parts[1:]
    real = pd.concat(parts, ignore_index=True)[[field.name for field in card.inputs]]
    return real.iloc[: max(MIN_ROWS, len(split.test))]


def _edge_difference(card: Card, scorer: OnnxScorer, pipeline: Any, numbers: NDArray[np.float64]) -> float:
    """Return the difference at the splits of the trees. Only a model of numbers alone has such splits."""
    if not len(numbers) or text_fields(card) or array_fields(card):
        return 0.0
    columns = Columns(numbers, {})
    return max_difference(card, scorer.score(columns), _scores(card, pipeline, frame(card, columns)))


def max_difference(card: Card, served: NDArray[np.float64], expected: NDArray[np.float64]) -> float:
    """Return the largest difference between served scores and those of the pipeline.

    The difference of probabilities is absolute, the difference of values is relative.
    """
    expected = expected.reshape(len(served), -1)
    if expected.shape != served.shape:
        raise ModelFailed("The answer of the model has another shape than that of the pipeline.")
    difference = np.abs(served - expected)
    if not isinstance(card.output, Classification):
        difference /= np.maximum(np.abs(expected), np.finfo(np.float64).tiny)
    return float(difference.max())


def pipeline_scores(card: Card, pipeline: Any, fields: pd.DataFrame) -> NDArray[np.float64]:
    """Return the probabilities of the fitted pipeline or 1 for its label (rows, labels), or its values (rows,)."""
    texts = text_fields(card)
    cleaned = fields.assign(
        **{field.name: field.pipeline_series(fields[field.name]) for field in number_fields(card)},
        **{field.name: np.array([field.prepare(text) for text in fields[field.name]], dtype=object) for field in texts},
    )
    return _scores(card, pipeline, cleaned)


def _scores(card: Card, pipeline: Any, table: pd.DataFrame) -> NDArray[np.float64]:
    table = table[[field.name for field in card.inputs]]
    try:
        answer: NDArray[np.float64] = scores(pipeline, table, answer_kind(card))
    except WrongAnswer as error:
        raise BrokenBundle(f"the fitted model does not fit its card: {error}") from None
    return answer if isinstance(card.output, Classification) else answer[:, 0]
