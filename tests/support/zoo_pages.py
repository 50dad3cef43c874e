"""Every page of the demo over a model of the zoo that is published with a drafted card, as `service.models add` publishes it.

`python -m tests.support.zoo_pages` draws them for all models and prints what is wrong; tests draw them for some.
"""

import logging
import random
import re
import sys
import tempfile
import time
import warnings
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from model_worker.model_calls import scores
from model_worker.model_facts import unwrapped
from service.bundles.model import Model
from service.bundles.registry import Registry
from service.errors import BrokenBundle, ServiceError
from service.publishing.conversion.float64_graph import to_float64_graph
from service.publishing.drafting.draft import draft
from service.publishing.drafting.facts import ModelFacts, facts_of
from service.publishing.drafting.findings import CannotDraft
from service.publishing.publish import publish
from service.schemas import Card, Classification, Evaluation, RegressionEvaluation
from service.settings import Settings
from tests.support.demo_pages import PAGES, forget, go_to, html_of, opened, serve_by
from tests.support.in_process_client import client_of
from tests.support.model_zoo import models
from tests.support.repository import ROOT
from tests.support.service_app import serve
from tests.support.uploads import drop

Fitted = tuple[Card, Any, pd.DataFrame]
Problems = dict[str, list[str]]
"""Page → what is wrong with it: exceptions, errors, warnings, and what is absent."""
ROWS = 260
"""So few rows are enough for a card and an evaluation with each of its figures, intervals of values included."""
REPRESENTATIVES = (
    "logistic regression",
    "logistic regression of three labels",
    "XGBoost of a count",
    "ridge regression",
    "bagging with labels that some have not seen",
    "factors of a matrix",
    "a tree without a split",
    "support vectors",
    "support vectors of three labels",
    "the most frequent label",
    "the mean",
    "an isolation forest",
    "text: words, a line",
    "texts: a line beside numbers",
    "texts: support vectors beside numbers",
    "texts: XGBoost beside numbers",
    "irises, a line",
    "irises, XGBoost",
    "wines, gradient boosting",
    "wines, support vectors",
    "tumours, LightGBM",
    "tumours, a line without names",
    "diabetes, CatBoost",
    "diabetes, ridge regression",
    "digits, a forest",
    "pandas categories, LightGBM",
    "float32 and booleans, a line",
    "float32 and booleans, LightGBM",
    "float32 alone, LightGBM",
    "CatBoost by category",
)
"""One model of each shape (`shape_of`)."""
REFUSED = ("CatBoost, each label by itself", "LightGBM, each label by itself")
"""Models whose probabilities do not add up to 1."""
_WRONG_SHARE = 0.2
_MANY_LABELS = 3
_MIN_CHARACTERS = 40


def published(fit: Callable[[], Fitted], folder: Path) -> tuple[Model, pd.DataFrame]:
    """Publish a model with the card that is drafted from a few rows; return it with these rows.

    Raises CannotDraft, BrokenBundle or ModelFailed if it is refused.
    """
    card, model, fields = fit()
    facts, estimator = facts_of(model), unwrapped(model)
    rows = fields[[field.name for field in card.inputs]]
    rows = rows.sample(min(ROWS, len(rows)), random_state=0).reset_index(drop=True)
    target = None if facts.task == "outliers" else _target(facts, estimator, rows)
    drafted = draft(rows, target, facts, lambda table: scores(estimator, table, facts.answer), name="toy")
    return publish(folder, drafted.card, estimator, drafted.split, to_onnx=to_float64_graph, trusted=True), rows


def _target(facts: ModelFacts, estimator: Any, rows: pd.DataFrame) -> "pd.Series[Any]":
    """Return the answers of the model; some are those of other rows, because no model is always right."""
    answers = scores(estimator, rows, facts.answer)
    values = answers[:, 0] if facts.classes is None else np.array(facts.classes, dtype=object)[answers.argmax(axis=1)]
    wrong = np.flatnonzero(np.random.default_rng(1).random(len(rows)) < _WRONG_SHARE)
    values[wrong] = values[wrong[::-1]]
    return pd.Series(values, name="outcome").infer_objects()


