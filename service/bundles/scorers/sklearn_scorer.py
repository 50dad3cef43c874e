"""Score with scikit-learn, for bundles that do not pass the gate to ONNX.

It opens skops files with a fixed list of trusted types, never pickle or joblib.
"""

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import skops.io
from numpy.typing import NDArray

from service.bundles.scorers.deadlines import current_deadline
from service.bundles.scorers.scorer import as_scores
from service.errors import BrokenBundle
from service.fields.lookup import number_fields
from service.fields.text import preparation
from service.rows.columns import Columns
from service.schemas import Card, Classification

TRUSTED = [
    "numpy.dtype",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.tree._tree.Tree",
    "sklearn.calibration._CalibratedClassifier",
    "sklearn.calibration._SigmoidCalibration",
]
MAX_UNPACKED_BYTES = 512 * 2**20


class SklearnScorer:
    quick = False

    def __init__(self, card: Card, file: Path) -> None:
        try:
            with zipfile.ZipFile(file) as parts:
                if sum(part.file_size for part in parts.infolist()) > MAX_UNPACKED_BYTES:
                    raise BrokenBundle("model.skops is too large when unpacked")
            self._model: Any = skops.io.load(file, trusted=TRUSTED)
        except BrokenBundle:
            raise
        except Exception as error:
            raise BrokenBundle("model.skops cannot be opened with the trusted types") from error
        self._card = card
        self._is_classifier = isinstance(card.output, Classification)
        self._prepare = preparation(card.scoring.text)

    def score(self, columns: Columns) -> NDArray[np.float64]:
        current_deadline()  # a call of scikit-learn cannot be stopped: do not begin one too late
        table = frame(self._card, columns, self._prepare)
        answer = self._model.predict_proba(table) if self._is_classifier else self._model.predict(table)
        return as_scores(answer, len(columns), is_classifier=self._is_classifier)


def frame(card: Card, columns: Columns, prepare: Any = str) -> pd.DataFrame:
    """Return the columns as the data frame that a pipeline was fitted on: categories have the dtype `str`.

    Without a dtype, a missing category is NaN beside other categories and None alone, and an encoder tells them apart.
    """
    table: dict[str, Any] = {}
    for field, numbers in zip(number_fields(card), columns.numbers.T, strict=True):
        values = field.pipeline_values(numbers)
        table[field.name] = pd.Series(values, dtype="str") if values.dtype == object else values
    for name, texts in columns.texts.items():
        table[name] = columns.prepared.get(name) or [prepare(text) for text in texts]
    return pd.DataFrame(table, columns=[field.name for field in card.inputs])
