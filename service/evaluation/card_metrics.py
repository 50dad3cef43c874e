"""The metrics on a card: a selection of the evaluation's figures, with their labels."""

from service.evaluation.metrics import ACCURACY, AUC, RELATIVE_ERROR
from service.schemas import ClassificationEvaluation, Evaluation, Figure, Metric, Text

_LABELS: dict[str, Text] = {
    AUC.name: AUC.label,
    ACCURACY.name: ACCURACY.label,
    "brier": {"en": "Error of the probabilities (Brier)", "pl": "Błąd prawdopodobieństw (Brier)"},
    "r2": {"en": "Explained variation (R²)", "pl": "Wyjaśniona zmienność (R²)"},
    RELATIVE_ERROR.name: RELATIVE_ERROR.label,
    "coverage": {"en": "True values inside the range", "pl": "Prawdziwe wartości w przedziale"},
}
_CLASSIFICATION = (AUC.name, ACCURACY.name, "brier")
_MANY_LABELS = (ACCURACY.name,)
"""Of a model that chooses among many labels and decides by none of them: its focus is only one of the labels."""
_REGRESSION = ("r2", RELATIVE_ERROR.name, "coverage")


def card_metrics(evaluation: Evaluation) -> tuple[Metric, ...]:
    """Return the card's metrics: names, values, intervals and rows are those of the evaluation."""
    names: tuple[str, ...] = _REGRESSION
    if isinstance(evaluation, ClassificationEvaluation):
        names = _MANY_LABELS if evaluation.confusion and not evaluation.bands else _CLASSIFICATION
    baseline = evaluation.baseline
    figures: dict[str, Figure | None] = {name: getattr(evaluation, name) for name in names}
    return tuple(
        Metric(
            name=name,
            value=figure.value,
            rows=figure.rows,
            low=figure.low,
            high=figure.high,
            label=_LABELS[name],
            baseline=getattr(baseline, name, None),
        )
        for name, figure in figures.items()
        if figure is not None
    )
