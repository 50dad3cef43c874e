"""The registry of served models. Each bundle of a folder is opened and tested on its rows, or listed as broken.

bundles/credit-default/          the default version: it answers requests without a version
bundles/credit-default.before/   another version: it answers requests that name it
"""

import threading
from collections.abc import Iterable
from pathlib import Path

from service.bundles.bundle_opening import open_model
from service.bundles.model import Model
from service.errors import BrokenBundle, ModelUnavailable, UnknownModel, UnknownVersion
from service.schemas import ModelState


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
