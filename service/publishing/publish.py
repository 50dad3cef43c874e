"""A fitted pipeline, its data and a draft of its card → a bundle in the folder of bundles."""

import tempfile
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from service.bundles.bundle_files import write_card
from service.bundles.bundle_opening import open_model
from service.bundles.evaluation_file import write_evaluation
from service.bundles.model import Model
from service.bundles.prediction_builder import create_prediction_builder
from service.bundles.reference import Reference, write_reference
from service.bundles.scorers.scorer import Scorer, open_scorer
from service.bundles.versions.version_changes import add_version
from service.errors import BrokenBundle
from service.evaluation.card_metrics import card_metrics
from service.evaluation.report import evaluate
from service.fields.lookup import array_fields, number_fields
from service.publishing.card_draft import complete_draft
from service.publishing.conformal_interval import interval_rule
from service.publishing.data_split import LabelledRows, Split
from service.publishing.gate import Converter, pipeline_scores, write_model
from service.publishing.known_vocabulary import add_vocabulary
from service.publishing.picture_limits import add_training_pictures
from service.publishing.plain_rows import plain_rows
from service.publishing.reference_sampling import choose_reference
from service.rows.checks import Checks
from service.rows.columns import Columns
from service.schemas import Card, Classification, Evaluation, Input

MAX_REFERENCE_CANDIDATES, MAX_PICTURE_CANDIDATES = 5000, 1500
"""To write and read a picture takes as long as to score hundreds of rows."""
MAX_SHOWN_BYTES = 16_384
"""A row with a larger picture is not part of the evaluation, which has up to 30 rows and is read at once."""
MAX_BROKEN_SHARE = 0.01
"""A rule that more training rows break says nothing about what is possible."""


def publish(
    bundles: Path,
    draft: Card,
    pipeline: Any,
    split: Split,
    *,
    to_onnx: Converter,
    attributes: tuple[Input, ...] = (),
    showable: NDArray[np.bool_] | None = None,
    trusted: bool = False,
) -> Model:
    """Make a bundle and put it into the folder `bundles`; return it as it is served.

    `attributes` describes columns of `aside` by which the evaluation compares groups. `showable` tells for each test row
    whether people may see it (default: all). `trusted`: if the pipeline is not converted, its process may run code that its
    file holds. Raises BrokenBundle.
    """
    with tempfile.TemporaryDirectory(dir=bundles, prefix=".building-") as scratch:
        folder = Path(scratch) / draft.name
        folder.mkdir()
        card = complete_draft(draft, split, showable)
        card = msgspec.structs.replace(card, scoring=write_model(folder, card, pipeline, to_onnx, split, trusted=trusted))
        card = add_vocabulary(folder, card, pipeline, split.test)
        add_training_pictures(folder, card, split)
        card = _with_value_range(card, pipeline, split)
        scorer = open_scorer(card, folder)
        if is_measurable(card, split.test):
            evaluation = _evaluation(card, split.test, scorer, attributes, showable)
            write_evaluation(folder, evaluation)
            card = msgspec.structs.replace(card, metrics=card_metrics(evaluation))
        write_reference(folder, _reference(card, split.train, scorer))
        write_card(folder, card)
        model = open_model(folder, scorer)
        add_version(bundles, folder)
    return model


def is_measurable(card: Card, test: LabelledRows) -> bool:
    """Tell whether the truth of rows says how good a model is: it is known, and it differs between rows.

    Of a classification, some rows must have the focus label, and others not.
    """
    truth = test.truth if test.has_truth else test.truth[:0]
    if isinstance(card.output, Classification):
        truth = truth == [label.value for label in card.output.labels].index(card.output.focus)
    return len(np.unique(truth)) > 1


def _with_value_range(card: Card, pipeline: Any, split: Split) -> Card:
    """Return the card of a regression with the range of its true values and the rule of its intervals.

    Without true values, the range is that of the answers, and there are no intervals.
    """
    if isinstance(card.output, Classification):
        return card
    values, calibrate, interval = split.train.truth, split.calibrate, None
    if not split.train.has_truth:
        values = pipeline_scores(card, pipeline, split.test.fields)
    elif len(calibrate):
        interval = interval_rule(calibrate.truth, pipeline_scores(card, pipeline, calibrate.fields))
    output = msgspec.structs.replace(card.output, seen=(float(values.min()), float(values.max())), interval=interval)
    return msgspec.structs.replace(card, output=output)


def _evaluation(
    card: Card, test: LabelledRows, scorer: Scorer, attributes: tuple[Input, ...], showable: NDArray[np.bool_] | None
) -> Evaluation:
    """Evaluate the bundle as it is served, not the pipeline."""
    rows = plain_rows(card, test.fields)
    shown = range(len(rows)) if showable is None else np.flatnonzero(showable).tolist()
    return evaluate(
        card,
        scorer,
        Checks(card).columns(rows),
        test.truth,
        aside=test.aside,
        attributes=attributes,
        shown_rows={index: rows[index] for index in shown if len(msgspec.json.encode(rows[index])) <= MAX_SHOWN_BYTES},
    )


def _reference(card: Card, train: LabelledRows, scorer: Scorer) -> Reference:
    """Choose reference rows among some training rows, drawn at random, because data sets are often sorted."""
    fields = train.fields
    count = MAX_PICTURE_CANDIDATES if array_fields(card) else MAX_REFERENCE_CANDIDATES
    candidates = plain_rows(card, fields.sample(min(len(fields), count), random_state=0))
    columns = Checks(card).columns(candidates)
    _check_rules(card, columns)
    outputs = create_prediction_builder(card).outputs(scorer.score(columns), len(columns))
    return choose_reference(card, candidates, columns, outputs)


def _check_rules(card: Card, columns: Columns) -> None:
    """Raise BrokenBundle if many training rows break a rule of the card."""
    rules = Checks(card).rules
    shares = rules.broken(columns.numbers).mean(axis=0).tolist()
    for compiled, share in zip(rules.compiled, shares, strict=True):
        if share > MAX_BROKEN_SHARE:
            names = ", ".join(number_fields(card)[column].name for column in dict.fromkeys(compiled.columns))
            raise BrokenBundle(f"{share:.1%} of the training rows break the rule on {names}")
