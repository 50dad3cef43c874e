"""The gate: a bundle is served on ONNX only if it equals scikit-learn on at least 1,000 real rows."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from service.bundles.scorers.scorer import open_scorer
from service.errors import BrokenBundle, ModelFailed
from service.fields.lookup import number_fields, text_fields
from service.publishing.data_split import Split
from service.publishing.plain_rows import plain_rows
from service.rows.checks import Checks
from service.schemas import Card, Classification, Scoring

MIN_ROWS = 1000
MAX_DIFFERENCE = 1e-5

Converter = Callable[[Any, list[str]], bytes]
"""(fitted pipeline, names of the fields) → the model in ONNX. Raises NotImplementedError or RuntimeError if it cannot."""


def write_model(folder: Path, card: Card, pipeline: Any, to_onnx: Converter, split: Split) -> Scoring:
    """Write the model file into `folder`; return how it is scored.

    The file is ONNX if that passes the gate. Otherwise it is the scikit-learn object, and the result says why.
    """
    import skops.io

    names = [field.name for field in card.inputs]
    real = pd.concat([split.test.fields, split.train.fields], ignore_index=True)[names]
    real = real.iloc[: max(MIN_ROWS, len(split.test))]
    try:
        (folder / "model.onnx").write_bytes(to_onnx(pipeline, names))
        difference = max_difference(folder, card, pipeline, real)
        if difference <= MAX_DIFFERENCE:
            return msgspec.structs.replace(card.scoring, gate_rows=len(real), gate_difference=difference)
        reason = f"differs from scikit-learn by {difference:.1e}"
    except (BrokenBundle, ModelFailed, RuntimeError, NotImplementedError) as error:
        reason = f"cannot be converted: {type(error).__name__}"
    (folder / "model.onnx").unlink(missing_ok=True)
    skops.io.dump(pipeline, folder / "model.skops")
    scoring = msgspec.structs.replace(card.scoring, scorer="sklearn", reason=reason)
    difference = max_difference(folder, msgspec.structs.replace(card, scoring=scoring), pipeline, real)
    return msgspec.structs.replace(scoring, gate_rows=len(real), gate_difference=difference)


def max_difference(folder: Path, card: Card, pipeline: Any, fields: pd.DataFrame) -> float:
    """Return the largest difference between the bundle in `folder`, its checks included, and the pipeline.

    The difference of probabilities is absolute, the difference of values is relative.
    """
    served = open_scorer(card, folder).score(Checks(card).columns(plain_rows(card, fields)))
    expected = pipeline_scores(card, pipeline, fields).reshape(len(fields), -1)
    if expected.shape != served.shape:
        raise ModelFailed("The answer of the model has another shape than that of the pipeline.")
    difference = np.abs(served - expected)
    if not isinstance(card.output, Classification):
        difference /= np.abs(expected)
    return float(difference.max())


def pipeline_scores(card: Card, pipeline: Any, fields: pd.DataFrame) -> NDArray[np.float64]:
    """Return the probabilities of the fitted pipeline (rows, labels), or its values (rows,)."""
    texts = text_fields(card)
    cleaned = fields.assign(
        **{field.name: field.pipeline_series(fields[field.name]) for field in number_fields(card)},
        **{field.name: np.array([field.prepare(text) for text in fields[field.name]], dtype=object) for field in texts},
    )
    scores = pipeline.predict_proba(cleaned) if isinstance(card.output, Classification) else pipeline.predict(cleaned)
    return np.asarray(scores, dtype=np.float64)
