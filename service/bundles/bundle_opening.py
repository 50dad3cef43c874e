"""Opens a bundle: reads and checks its files, and scores the rows of its card."""

import time
from dataclasses import replace
from pathlib import Path

from service.bundles.background import Background, build_background
from service.bundles.bundle_files import read_card
from service.bundles.evaluation_file import read_evaluation
from service.bundles.model import Model
from service.bundles.pictures.picture_reader import PictureReader
from service.bundles.pictures.training_pictures import read_training_pictures
from service.bundles.prediction_builder import create_prediction_builder
from service.bundles.reference import FILE as REFERENCE_FILE
from service.bundles.reference import read_reference
from service.bundles.score_probe import check_row_order, placeholder_row
from service.bundles.scorers.scorer import Scorer, open_scorer, process_of
from service.bundles.texts.text_reader import TextReader
from service.bundles.texts.vocabulary import read_vocabulary
from service.errors import BrokenBundle, InvalidInput, ModelFailed, ModelTimeout, SlowBundle
from service.rows.checks import Checks
from service.rows.columns import Columns
from service.rows.quick_reader import QuickReader
from service.schemas import Card

_FEW_SECONDS = 0.005
"""The default of sys.getswitchinterval(): any thread of Python may make the others wait this long."""

_MAX_FEW_ROWS = 1000


def open_model(folder: Path, scorer: Scorer | None = None) -> Model:
    """Open a bundle: check sizes, hash and card, then score the rows of the card. Raises BrokenBundle with the reason.

    `scorer`: the model file of this folder, if it is open already.
    """
    card = read_card(folder)
    checks = Checks(card)
    model = Model(
        card,
        checks,
        QuickReader(card, checks),
        scorer or open_scorer(card, folder),
        create_prediction_builder(card),
        _background(card, checks, folder),
        TextReader(card, read_vocabulary(folder, card)),
        read_evaluation(folder, card),
        pictures=PictureReader(read_training_pictures(folder, card)),
        folder=folder,
    )
    worst_rows = model.evaluation.worst_rows if model.evaluation else []
    rows = [*(example.row for example in card.examples), *card.real_rows, *(each.row for each in worst_rows)]
    try:
        columns = checks.columns(rows or [placeholder_row(model)])
        model.predict(columns)
        check_row_order(model, columns)
        if process := process_of(model.scorer):
            return replace(model, process=process, unlimited=process.unlimited)
        return replace(model, few_rows=_few_rows(model, columns)) if model.scorer.quick else model
    except InvalidInput as error:
        raise BrokenBundle(f"the rows of the card do not fit its fields: {error.faults[0].field}") from error
    except ModelTimeout as error:
        raise SlowBundle("it takes too long to score the rows of its card") from error
    except ModelFailed as error:
        raise BrokenBundle(f"it cannot score the rows of its card: {_as_reason(error)}") from error


def _as_reason(error: ModelFailed) -> str:
    return (error.detail[:1].lower() + error.detail[1:]).rstrip(".")


def _background(card: Card, checks: Checks, folder: Path) -> Background:
    reference = read_reference(folder, checks)
    try:
        return build_background(card, checks, reference)
    except InvalidInput as error:
        subject = (
            f"{REFERENCE_FILE} holds rows that do not fit the card"
            if reference
            else "the rows of the card do not fit its fields"
        )
        raise BrokenBundle(f"{subject}: {error.faults[0].field}") from error


def _few_rows(model: Model, columns: Columns) -> int:
    """Return how many rows the model scores in `_FEW_SECONDS`, measured on `columns` after a first, slower use."""
    start = time.perf_counter()
    model.predict(columns)
    seconds_per_row = (time.perf_counter() - start) / len(columns)
    return max(1, min(int(_FEW_SECONDS / seconds_per_row), _MAX_FEW_ROWS))
