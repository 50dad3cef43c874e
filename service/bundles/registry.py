"""The registry of served models. Each bundle of a folder is opened and tested on its rows, or listed as broken.

bundles/credit-default/          the default version: it answers requests without a version
bundles/credit-default.before/   another version: it answers requests that name it
"""

import logging
import threading
import time
from collections.abc import Iterable
from pathlib import Path

from service.bundles.bundle_opening import open_model
from service.bundles.model import Model
from service.bundles.scorers.deadlines import give_up_after
from service.errors import BrokenBundle, ModelUnavailable, SlowBundle, UnknownModel, UnknownVersion
from service.rows.strict_json import safe_text
from service.schemas import ModelState

OPENING_SECONDS = 30.0
_MOMENT_SECONDS = 2.0
_log = logging.getLogger("service")


class Registry:
    """The models by name. Models are added once, from any thread; reading needs no lock."""

    def __init__(self) -> None:
        self._models: dict[str, Model] = {}
        self._versions: dict[str, dict[str, Model]] = {}
        self._folders: dict[tuple[str, str], str] = {}
        """(name, version) → the folder that it comes from."""
        self._broken: dict[str, str] = {}
        self._adding = threading.Lock()
        self.loaded = threading.Event()

    @classmethod
    def of(cls, models: Iterable[Model]) -> "Registry":
        """Return a registry that holds these models and is loaded. The first version of a name is its default version."""
        registry = cls()
        for model in models:
            registry.add(model)
        registry.loaded.set()
        return registry

    def load(self, folder: Path, seconds: float = OPENING_SECONDS) -> None:
        """Open every bundle of `folder`. A bundle that fails or takes longer than `seconds` is listed with the reason.

        A slow bundle does not delay the others: the next one is opened beside it after a moment.
        """
        try:
            openings = [self._start_opening(bundle, seconds) for bundle in _bundle_folders(folder)]
            for bundle, thread, deadline in openings:
                thread.join(max(0.0, deadline - time.monotonic()))
                if thread.is_alive():
                    self._list_as_broken(_shown_name(bundle), f"it takes longer than {seconds:g} s to open")
        except OSError:
            _log.exception("the folder of the bundles cannot be read")
        finally:
            self.loaded.set()

    def _start_opening(self, bundle: Path, seconds: float) -> tuple[Path, threading.Thread, float]:
        """Open a bundle in a thread and wait for it for a moment. Return the thread and its deadline."""
        deadline = time.monotonic() + seconds
        thread = threading.Thread(target=self._open, args=[bundle, seconds], name="open a bundle", daemon=True)
        thread.start()
        thread.join(min(_MOMENT_SECONDS, seconds))
        return bundle, thread, deadline

    def _open(self, folder: Path, seconds: float) -> None:
        """Open a bundle and add its model, or list it as broken. A bundle that is opened late is served from then on.

        A bundle that was too slow is tried again when the others are open: the machine may have been busy.
        """
        if not self._try_to_open(folder, seconds):
            self.loaded.wait()
            self._try_to_open(folder, 2 * seconds)

    def _try_to_open(self, folder: Path, seconds: float) -> bool:
        """Return False if a second attempt may succeed."""
        name = _shown_name(folder)
        try:
            with give_up_after(seconds):
                model = open_model(folder)
            self.add(model, folder=name)
        except BrokenBundle as error:
            self._list_as_broken(name, str(error))
            return not isinstance(error, SlowBundle)
        except OSError:
            self._list_as_broken(name, "its files cannot be read")
        except BaseException as error:  # noqa: BLE001 - a bundle is foreign code and may raise anything
            _log.exception("the bundle %s cannot be opened", name)
            self._list_as_broken(name, f"it cannot be opened: {type(error).__name__}")
        else:
            self._broken.pop(name, None)
        return True

    def _list_as_broken(self, name: str, reason: str) -> None:
        self._broken[name] = reason
        _log.warning("the bundle %s is not served: %s", name, reason)

    def add(self, model: Model, *, folder: str = "") -> None:
        """Add a model version from the bundle in `folder`.

        The first version of a name answers requests without a version, or the one whose folder has the name of the model.
        Of two copies of a version, the copy in another folder is not served. Raises BrokenBundle if that is this one.
        """
        name, version = model.card.name, model.card.version
        with self._adding:
            versions = self._versions.get(name, {})
            known = self._folders.get((name, version))
            if known is not None and (known == name or folder != name):
                raise BrokenBundle(f"there is another copy of this version of {name}")
            if known is not None:
                self._list_as_broken(known, f"there is another copy of this version of {name}")
            self._folders[name, version] = folder
            self._versions[name] = versions | {version: model}
            if folder == name or name not in self._models:
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
        broken = [
            ModelState(name=name, state="broken", reason=reason) for name, reason in sorted(self._broken.copy().items())
        ]
        return ready + broken


def _bundle_folders(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(each for each in folder.iterdir() if each.is_dir() and not each.name.startswith("."))


def _shown_name(bundle: Path) -> str:
    """Return the name of a bundle's folder in a form that every answer can hold."""
    return safe_text(bundle.name)
