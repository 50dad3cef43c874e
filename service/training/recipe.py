"""A recipe: the data of one bundled model, how its pipeline is fitted, how it becomes ONNX, and the texts of its card."""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from service.publishing.card_draft import draft_card
from service.publishing.conversion.float64_graph import to_float64_graph
from service.publishing.data_split import LabelledRows, Split
from service.publishing.gate import Converter
from service.publishing.publish import publish
from service.schemas import Card, Input

DATA = Path(__file__).parents[2] / "data"
CARDS = Path(__file__).parent / "cards"


def on_one_thread(fit: Callable[[LabelledRows], Any]) -> Callable[[LabelledRows], Any]:
    """Fit on one thread: the last digits of boosted trees depend on the number of threads, and so would the version."""

    @wraps(fit)
    def fit_on_one_thread(train: LabelledRows) -> Any:
        from threadpoolctl import threadpool_limits

        with threadpool_limits(1):
            return fit(train)

    return fit_on_one_thread


@dataclass(frozen=True)
class Recipe:
    """How one bundled model is made. `name` also names the file of its texts in `cards/`."""

    name: str
    split: Callable[[], Split]
    fit: Callable[[LabelledRows], Any]
    to_onnx: Converter = to_float64_graph
    complete: Callable[[dict[str, Any]], dict[str, Any]] | None = None
    """Adds to the texts of the card what only the data can say."""
    find_showable: Callable[[pd.DataFrame], NDArray[np.bool_]] | None = None
    """Tells from the columns aside of the test rows which of them people may see (default: all)."""


def build_bundle(recipe: Recipe, bundles: Path) -> Card:
    """Fit a bundled model and publish it in the folder `bundles`; return its card with its version."""
    split = recipe.split()
    texts = read_texts(recipe.name)
    if recipe.complete:
        texts = recipe.complete(texts)
    attributes = msgspec.convert(texts.pop("aside", []), tuple[Input, ...])
    model = publish(
        bundles,
        draft_card(texts),
        recipe.fit(split.train),
        split,
        to_onnx=recipe.to_onnx,
        attributes=attributes,
        showable=recipe.find_showable and recipe.find_showable(split.test.aside),
    )
    return model.card


def read_texts(name: str) -> dict[str, Any]:
    """Return the texts of a card. A file that names another one in `like` holds only what differs from it."""
    texts = tomllib.loads((CARDS / f"{name}.toml").read_text(encoding="utf-8"))
    if "like" in texts:
        shared = read_texts(texts.pop("like"))
        texts = shared | texts | {"training": shared["training"] | texts.get("training", {})}
    return texts
