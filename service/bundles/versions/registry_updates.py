"""Keeps a registry equal to a folder of bundles, while the service answers requests.

Each poll compares names, sizes and times, which is right on network folders too, where the system reports no changes. What
is new is opened and tested beside what is served, and takes its place in one step.
"""

import logging
import threading
from pathlib import Path

from service.bundles.bundle_files import read_card
from service.bundles.bundle_opening import open_model
from service.bundles.model import Model
from service.bundles.registry import Registry
from service.bundles.scorers.deadlines import give_up_after
from service.bundles.versions.bundle_folder import claimed_version, list_folders, read_all_defaults
from service.bundles.versions.folder_states import Fingerprint, FolderState, fingerprint, identity
from service.bundles.versions.served_versions import choose_served
from service.errors import BrokenBundle, SlowBundle

OPENING_SECONDS = 30.0
_MOMENT_SECONDS = 2.0
_CHANGED_MEANWHILE = "its files changed while it was opened"
_log = logging.getLogger("service")


class RegistryUpdates:
    """Opens the bundles of a folder for a registry. One thread calls `load` and `poll`; each bundle opens in another one."""

    def __init__(self, registry: Registry, bundles: Path, seconds: float = OPENING_SECONDS) -> None:
        self._registry, self._bundles, self._seconds = registry, bundles, seconds
        self._folders: dict[str, FolderState] = {}
        self._defaults: dict[str, tuple[str, ...]] = {}
        self._broken_pointers: dict[str, str] = {}
        self._unopened: set[str] = set()
        """While the registry loads: the folders that are not open yet."""
        self._missing: set[str] = set()
        """The folders that were missing at the last poll. A folder that is renamed by hand is away for a moment."""
        self._identity: tuple[int, int] | None = None
        self._is_readable = True
        self._lock = threading.Lock()
        """Held while the fields above change, and while the registry gets what follows from them."""

    def run(self, poll_seconds: float, stopping: threading.Event) -> None:
        """Load the bundles, then follow the changes of their folder until `stopping` is set."""
        work = self.load
        while True:
            try:
                work()
            except Exception:  # noqa: BLE001 - without this thread, the service would never follow the folder again
                _log.exception("the folder of the bundles cannot be followed")
            if stopping.wait(poll_seconds):
                return
            work = self.poll

    def load(self) -> None:
        """Open every bundle. A bundle that fails or takes longer than the limit is listed with the reason.

        A slow bundle does not delay the others: the next one is opened beside it after a moment.
        """
        try:
            self.poll()
            for state in list(self._folders.values()):
                state.wait()
            with self._lock:
                self._unopened = set()
            self._update_registry()
        finally:
            self._registry.loaded.set()

    def poll(self) -> None:
        """Compare the folder with what is known of it, and open what is new or was changed.

        A folder that was broken or has changed is opened when it is the same at two polls: nobody writes to it any more.
        """
        try:
            defaults, broken_pointers = read_all_defaults(
                self._bundles
            )  # before the folders: a file names a folder that is there
            folders = {folder.name: folder for folder in list_folders(self._bundles)}
            root = identity(self._bundles)
        except OSError as error:
            self._keep_what_is_served(f"it cannot be read: {type(error).__name__}")
            return
        if not folders and self._folders and root != self._identity:
            self._keep_what_is_served("another folder is in its place, and it is empty")
            return
        self._is_readable = True
        with self._lock:
            self._identity, self._defaults, self._broken_pointers = root, defaults, broken_pointers
            missing = self._folders.keys() - folders.keys()
            for name in missing & self._missing:
                del self._folders[name]
            self._missing = missing
            if not self._registry.loaded.is_set():
                self._unopened = set(folders)
        for name, folder in folders.items():
            self._look_at(name, folder)
        self._update_registry()

    def _keep_what_is_served(self, reason: str) -> None:
        """A network folder that is away for a moment takes no model away. Without any model, there is nothing to keep."""
        if self._is_readable:
            _log.warning("the folder of the bundles is not followed: %s", reason)
        self._is_readable = False

    def _look_at(self, name: str, folder: Path) -> None:
        """Open a folder if it is new, or if it has changed since it was opened and is at rest."""
        state = self._folders.get(name)
        if state is not None and state.is_opening:
            state.wait(0)
            return
        now = fingerprint(folder)
        if state is None:
            state = FolderState()
            with self._lock:
                self._folders[name] = state
        elif not state.is_due(now):
            return
        seconds = self._seconds * (2 if state.is_slow else 1)
        state.start(lambda: self._open(state, folder, now, seconds), seconds)
        state.wait(_MOMENT_SECONDS)

    def _open(self, state: FolderState, folder: Path, before: Fingerprint, seconds: float) -> None:
        """Open a bundle, and note its model or why it is broken. A bundle that is opened late is served from then on."""
        model: Model | None = None
        is_slow, reason = False, ""
        try:
            with give_up_after(seconds):
                model = self._open_once(folder)
            if fingerprint(folder) != before:
                model, reason = None, _CHANGED_MEANWHILE
        except BrokenBundle as error:
            reason, is_slow = str(error), isinstance(error, SlowBundle)
        except OSError:
            reason, before = "its files cannot be read", frozenset()  # so that they are read again: the fault may pass
        except BaseException as error:  # noqa: BLE001 - a bundle is foreign code and may raise anything
            _log.exception("the bundle %s cannot be opened", folder.name)
            reason = f"it cannot be opened: {type(error).__name__}"
        with self._lock:
            state.finish(model, reason, before, is_slow=is_slow)
            self._unopened.discard(folder.name)
        self._update_registry()

    def _open_once(self, folder: Path) -> Model:
        """Return the model of a folder. A version that is open already, from this folder or another one, is only checked."""
        version = claimed_version(folder)
        with self._lock:
            models = [state.model for state in self._folders.values() if state.model]
        same = next((model for model in models if model.card.version == version), None)
        if same is not None:
            read_card(folder)
            return same
        return open_model(folder)

    def _update_registry(self) -> None:
        with self._lock:
            served = choose_served(self._folders, self._defaults, self._broken_pointers, self._unopened)
            self._registry.replace(served)
