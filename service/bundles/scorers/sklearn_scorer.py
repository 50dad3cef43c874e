"""Score with scikit-learn, for bundles that do not pass the gate to ONNX.

It opens skops files with a fixed list of trusted types, never pickle or joblib.
"""

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import skops.io
from numpy.typing import NDArray

from model_worker.frame import FrameBuilder
from service.bundles.scorers.deadlines import current_deadline
from service.bundles.scorers.scorer import as_scores
from service.errors import BrokenBundle
from service.fields.text import preparation
from service.model_process.model_inputs import frame_fields
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
        self._build_frame = FrameBuilder(frame_fields(card))
        self._is_classifier = isinstance(card.output, Classification)
        self._prepare = preparation(card.scoring.text)

    def score(self, columns: Columns) -> NDArray[np.float64]:
        current_deadline()  # a call of scikit-learn cannot be stopped: do not begin one too late
        texts = {
            name: columns.prepared.get(name) or [self._prepare(text) for text in cells]
            for name, cells in columns.texts.items()
        }
        table = self._build_frame(columns.numbers, texts)
        answer = self._model.predict_proba(table) if self._is_classifier else self._model.predict(table)
        return as_scores(answer, len(columns), is_classifier=self._is_classifier)
