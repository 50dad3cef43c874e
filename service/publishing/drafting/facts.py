"""The facts of a fitted model, as a draft needs them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from model_worker.model_facts import UnusableModel, model_facts
from service.fields.category import category_text
from service.publishing.drafting.findings import CannotDraft

Task = Literal["classification", "regression", "outliers"]
SIDES = ("typical", "unusual")
"""The labels of an outlier detector."""


@dataclass(frozen=True)
class ModelFacts:
    """A fitted model in words that need no package of its own."""

    task: Task
    feature_names: tuple[str, ...] | None
    """The columns of the data frame that it was fitted on; None: it was fitted on an array."""
    n_features: int | None
    """None: the model does not say."""
    classes: tuple[Any, ...] | None = None
    """The labels, in the order of the probabilities: numbers, texts or booleans. Outliers: 1 is typical, -1 unusual."""
    has_probabilities: bool = False
    known_categories: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    """Column → the categories that a fitted encoder knows; none, if the model reads categories without a list of them. A
    column without a name is its position, such as `0`."""
    text_columns: frozenset[str] = frozenset()
    """The columns whose texts a vectorizer reads."""
    algorithm: str = ""
    """The names of the classes: "LogisticRegression behind StandardScaler"."""
    fitted_dtypes: Mapping[str, str] = field(default_factory=dict)
    """Column → its pandas type at the fit, as far as it is known."""

    @property
    def reads_one_text(self) -> bool:
        """The model was fitted on a list of texts, without a table."""
        return self.feature_names is None and self.n_features is None and self.text_columns == {"0"}

    @property
    def label_texts(self) -> tuple[str, ...]:
        """The text of each label, in the order of the scores; none for a regression."""
        return SIDES if self.task == "outliers" else tuple(map(category_text, self.classes or ()))

    @property
    def answer(self) -> dict[str, Any]:
        """The answer of the model in the form that `model_worker.model_calls.scores` takes."""
        if self.task == "regression":
            return {"kind": "value"}
        return {"kind": "probabilities" if self.has_probabilities else "labels", "labels": list(self.label_texts)}


def read_facts(plain: Mapping[str, Any]) -> ModelFacts:
    """Return facts from the plain values that `model_worker.model_facts` gives."""
    names, classes = plain["feature_names"], plain["classes"]
    return ModelFacts(
        task=plain["task"],
        feature_names=None if names is None else tuple(names),
        n_features=plain["n_features"],
        classes=None if classes is None else tuple(classes),
        has_probabilities=plain["has_probabilities"],
        known_categories={name: tuple(values) for name, values in plain["known_categories"].items()},
        text_columns=frozenset(plain["text_columns"]),
        algorithm=plain["algorithm"],
        fitted_dtypes=dict(plain["fitted_dtypes"]),
    )


def facts_of(estimator: Any) -> ModelFacts:
    """Return the facts of a fitted estimator in this process. Raises CannotDraft with a sentence."""
    try:
        return read_facts(model_facts(estimator))
    except UnusableModel as error:
        raise CannotDraft(str(error)) from None
