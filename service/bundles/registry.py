"""The models that are served: each bundle of a folder opened and tried on its own rows, or listed as broken.

bundles/credit-default/          who names no version is answered by the bundle in the folder of the model's name
bundles/credit-default.before/   any other bundle of the model is served to who names its version
"""

import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from service.bundles.background import Background, background_of
from service.bundles.bundle_files import read_card
from service.bundles.evaluation_file import read_evaluation
from service.bundles.prediction_builder import Answers, CodedColumn, answers
from service.bundles.reference import FILE as REFERENCE_FILE
from service.bundles.reference import read_reference
from service.bundles.scorers.scorer import Scorer, open_scorer
from service.errors import BrokenBundle, InvalidInput, ModelFailed, ModelUnavailable, UnknownModel, UnknownVersion
from service.rows.checks import Checks
from service.rows.columns import Columns
from service.rows.quick_reader import QuickReader
from service.schemas import Card, Evaluation, ModelState, Predictions, Row

_FEW_SECONDS = 0.005
"""As long as one thread of Python keeps the others waiting anyway: sys.getswitchinterval()."""

_MAX_FEW_ROWS = 1000


@dataclass(frozen=True)
class Model:
    """One model version, ready to score."""

    card: Card
    checks: Checks
    read: QuickReader
    scorer: Scorer
    answer: Answers
    background: Background
    evaluation: Evaluation | None = None
    """None: the bundle was made without one."""
    few_rows: int = 0
    """So many rows are answered in a few milliseconds: sooner than they would be handed to a thread and back."""

    def predict(self, rows: list[Row] | Columns) -> Predictions:
        """Raises InvalidInput where rows do not fit the card, ModelFailed where the model gives no numbers."""
        columns = rows if isinstance(rows, Columns) else self.checks.columns(rows)
        return self.answer(self._score(columns), columns)

    def outputs(self, columns: Columns) -> NDArray[np.float64]:
        """Return the number that people read, one a row: the probability of the card's focus, or the value."""
        return self.answer.outputs(self._score(columns), len(columns))

    def table(self, columns: Columns) -> dict[str, CodedColumn | NDArray[np.float64]]:
        """Return the predictions as columns, for files."""
        return self.answer.table(self._score(columns), len(columns))

    def _score(self, columns: Columns) -> NDArray[np.float64]:
        try:
            return self.scorer.score(columns) if len(columns) else self.answer.nothing()
        except (Exception, SystemExit) as error:  # a model is foreign code and may raise anything
            raise ModelFailed from error


def open_model(folder: Path) -> Model:
    """Open a bundle: its size, hash and types first, then its own rows. Raises BrokenBundle with the reason."""
    card = read_card(folder)
    checks = Checks(card)
    model = Model(
        card,
        checks,
        QuickReader(card, checks),
        open_scorer(card, folder),
        answers(card),
        _background(card, checks, folder),
        read_evaluation(folder, card),
    )
    rows = [example.row for example in card.examples] + list(card.real_rows)
    try:
        model.predict(rows)
        return replace(model, few_rows=_few_rows(model, rows)) if model.scorer.quick else model
    except InvalidInput as error:
        raise BrokenBundle(f"its own rows do not fit its card: {error.faults[0].field}") from error
    except ModelFailed as error:
        raise BrokenBundle("it cannot score its own rows") from error


def _background(card: Card, checks: Checks, folder: Path) -> Background:
    reference = read_reference(folder, checks)
    try:
        return background_of(card, checks, reference)
    except InvalidInput as error:
        place = f"{REFERENCE_FILE} holds rows that do not fit the card" if reference else "its own rows do not fit its card"
        raise BrokenBundle(f"{place}: {error.faults[0].field}") from error


def _few_rows(model: Model, rows: list[Row]) -> int:
    """Return how many rows the model answers within `_FEW_SECONDS`, by its own; the first use was slower and is past."""
    if not rows:
        return 1
    start = time.perf_counter()
    model.predict(rows)
    seconds_a_row = (time.perf_counter() - start) / len(rows)
    return max(1, min(int(_FEW_SECONDS / seconds_a_row), _MAX_FEW_ROWS))


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
            for place in sorted(folder.iterdir()):
                if place.is_dir() and not place.name.startswith("."):
                    self._load_bundle(place)
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

        Raises BrokenBundle where the registry holds this version already.
        """
        name, version = model.card.name, model.card.version
        versions = self._versions.setdefault(name, {})
        if version in versions:
            raise BrokenBundle(f"there is another copy of this version of {name}")
        versions[version] = model
        if default or name not in self._models:
            self._models[name] = model

    def get(self, name: str, version: str | None = None) -> Model:
        """Raises UnknownModel, UnknownVersion or ModelUnavailable (broken, or not opened yet)."""
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
            raise UnknownVersion(f"Served: {', '.join(self._in_order(model))}.")
        return versions[version]

    def _require_loaded(self) -> None:
        """Raise ModelUnavailable where what was asked for may just not be opened yet."""
        if not self.loaded.is_set():
            raise ModelUnavailable("The models are being loaded. Try again in a moment.")

    def _in_order(self, model: Model) -> list[str]:
        """Return the versions of a model, the one first that answers who names none."""
        own = model.card.version
        return [own, *sorted(self._versions.get(model.card.name, {}).keys() - {own})]

    def models(self) -> list[Model]:
        """Return the models as they answer who names no version."""
        return [self._models[name] for name in sorted(self._models)]

    def states(self) -> list[ModelState]:
        """Return every model, the ready ones first, with texts in all languages."""
        ready = [
            ModelState(
                name=model.card.name,
                state="ready",
                version=model.card.version,
                versions=tuple(self._in_order(model)),
                title=model.card.title,
                question=model.card.question,
                built=model.card.built or None,
            )
            for model in self.models()
        ]
        broken = [ModelState(name=name, state="broken", reason=reason) for name, reason in sorted(self._broken.items())]
        return ready + broken
