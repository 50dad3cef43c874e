"""The registry of served models: the default version of each, its other versions, and what cannot be served."""

import logging
import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from service.bundles.model import Model
from service.errors import ModelUnavailable, UnknownModel, UnknownVersion
from service.schemas import ModelState

_log = logging.getLogger("service")


@dataclass(frozen=True)
class Served:
    """What is served at one moment. It never changes: a registry replaces it as a whole."""

    versions: Mapping[str, Mapping[str, Model]] = field(default_factory=dict)
    """Name → version → model. The first version of a name is the default one: it answers requests without a version."""
    broken: Mapping[str, str] = field(default_factory=dict)
    """Name of a model, or of a folder that holds none of its own → why it is not served."""
    changed: frozenset[str] = frozenset()
    """The versions whose files have changed since they were opened."""

    def default(self, name: str) -> Model | None:
        """Return the default version of a model."""
        return next(iter(self.versions.get(name, {}).values()), None)


class Registry:
    """The models by name. One assignment replaces all of them, so reading needs no lock and sees no change half done."""

    def __init__(self) -> None:
        self._served = Served()
        self._switches: Counter[str] = Counter()
        self.loaded = threading.Event()

    @classmethod
    def of(cls, models: Iterable[Model]) -> "Registry":
        """Return a registry that holds these models and is loaded. The first version of a name is its default version."""
        registry = cls()
        versions: dict[str, dict[str, Model]] = {}
        for model in models:
            versions.setdefault(model.card.name, {})[model.card.version] = model
        registry.replace(Served(versions))
        registry.loaded.set()
        return registry

    def replace(self, served: Served) -> None:
        """Serve this from now on. Requests that have begun end with the version that they began with."""
        before, self._served = self._served, served
        for name in sorted(before.versions.keys() | served.versions.keys()):
            self._log_difference(name, before, served)
        for name, reason in served.broken.items():
            if before.broken.get(name) != reason:
                _log.warning("the bundle %s is not served: %s", name, reason)

    def _log_difference(self, name: str, before: Served, after: Served) -> None:
        """Log what has changed for a model, and count a switch from one default version to another."""
        old, new = (set(served.versions.get(name, {})) for served in (before, after))
        for words, versions in (("is served", new - old), ("is no longer served", old - new)):
            for version in sorted(versions):
                _log.info("%s: version %s %s", name, version, words)
        for version in sorted((after.changed - before.changed) & new):
            _log.warning("%s: the files of version %s have changed since it was opened", name, version)
        model, earlier = after.default(name), before.default(name)
        if model and earlier and model.card.version != earlier.card.version:
            self._switches[name] += 1
            _log.info("%s: version %s is the default, in place of %s", name, model.card.version, earlier.card.version)

    def get(self, name: str, version: str | None = None) -> Model:
        """Return a model version. Raises UnknownModel, UnknownVersion or ModelUnavailable (broken, or not loaded yet)."""
        served = self._served
        model = served.default(name)
        if model is None:
            if name in served.broken:
                raise ModelUnavailable(f"This model cannot be served: {served.broken[name]}.")
            self._require_loaded()
            raise UnknownModel
        if version is None:
            return model
        versions = served.versions[name]
        if version not in versions:
            self._require_loaded()
            raise UnknownVersion(f"Served: {', '.join(versions)}.")
        return versions[version]

    def _require_loaded(self) -> None:
        """Raise ModelUnavailable while bundles are being loaded."""
        if not self.loaded.is_set():
            raise ModelUnavailable("The models are being loaded. Try again in a moment.")

    def versions(self, name: str) -> list[str]:
        """Return the served versions of a model, the default version first."""
        return list(self._served.versions.get(name, {}))

    def models(self) -> list[Model]:
        """Return the default version of each model, by the places of their cards, then by name."""
        return _in_order(self._served)

    def switches(self) -> dict[str, int]:
        """Return how often the default version of each model was replaced by another one."""
        return dict(self._switches)

    def states(self) -> list[ModelState]:
        """Return the state of every model, the ready ones first, with texts in all languages."""
        served = self._served
        ready = [
            ModelState(
                name=model.card.name,
                state="ready",
                version=model.card.version,
                versions=tuple(served.versions[model.card.name]),
                changed=tuple(each for each in served.versions[model.card.name] if each in served.changed),
                unlimited=model.unlimited,
                title=model.card.title,
                question=model.card.question,
                built=model.card.built or None,
            )
            for model in _in_order(served)
        ]
        broken = [ModelState(name=name, state="broken", reason=reason) for name, reason in sorted(served.broken.items())]
        return ready + broken


def _in_order(served: Served) -> list[Model]:
    """Return the default version of each model, by the places of their cards, then by name."""
    default = [next(iter(versions.values())) for versions in served.versions.values()]
    return sorted(default, key=lambda model: (model.card.place, model.card.name))
