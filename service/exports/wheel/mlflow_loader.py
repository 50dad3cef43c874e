"""The model of a package as a Python function of MLflow: a data frame in, a data frame out."""

from pathlib import Path
from typing import Any

from service.exports.wheel.packaged_model import PackagedModel, body_of
from service.schemas import LabelPrediction, ValuePrediction
from wire.answer_columns import DECISION, HIGH, LABEL, LOW, VALUE, probability_column
from wire.languages import DEFAULT


class MlflowModel:
    """What `mlflow.pyfunc.load_model` holds."""

    def __init__(self, bundle: Path) -> None:
        self._model = PackagedModel(bundle)

    def predict(self, model_input: Any, params: Any = None) -> Any:  # noqa: ARG002 - MLflow gives it
        """Return the columns of the service's files for the rows of a data frame. Raises Refused."""
        import pandas as pd  # type: ignore[import-untyped,unused-ignore]

        frame = model_input.astype(object).where(model_input.notna(), None)
        answer = self._model.predict(body_of(frame.to_dict("records")), DEFAULT)
        return pd.DataFrame([_columns(each) for each in answer.predictions], index=model_input.index)


def _columns(prediction: LabelPrediction | ValuePrediction) -> dict[str, Any]:
    if isinstance(prediction, LabelPrediction):
        probabilities = {probability_column(label): value for label, value in prediction.probabilities.items()}
        return {LABEL: prediction.label, DECISION: prediction.decision} | probabilities
    interval = {LOW: prediction.interval.low, HIGH: prediction.interval.high} if prediction.interval else {}
    return {VALUE: prediction.value, DECISION: prediction.decision} | interval


def _load_pyfunc(path: str) -> MlflowModel:
    """Return the model whose bundle is at `path`. MLflow calls this function by its name."""
    return MlflowModel(Path(path))