def shape_of(model: Model) -> tuple[Any, ...]:
    """Return the kinds of the fields of a model, of its answer and of its evaluation.

    The pages know a model by its card and its evaluation alone. Two models of one shape have the same widgets, charts and
    sentences, with other names and numbers.
    """
    card, output = model.card, model.card.output
    fields = {(field.type, field.nullable, bool(field.unit), field.seen is not None) for field in card.inputs}
    answer: tuple[Any, ...] = (
        (output.seen is not None, output.interval is not None) if not isinstance(output, Classification) else ()
    )
    if isinstance(output, Classification):
        answer = output.scores, min(len(output.labels), _MANY_LABELS), len(output.bands)
    return tuple(sorted(fields)), answer, bool(card.main_fields), len(card.inputs) == 1, _findings(model.evaluation)


def _findings(evaluation: Evaluation | None) -> tuple[bool, ...]:
    """Return which parts an evaluation has."""
    if evaluation is None:
        return ()
    return tuple(map(bool, (evaluation.importance, evaluation.segments, evaluation.weak_spots, evaluation.worst_rows)))


def _questions(evaluation: Evaluation | None) -> tuple[str, ...]:
    """Return the questions of How good that every evaluation of this kind answers."""
    if evaluation is None:
        return ()
    if isinstance(evaluation, RegressionEvaluation):
        return ("against", "errors", "ranges", "weak", "worst")
    probabilities = ("apart", "trust", "mistakes", "finding", "bands")
    return ("weak", "worst", *(probabilities if evaluation.auc else ("correct", "groups")))


def rotation(names: list[str], count: int) -> list[str]:
    """Return some names: others after each change of the changelog, the same in each run of one version."""
    seed = zlib.crc32((ROOT / "CHANGELOG.md").read_bytes())
    return sorted(random.Random(seed).sample(names, count))


@contextmanager
def _demo_over(model: Model) -> Iterator[None]:
    """Let the demo ask a service with this model alone."""
    with pytest.MonkeyPatch.context() as patch:
        for app in serve(Settings(), Registry.of([model])):
            serve_by(client_of(app), patch)
            yield
    forget()


def draw_pages(model: Model, rows: pd.DataFrame, language: str) -> Problems:
    """Draw each page in one visit, with a kept case, a scored file, and every question of How good; return what is wrong."""
    with _demo_over(model):
        app = opened(model=model.card.name, lang=language)
        problems = {"": _problems(app)}
        app.button(key="keep").click().run()
        for path in ("models", *PAGES[1:]):
            app = go_to(app, path)
            if path == "files":
                drop(app, rows.to_csv(index=False).encode())
                problems["scored file"] = [] if f"<strong>{len(rows)} " in html_of(app) else ["not all rows are scored"]
            problems[path] = _problems(app)
        for question in _questions(model.evaluation):
            page = opened("how-good", model=model.card.name, lang=language, view=question)
            problems[f"how-good: {question}"] = _problems(page)
    return {path: found for path, found in problems.items() if found}


def _problems(app: AppTest) -> list[str]:
    problems = [f"{each.type}: {each.value}" for each in [*app.exception, *app.error, *app.warning]]
    if not app.title or not app.title[0].value:
        problems.append("no title")
    texts = [each.value for each in [*app.info, *app.success, *app.markdown, *app.caption]]
    words = re.sub("<[^>]*>", " ", html_of(app)) + " ".join(texts)
    if len(words.strip()) < _MIN_CHARACTERS:
        problems.append(f"only {words.strip()!r}")
    return problems + [f"shows {word}" for word in re.findall(r"\b(?:nan|None|NaN|inf|Infinity)\b", words)]


def main() -> None:
    """Draw the pages of all models; print a line for each, and the shapes that no representative has."""
    warnings.simplefilter("ignore")
    logging.disable()
    drawn: dict[tuple[Any, ...], list[str]] = {}
    faulty = 0
    start = time.process_time()
    for number, (name, fit) in enumerate(models().items()):
        with tempfile.TemporaryDirectory() as folder:
            try:
                model, rows = published(fit, Path(folder))
            except (BrokenBundle, CannotDraft, ServiceError) as error:
                _print(f"{name:58} refused: {getattr(error, 'detail', error)}")
                continue
            drawn.setdefault(shape_of(model), []).append(name)
            problems = draw_pages(model, rows, ("en", "pl")[number % 2])
        faulty += bool(problems)
        _print(f"{name:58} {model.card.scoring.scorer:8} {problems or 'every page is drawn'}")
    count = sum(map(len, drawn.values()))
    _print(
        f"{count} models of {len(drawn)} shapes, {faulty} with a fault, in {time.process_time() - start:.0f} s of a processor"
    )
    for names in drawn.values():
        if not set(names) & set(REPRESENTATIVES):
            _print(f"no representative: {', '.join(names)}")


def _print(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
