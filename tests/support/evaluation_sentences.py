"""The evaluations of the bundled models as the demo receives them, and the sentences of their findings."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from scipy.stats import binomtest

from client import Card
from demo.text.translation import Translation
from service.bundles.bundle_opening import open_model
from service.rows.strict_json import encode
from service.schemas.localization import localized
from service.training.recipes import RECIPES
from tests.support.held_out_rows import HeldOut, held_out
from wire.languages import Language

ENGLISH = Translation("en")
LABELLED = ("credit-default", "credit-scorecard", "comment-sentiment")
EVERY = (*LABELLED, "diamond-price")
Seen = dict[str, tuple[Card, Any, HeldOut]]


@pytest.fixture(scope="session")
def seen(bundles: Path) -> Seen:
    """The card and the evaluation as the client gets them, and the held-out rows with the model's own answers."""
    return {name: (*_as_sent(bundles / name, "en"), held_out(bundles / name, RECIPES[name])) for name in EVERY}


def _as_sent(folder: Path, language: Language) -> tuple[Any, Any]:
    model = open_model(folder)
    assert model.evaluation
    card, result = localized(model.card, language), localized(model.evaluation, language)
    return json.loads(encode(card)), json.loads(encode(result))


def said(text: str) -> list[float]:
    """Return the numbers of a sentence, per cent as written."""
    return [float(each.replace(",", "")) for each in re.findall(r"\d[\d,]*(?:\.\d+)?", text)]


def wilson(part: int, rows: int) -> list[float]:
    result = binomtest(part, rows).proportion_ci(method="wilson")
    return [100 * part / rows, 100 * result.low, 100 * result.high]
