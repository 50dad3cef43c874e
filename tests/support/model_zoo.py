"""All fitted models of the tests of conversion in one table: which scorer serves each, how far it is off, how long a row takes.

`python -m tests.support.model_zoo` prints it.
"""

import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from service.publishing.conversion.column_sources import UnknownStep
from service.schemas import Card
from tests.support.boosted_pipelines import boosted
from tests.support.conversion_check import compare
from tests.support.custom_models import custom_models
from tests.support.estimator_models import estimators, steps
from tests.support.fitted_pipelines import card_of, table, truths, with_labels_only, zoo
from tests.support.frame_models import frame_models
from tests.support.text_pipelines import card_of_texts, models_of_one_text, models_of_texts_and_numbers, texts

Fitted = tuple[Card, Any, pd.DataFrame]
_RUNS = 200


@dataclass(frozen=True)
class Result:
    name: str
    scorer: str
    """`onnx`, or `process` for a model that is not converted."""
    difference: float = 0.0
    microseconds: float = 0.0
    """The time of a single row."""
    reason: str = ""


def models() -> dict[str, Callable[[], Fitted]]:
    """Return name → a function that fits the model and returns it with its card and its rows."""
    of_table = {**zoo(), **boosted(), **estimators(), **steps()}
    return {
        **{name: _of_table(truth, make) for name, (truth, make) in of_table.items()},
        **{f"text: {name}": _of_texts(make, beside=False) for name, make in models_of_one_text().items()},
        **{f"texts: {name}": _of_texts(make, beside=True) for name, make in models_of_texts_and_numbers().items()},
        **frame_models(),
        **{name: make for name, (make, _) in custom_models().items()},
    }


def refused() -> set[str]:
    """Return the names of the models that are not converted: another test looks at what is said of each."""
    return set(custom_models())


def _of_table(truth: str, make: Callable[[], Any]) -> Callable[[], Fitted]:
    def fit() -> Fitted:
        fields = table()
        model = make().fit(fields, truths(fields).get(truth))
        return with_labels_only(card_of(truth), model), model, fields

    return fit


def _of_texts(make: Callable[[], Any], *, beside: bool) -> Callable[[], Fitted]:
    def fit() -> Fitted:
        fields, truth = texts()
        card = card_of_texts(beside=beside)
        model = make().fit(fields[[field.name for field in card.inputs]] if beside else fields["comment"], truth)
        return with_labels_only(card, model), model, fields

    return fit


def result(name: str, fit: Callable[[], Fitted], folder: Path) -> Result:
    """Fit a model, convert it and compare."""
    card, model, fields = fit()
    try:
        comparison = compare(card, model, fields, folder)
    except UnknownStep as error:
        return Result(name, "process", reason=str(error))
    row = comparison.columns.select(pd.RangeIndex(1).to_numpy())
    start = time.perf_counter()
    for _ in range(_RUNS):
        comparison.scorer.score(row)
    microseconds = (time.perf_counter() - start) / _RUNS * 1e6
    return Result(name, "onnx", comparison.difference, microseconds)


def table_of(results: list[Result]) -> str:
    """Return the results as lines of text, with the share of those that need no process of their own at the end."""
    lines = [f"{'model':58} {'scorer':8} {'difference':>10} {'µs a row':>9}"]
    for each in results:
        figures = f"{each.difference:10.1e} {each.microseconds:9.0f}" if each.scorer == "onnx" else each.reason
        lines.append(f"{each.name:58} {each.scorer:8} {figures}")
    converted = sum(each.scorer == "onnx" for each in results)
    return "\n".join([*lines, f"{converted} of {len(results)} models need no process of their own."])


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as scratch:
        sys.stdout.write(table_of([result(name, fit, Path(scratch)) for name, fit in models().items()]) + "\n")
