"""Recipe → bundle: fits, fills in the card, passes the gate, writes the folder whole."""

import importlib.metadata
import math
import tempfile
import tomllib
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pandas as pd
import skops.io
from numpy.typing import NDArray

from service.bundles.bundle_files import is_whole, read_card, write_card
from service.bundles.evaluation_file import write_evaluation
from service.bundles.prediction_builder import answers
from service.bundles.reference import Reference, write_reference
from service.bundles.registry import open_model
from service.bundles.scorers.scorer import open_scorer
from service.bundles.scorers.text_preprocessing import words
from service.errors import BrokenBundle
from service.evaluation import card_metrics
from service.evaluation.report import evaluate
from service.publishing.reference_sampling import reference
from service.rows.checks import Checks
from service.schemas import Card, Classification, Evaluation, Input, IntervalRule, Row, Scoring
from service.training.recipe import CARDS, Part, Recipe, Split

GATE_ROWS = 1000
GATE_DIFFERENCE = 1e-5
COVERAGE = 0.9
_ROWS_TO_SHOW = 100
_ROWS_TO_REMEMBER = 5000
_LIBRARIES = ("scikit-learn", "skl2onnx", "numpy")


def build(recipe: Recipe, bundles: Path) -> Card:
    """Make one bundle and put it into `bundles` in place of an older one; return its card, version included."""
    split = recipe.split()
    pipeline = recipe.fit(split.train)
    with tempfile.TemporaryDirectory(dir=bundles, prefix=".building-") as scratch:
        folder = Path(scratch) / recipe.card
        folder.mkdir()
        card = _draft(recipe, split)
        card = msgspec.structs.replace(card, scoring=_choose_scorer(recipe, card, pipeline, split, folder))
        card = _with_figures(card, pipeline, split)
        write_evaluation(folder, _evaluation(recipe, card, split.test, folder))
        write_reference(folder, _reference(card, split.train, folder))
        write_card(folder, card)
        model = open_model(folder)
        _put(folder, bundles / recipe.card)
    return model.card


def _draft(recipe: Recipe, split: Split) -> Card:
    """Return the card with everything that the data say: seen ranges, defaults, real rows, counts."""
    texts = _texts(recipe.card)
    del texts["aside"]
    names = [field["name"] for field in texts["inputs"]]
    text_fields = [field["name"] for field in texts["inputs"] if field["type"] == "text"]
    test = split.test
    shown = test.fields[recipe.fit_to_show(test.aside)] if recipe.fit_to_show else test.fields
    texts["real_rows"] = rows(shown.sample(min(len(shown), _ROWS_TO_SHOW), random_state=0)[names])  # data stand in an order
    texts["scoring"] = {
        "scorer": "onnx",
        "gate_rows": 0,
        "gate_difference": 0.0,
        "text": "words" if text_fields else "as_is",
    }
    texts["training"] |= {
        "rows": len(split.train) + len(split.calibrate),
        "held_out_rows": len(split.test),
        "libraries": {name: importlib.metadata.version(name) for name in _LIBRARIES},
    }
    card = msgspec.convert(texts, Card)
    inputs = tuple(_with_seen(field, split.train.fields[field.name]) for field in card.inputs)
    return msgspec.structs.replace(card, inputs=inputs)


def _texts(card: str) -> dict[str, Any]:
    texts = tomllib.loads((CARDS / f"{card}.toml").read_text(encoding="utf-8"))
    if "like" in texts:
        like = _texts(texts.pop("like"))
        texts = like | texts | {"training": like["training"] | texts.get("training", {})}
    return {"aside": []} | texts


def _with_seen(field: Input, values: "pd.Series[Any]") -> Input:
    if field.type in {"number", "integer"}:
        default = float(values.median())
        seen = (float(values.min()), float(values.max()))
        return msgspec.structs.replace(field, seen=seen, default=int(default) if field.type == "integer" else default)
    if field.type == "category":
        known = set(values)
        categories = tuple(msgspec.structs.replace(each, seen=each.value in known) for each in field.categories)
        return msgspec.structs.replace(field, categories=categories, default=str(values.mode()[0]))
    return field


def rows(fields: pd.DataFrame) -> list[Row]:
    """Return a frame as rows of plain values; a whole number is written without its point, what is missing as null."""
    return [{str(name): _plain(value) for name, value in row.items()} for row in fields.to_dict("records")]


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return None if math.isnan(value) else int(value) if value.is_integer() else value
    return value


