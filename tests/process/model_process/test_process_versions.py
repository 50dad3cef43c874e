"""Promises of versions whose models run in processes: a version that is removed leaves no process, once it is not in use."""

from pathlib import Path

import psutil
import pytest

from service.bundles.registry import Registry
from service.bundles.versions.registry_updates import RegistryUpdates
from service.bundles.versions.version_changes import add_version, remove_version
from service.errors import UnknownVersion
from tests.support.code_models import ADDING, row, write_code_bundle

NAME = "adds"


def put(bundles: Path, source: str) -> str:
    """Publish a model that is a few lines of Python; return its version."""
    folder = add_version(bundles, write_code_bundle(bundles / ".building", NAME, source))
    return (folder / "version").read_text().strip()


def test_the_process_of_a_removed_version_ends_when_its_last_request_has_ended(tmp_path: Path) -> None:
    first, second = put(tmp_path, ADDING), put(tmp_path, ADDING + "# again\n")
    registry = Registry()
    updates = RegistryUpdates(registry, tmp_path)
    updates.load()
    in_use = registry.get(NAME, first)
    removed, kept = (psutil.Process(registry.get(NAME, each).scorer.facts["pid"]) for each in (first, second))  # type: ignore[attr-defined]
    remove_version(tmp_path, NAME, first)
    for _ in range(2):
        updates.poll()
    with pytest.raises(UnknownVersion):
        registry.get(NAME, first)
    assert in_use.predict([row(2)]).predictions, "a request that has begun ends with it"
    del in_use
    assert psutil.wait_procs([removed], timeout=30)[1] == []
    assert kept.is_running()
    assert registry.get(NAME).predict([row(2)]).predictions
    del registry, updates
    assert psutil.wait_procs([kept], timeout=30)[1] == []
