"""The registry of served models. Each bundle of a folder is opened and tested on its rows, or listed as broken.

bundles/credit-default/          the default version: it answers requests without a version
bundles/credit-default.before/   another version: it answers requests that name it
"""

import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from service.bundles.background import Background, build_background
from service.bundles.bundle_files import read_card
from service.bundles.evaluation_file import read_evaluation
from service.bundles.prediction_builder import CodedColumn, PredictionBuilder, create_prediction_builder
from service.bundles.reference import FILE as REFERENCE_FILE
from service.bundles.reference import read_reference
from service.bundles.scorers.scorer import Scorer, open_scorer
from service.errors import BrokenBundle, InvalidInput, ModelFailed, ModelUnavailable, UnknownModel, UnknownVersion
from service.rows.checks import Checks
from service.rows.columns import Columns
from service.rows.quick_reader import QuickReader
from service.schemas import Card, Evaluation, ModelState, Predictions, Row

_FEW_SECONDS = 0.005
"""The default of sys.getswitchinterval(): any thread of Python may make the others wait this long."""

_MAX_FEW_ROWS = 1000


@dataclass(frozen=True)
class Model:
    """One model version, ready to score."""

    card: Card
    checks: Checks
    quick_reader: QuickReader
    scorer: Scorer
    builder: PredictionBuilder
    background: Background
    evaluation: Evaluation | None = None
    """None if the bundle has no evaluation."""
    few_rows: int = 0
    """The number of rows that are scored in a few milliseconds, so that a thread would only cost time."""

    def predict(self, rows: list[Row] | Columns) -> Predictions:
        """Return one prediction per row. Raises InvalidInput if rows do not fit the card, ModelFailed if the model fails."""
        columns = rows if isinstance(rows, Columns) else self.checks.columns(rows)
        return self.builder(self._score(columns), columns)

    def outputs(self, columns: Columns) -> NDArray[np.float64]:
        """Return one number per row (rows,): the probability of the card's focus, or the value."""
        return self.builder.outputs(self._score(columns), len(columns))

    def table(self, columns: Columns) -> dict[str, CodedColumn | NDArray[np.float64]]:
        """Return the predictions as columns, for files."""
        return self.builder.table(self._score(columns), len(columns))

    def _score(self, columns: Columns) -> NDArray[np.float64]:
        try:
            return self.scorer.score(columns) if len(columns) else self.builder.empty_scores()
        except (Exception, SystemExit) as error:  # a model is foreign code and may raise anything
            raise ModelFailed from error


def open_model(folder: Path) -> Model:
    """Open a bundle: check sizes, hash and card, then score the rows of the card. Raises BrokenBundle with the reason."""
    card = read_card(folder)
    checks = Checks(card)
    model = Model(
        card,
        checks,
        QuickReader(card, checks),
        open_scorer(card, folder),
        create_prediction_builder(card),
        _background(card, checks, folder),
        read_evaluation(folder, card),
    )
    rows = [example.row for example in card.examples] + list(card.real_rows)
    try:
        model.predict(rows)
        return replace(model, few_rows=_few_rows(model, rows)) if model.scorer.quick else model
    except InvalidInput as error:
        raise BrokenBundle(f"the rows of the card do not fit its fields: {error.faults[0].field}") from error
    except ModelFailed as error:
        raise BrokenBundle("it cannot score the rows of its card") from error


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


def _few_rows(model: Model, rows: list[Row]) -> int:
    """Return how many rows the model scores in `_FEW_SECONDS`, measured on `rows` after a first, slower use."""
    if not rows:
        return 1
    start = time.perf_counter()
    model.predict(rows)
    seconds_per_row = (time.perf_counter() - start) / len(rows)
    return max(1, min(int(_FEW_SECONDS / seconds_per_row), _MAX_FEW_ROWS))


class Registry:
    """The models by name. Models are added once, from any thread; reading needs no lock."""

    def __init__(self) -> None:
        self._models: dict[str, Model] = {}
        self._versions: dict[str, dict[str, Model]] = {}
        self._broken: dict[str, str] = {}
        self.loaded = threading.Event()

    @classmethod
    def of(cls, models: Iterable[Model]) -> "Registry":
        """Return a registry that holds these models and is loaded. The first version of a name is its default version."""
        registry = cls()
        for model in models:
            registry.add(model)
        registry.loaded.set()
        return registry

    def load(self, folder: Path) -> None:
        """Open every bundle of `folder`. A broken bundle is listed with its reason; the others are served."""
        if folder.is_dir():
            for bundle in sorted(folder.iterdir()):
                if bundle.is_dir() and not bundle.name.startswith("."):
                    self._load_bundle(bundle)
        self.loaded.set()

    def _load_bundle(self, folder: Path) -> None:
        try:
            model = open_model(folder)
            self.add(model, default=folder.name == model.card.name)
        except (BrokenBundle, OSError) as error:
            reason = str(error) if isinstance(error, BrokenBundle) else "its files cannot be read"
            self._broken[folder.name[:64]] = reason

    def add(self, model: Model, *, default: bool = False) -> None:
        """Add a model version. The first one of a name, or the one added as `default`, answers requests without a version.

        Raises BrokenBundle if the registry has this version already.
        """
        name, version = model.card.name, model.card.version
        versions = self._versions.setdefault(name, {})
        if version in versions:
            raise BrokenBundle(f"there is another copy of this version of {name}")
        versions[version] = model
        if default or name not in self._models:
            self._models[name] = model

    def get(self, name: str, version: str | None = None) -> Model:
        """Return a model version. Raises UnknownModel, UnknownVersion or ModelUnavailable (broken, or not loaded yet)."""
        model = self._models.get(name)
        if model is None:
            if name in self._broken:
                raise ModelUnavailable(f"This model cannot be served: {self._broken[name]}.")
            self._require_loaded()
            raise UnknownModel
        if version is None or version == model.card.version:
            return model
        versions = self._versions.get(name, {})
        if version not in versions:
            self._require_loaded()
            raise UnknownVersion(f"Served: {', '.join(self._version_list(model))}.")
        return versions[version]

    def _require_loaded(self) -> None:
        """Raise ModelUnavailable while bundles are being loaded."""
        if not self.loaded.is_set():
            raise ModelUnavailable("The models are being loaded. Try again in a moment.")

    def _version_list(self, model: Model) -> list[str]:
        """Return the versions of a model, the default version first."""
        default = model.card.version
        return [default, *sorted(self._versions.get(model.card.name, {}).keys() - {default})]

    def models(self) -> list[Model]:
        """Return the default version of each model, by name."""
        return [self._models[name] for name in sorted(self._models)]

    def states(self) -> list[ModelState]:
        """Return the state of every model, the ready ones first, with texts in all languages."""
        ready = [
            ModelState(
                name=model.card.name,
                state="ready",
                version=model.card.version,
                versions=tuple(self._version_list(model)),
                title=model.card.title,
                question=model.card.question,
                built=model.card.built or None,
            )
            for model in self.models()
        ]
        broken = [ModelState(name=name, state="broken", reason=reason) for name, reason in sorted(self._broken.items())]
        return ready + broken
