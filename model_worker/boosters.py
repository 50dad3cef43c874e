"""A file of LightGBM has a Booster, which says little of itself. These models have the interface of scikit-learn."""

from __future__ import annotations

from typing import Any

import numpy as np

_MIN_CLASSES = 2


class BoosterRegressor:
    """Gives what the Booster predicts. `booster_` is the Booster."""

    _estimator_type = "regressor"

    def __init__(self, booster: Any) -> None:
        self.booster_ = booster
        self.n_features_in_ = booster.num_feature()
        self.feature_name_ = booster.feature_name()

    def predict(self, X: Any) -> Any:  # noqa: N803 - the name of scikit-learn
        return self.booster_.predict(X)


class BoosterClassifier(BoosterRegressor):
    """Gives probabilities. The file has numbers for the labels, not their names."""

    _estimator_type = "classifier"

    def __init__(self, booster: Any) -> None:
        super().__init__(booster)
        self.classes_ = np.arange(max(_MIN_CLASSES, booster.num_model_per_iteration()))

    def predict_proba(self, X: Any) -> Any:  # noqa: N803
        answer = np.asarray(self.booster_.predict(X))
        return np.column_stack([1.0 - answer, answer]) if answer.ndim == 1 else answer

    def predict(self, X: Any) -> Any:  # noqa: N803
        return self.classes_[self.predict_proba(X).argmax(axis=1)]