def _choose_scorer(recipe: Recipe, card: Card, pipeline: Any, split: Split, folder: Path) -> Scoring:
    """ONNX, if it equals scikit-learn on at least 1,000 real rows; else scikit-learn itself, and the card says why."""
    names = [field.name for field in card.inputs]
    real = pd.concat([split.test.fields, split.train.fields], ignore_index=True)[names]
    real = real.iloc[: max(GATE_ROWS, len(split.test))]
    try:
        (folder / "model.onnx").write_bytes(recipe.to_onnx(pipeline, names))
        difference = gate(card, pipeline, real, folder)
        if difference <= GATE_DIFFERENCE:
            return msgspec.structs.replace(card.scoring, gate_rows=len(real), gate_difference=difference)
        reason = f"differs from scikit-learn by {difference:.1e}"
    except (BrokenBundle, RuntimeError, NotImplementedError) as error:
        reason = f"cannot be converted: {type(error).__name__}"
    (folder / "model.onnx").unlink(missing_ok=True)
    skops.io.dump(pipeline, folder / "model.skops")
    scoring = msgspec.structs.replace(card.scoring, scorer="sklearn", reason=reason)
    difference = gate(msgspec.structs.replace(card, scoring=scoring), pipeline, real, folder)
    return msgspec.structs.replace(scoring, gate_rows=len(real), gate_difference=difference)


def gate(card: Card, pipeline: Any, real: pd.DataFrame, folder: Path) -> float:
    """Return the largest difference between the opened bundle, checks included, and the pipeline: relative for values."""
    served = open_scorer(card, folder).score(Checks(card).columns(rows(real)))
    expected = scikit_learn_says(card, pipeline, real).reshape(served.shape)
    difference = np.abs(served - expected)
    if not isinstance(card.output, Classification):
        difference /= np.abs(expected)
    return float(difference.max())


def scikit_learn_says(card: Card, pipeline: Any, fields: pd.DataFrame) -> NDArray[np.float64]:
    """Return probabilities (rows, labels) or values (rows,) straight from the fitted pipeline."""
    texts = [field.name for field in card.inputs if field.type == "text" and card.scoring.text == "words"]
    given = fields.assign(**{name: np.array([words(text) for text in fields[name]], dtype=object) for name in texts})
    answer = pipeline.predict_proba(given) if isinstance(card.output, Classification) else pipeline.predict(given)
    return np.asarray(answer, dtype=np.float64)


def _with_figures(card: Card, pipeline: Any, split: Split) -> Card:
    def says(part: Part) -> NDArray[np.float64]:
        return scikit_learn_says(card, pipeline, part.fields)

    if isinstance(card.output, Classification):
        focus = [label.value for label in card.output.labels].index(card.output.focus)
        metrics = card_metrics.classification(split.test.answer, says(split.test), focus)
        return msgspec.structs.replace(card, metrics=metrics)
    margin = card_metrics.conformal_margin(split.calibrate.answer, says(split.calibrate), COVERAGE)
    prices = split.train.answer
    output = msgspec.structs.replace(
        card.output,
        seen=(float(prices.min()), float(prices.max())),
        interval=IntervalRule(coverage=COVERAGE, margin=round(margin, 6)),
    )
    return msgspec.structs.replace(
        card, output=output, metrics=card_metrics.regression(split.test.answer, says(split.test), margin)
    )


def _evaluation(recipe: Recipe, card: Card, test: Part, folder: Path) -> Evaluation:
    """Ask the bundle as it will be served, not the pipeline."""
    columns = Checks(card).columns(rows(test.fields[[field.name for field in card.inputs]]))
    attributes = msgspec.convert(_texts(recipe.card)["aside"], tuple[Input, ...])
    return evaluate(card, open_scorer(card, folder), columns, test.answer, aside=test.aside, attributes=attributes)


def _reference(card: Card, train: Part, folder: Path) -> Reference:
    """Remember a part of the training rows, drawn by chance: data sets stand in an order (diamonds by their price)."""
    fields = train.fields[[field.name for field in card.inputs]]
    remembered = rows(fields.sample(min(len(fields), _ROWS_TO_REMEMBER), random_state=0))
    columns = Checks(card).columns(remembered)
    outputs = answers(card).outputs(open_scorer(card, folder).score(columns), len(columns))
    return reference(card, remembered, columns, outputs)


def _put(folder: Path, target: Path) -> None:
    """Move a finished bundle into place; the older one steps aside first, so the place never holds a mixture.

    The version before it stays beside it, to be asked for by its hash and compared with; the one before that goes.
    """
    old, before = folder.parent / "old", target.with_name(f"{target.name}.before")
    if target.exists():
        target.replace(old)
    folder.replace(target)
    if is_whole(old) and read_card(old).version != read_card(target).version:
        if before.exists():
            before.replace(folder.parent / "older")
        old.replace(before)
