"""Promises of a running service: it follows the folder of bundles, and nothing that appears there takes a model away."""

import gc
import threading
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from service.bundles.bundle_opening import open_model
from service.bundles.registry import Registry
from service.bundles.versions.bundle_folder import default_folder, write_defaults
from service.bundles.versions.registry_updates import RegistryUpdates
from service.bundles.versions.version_changes import make_default, remove_model, remove_version
from service.errors import ModelUnavailable, UnknownModel, UnknownVersion
from tests.support import onnx_models
from tests.support.bundle_copies import change_card, truncate
from tests.support.onnx_models import toy_card, write_toy_bundle
from tests.support.version_folders import NAME, ROW, put_version, scaled_sum


def answer(registry: Registry, version: str | None = None) -> float:
    (prediction,) = registry.get(NAME, version).predict([ROW]).predictions
    result: float = prediction.value  # type: ignore[union-attr]
    return result


def finish_openings() -> None:
    for thread in threading.enumerate():
        if thread.name == "open a bundle":
            thread.join(60)


def poll(updates: RegistryUpdates) -> None:
    """Poll the folder, and wait for what it opens, however long that takes on a busy machine."""
    updates.poll()
    finish_openings()


def following(folder: Path) -> tuple[Registry, RegistryUpdates]:
    registry = Registry()
    updates = RegistryUpdates(registry, folder)
    updates.load()
    return registry, updates


def broken(registry: Registry) -> dict[str, str | None]:
    return {state.name: state.reason for state in registry.states() if state.state == "broken"}


def opened_folders(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    names: list[str] = []

    def open_and_note(folder: Path) -> Any:
        names.append(folder.name)
        return open_model(folder)

    monkeypatch.setattr("service.bundles.versions.registry_updates.open_model", open_and_note)
    return names


def test_a_published_version_is_served_at_the_next_poll_and_the_earlier_one_by_its_name(tmp_path: Path) -> None:
    first = put_version(tmp_path, 1)
    registry, updates = following(tmp_path)
    second = put_version(tmp_path, 2)
    assert answer(registry) == 5
    poll(updates)
    assert (answer(registry), answer(registry, first), answer(registry, second)) == (10, 5, 10)
    (state,) = registry.states()
    assert (state.version, state.versions) == (second, (second, first))


def test_the_file_of_the_default_version_decides_and_nothing_is_opened_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = opened_folders(monkeypatch)
    first, second = put_version(tmp_path, 1), put_version(tmp_path, 2)
    registry, updates = following(tmp_path)
    for version, expected in ((first, 5), (second, 10), (first, 5)):
        make_default(tmp_path, NAME, version)
        poll(updates)
        assert answer(registry) == expected
    assert sorted(names) == sorted(f"toy.{version[:12]}" for version in (first, second))
    assert registry.switches() == {NAME: 3}


def test_while_the_default_version_loads_no_other_one_answers_in_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry, asked = Registry(), list[str]()

    def open_and_ask(folder: Path) -> Any:
        try:
            asked.append(registry.get(NAME).card.version)
        except ModelUnavailable as error:
            assert "being loaded" in error.detail  # noqa: PT017 - not the subject of this test
        return open_model(folder)

    monkeypatch.setattr("service.bundles.versions.registry_updates.open_model", open_and_ask)
    versions = [put_version(tmp_path, factor) for factor in (1, 2, 3)]
    for default in versions:
        make_default(tmp_path, NAME, default)
        registry, asked = Registry(), []
        RegistryUpdates(registry, tmp_path).load()
        assert set(asked) <= {default}
        assert registry.switches() == {}


def test_a_new_model_appears(tmp_path: Path) -> None:
    registry, updates = following(tmp_path)
    with pytest.raises(UnknownModel):
        registry.get(NAME)
    put_version(tmp_path, 1)
    poll(updates)
    assert answer(registry) == 5
    assert registry.switches() == {}


def sign_nothing(folder: Path) -> None:
    (folder / "version").write_text("0" * 64)


def spoil_the_model(folder: Path) -> None:
    change_card(folder, lambda card: card["scoring"].update(scorer="process"))


@pytest.mark.parametrize("harm", [truncate, sign_nothing, spoil_the_model, lambda folder: (folder / "card.json").unlink()])
def test_a_broken_new_version_leaves_the_earlier_one_serving_and_is_listed(
    harm: Callable[[Path], Any], tmp_path: Path
) -> None:
    put_version(tmp_path, 1)
    registry, updates = following(tmp_path)
    put_version(tmp_path, 2)
    harm(default_folder(tmp_path, NAME))
    for _ in range(3):
        poll(updates)
    assert answer(registry) == 5
    assert broken(registry)[NAME]
    assert broken(following(tmp_path)[0])[NAME], "another copy of the service says the same"
    assert answer(following(tmp_path)[0]) == 5


def test_a_half_copied_folder_is_opened_when_it_is_complete_and_at_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = opened_folders(monkeypatch)
    put_version(tmp_path / "elsewhere", 1)
    source, target = default_folder(tmp_path / "elsewhere", NAME), tmp_path / "bundles" / "toy"
    target.mkdir(parents=True)
    registry, updates = following(tmp_path / "bundles")
    for file in sorted(source.iterdir(), key=lambda file: file.name == "card.json"):
        content = file.read_bytes()
        for part in (content[: len(content) // 2], content):
            (target / file.name).write_bytes(part)
            poll(updates)
            assert list(broken(registry)) == [NAME]
    assert len(names) == 1, "a folder that changes from poll to poll is not read again and again"
    poll(updates)
    assert broken(registry) == {}
    assert answer(registry) == 5


@pytest.mark.parametrize("way", ["in place", "new file"])
def test_files_that_change_after_the_opening_are_not_served_and_the_version_is_listed_as_changed(
    way: str, tmp_path: Path
) -> None:
    version = put_version(tmp_path, 1)
    registry, updates = following(tmp_path)
    file = default_folder(tmp_path, NAME) / "model.onnx"
    genuine = file.read_bytes()
    if way == "new file":
        file.unlink()
    file.write_bytes(scaled_sum(7))
    for _ in range(2):
        poll(updates)
    assert answer(registry) == 5
    assert registry.states()[0].changed == (version,)
    assert "was changed after it was built" in (broken(registry)[NAME] or "")
    file.write_bytes(genuine)
    for _ in range(2):
        poll(updates)
    assert registry.states()[0].changed == ()
    assert broken(registry) == {}


def test_a_file_that_changes_while_a_bundle_is_opened_is_not_served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the check of the hash and the reading of the model."""
    put_version(tmp_path, 1)
    file = default_folder(tmp_path, NAME) / "model.onnx"
    genuine = file.read_bytes()
    harms = [lambda: file.write_bytes(scaled_sum(7))]

    def open_after_harm(folder: Path) -> Any:
        model = open_model(folder)
        while harms:
            harms.pop()()
        return model

    monkeypatch.setattr("service.bundles.versions.registry_updates.open_model", open_after_harm)
    registry, updates = following(tmp_path)
    assert broken(registry) == {NAME: "its files changed while it was opened"}
    file.write_bytes(genuine)
    for _ in range(2):
        poll(updates)
    assert answer(registry) == 5


def test_files_that_could_not_be_read_are_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A network folder may fail for a moment; its files are then the same as before."""
    put_version(tmp_path, 1)
    faults = [OSError(5, "Input/output error") for _ in range(2)]

    def open_with_faults(folder: Path) -> Any:
        if faults:
            raise faults.pop()
        return open_model(folder)

    monkeypatch.setattr("service.bundles.versions.registry_updates.open_model", open_with_faults)
    registry, updates = following(tmp_path)
    assert broken(registry) == {NAME: "its files cannot be read"}
    for _ in range(3):
        poll(updates)
    assert answer(registry) == 5
    assert broken(registry) == {}


def test_a_default_version_that_is_not_there_is_listed_and_the_one_before_is_served(tmp_path: Path) -> None:
    first = put_version(tmp_path, 1)
    registry, updates = following(tmp_path)
    write_defaults(tmp_path, NAME, ["f" * 64, first])
    poll(updates)
    assert answer(registry) == 5
    assert broken(registry) == {NAME: "its default version ffffffffffff is not in the folder of bundles"}
    (tmp_path / "toy.default").write_bytes(b"\xff")
    poll(updates)
    assert answer(registry) == 5
    assert broken(registry) == {"toy.default": "toy.default does not name versions"}


def test_a_removed_version_is_no_longer_served_and_its_memory_is_free(tmp_path: Path) -> None:
    first = put_version(tmp_path, 1)
    put_version(tmp_path, 2)
    registry, updates = following(tmp_path)
    removed = weakref.ref(registry.get(NAME, first))
    session = weakref.ref(registry.get(NAME, first).scorer)
    in_use = registry.get(NAME, first)
    remove_version(tmp_path, NAME, first)
    for _ in range(2):
        poll(updates)
    with pytest.raises(UnknownVersion):
        registry.get(NAME, first)
    assert in_use.predict([ROW]).predictions, "a request that has begun ends with it"
    gc.disable()
    try:
        del in_use
        assert (removed(), session()) == (None, None), "without the garbage collector"
    finally:
        gc.enable()


def test_a_removed_model_is_unknown(tmp_path: Path) -> None:
    put_version(tmp_path, 1)
    registry, updates = following(tmp_path)
    remove_model(tmp_path, NAME)
    for _ in range(2):
        poll(updates)
    with pytest.raises(UnknownModel):
        registry.get(NAME)


def test_folders_that_are_renamed_by_hand_change_the_default_without_a_gap(tmp_path: Path) -> None:
    for folder, factor in (("toy", 1.0), ("next", 2.0)):
        made = write_toy_bundle(tmp_path / "made", scaled_sum(factor), toy_card(NAME))
        made.rename(tmp_path / (folder if folder == "toy" else ".next"))
    (tmp_path / "made").rmdir()
    registry, updates = following(tmp_path)
    first = registry.get(NAME).card.version
    (tmp_path / "toy").rename(tmp_path / "toy.before")
    poll(updates)
    assert answer(registry) == 5
    (tmp_path / ".next").rename(tmp_path / "toy")
    for _ in range(3):
        poll(updates)
        assert answer(registry, first) == 5
    assert answer(registry) == 10


def test_a_folder_of_bundles_that_is_away_takes_no_model_away(tmp_path: Path) -> None:
    bundles = tmp_path / "bundles"
    put_version(bundles, 1)
    registry, updates = following(bundles)
    bundles.rename(tmp_path / "away")
    poll(updates)
    assert answer(registry) == 5
    bundles.mkdir()  # a network folder that is not mounted is an empty folder
    for _ in range(3):
        poll(updates)
    assert answer(registry) == 5
    bundles.rmdir()
    (tmp_path / "away").rename(bundles)
    put_version(bundles, 2)
    poll(updates)
    assert answer(registry) == 10


def test_a_link_to_itself_does_not_end_the_following(tmp_path: Path) -> None:
    put_version(tmp_path, 1)
    for name in ("loop", "loop.default"):
        (tmp_path / name).symlink_to(tmp_path / name)
    registry, updates = following(tmp_path)
    assert answer(registry) == 5
    put_version(tmp_path, 2)
    poll(updates)
    assert answer(registry) == 10


def test_a_bundle_that_hangs_does_not_keep_the_others_waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    may_open = threading.Event()

    def open_late(folder: Path) -> Any:
        if folder.name == "hangs":
            may_open.wait(60)
        return open_model(folder)

    monkeypatch.setattr("service.bundles.versions.registry_updates._MOMENT_SECONDS", 0.1)
    monkeypatch.setattr("service.bundles.versions.registry_updates.open_model", open_late)
    put_version(tmp_path, 1)
    registry, updates = following(tmp_path)
    write_toy_bundle(tmp_path, onnx_models.adding(), toy_card("hangs"))
    put_version(tmp_path, 2)
    updates.poll()
    assert answer(registry) == 10
    put_version(tmp_path, 3)
    updates.poll()
    assert answer(registry) == 15
    may_open.set()
    finish_openings()
    assert registry.get("hangs").predict([ROW]).predictions, "it is served as soon as it is open"


def test_versions_in_other_folders_are_served_in_the_order_of_their_folders(tmp_path: Path) -> None:
    """Two copies of the service choose the same default, whichever bundle they open first."""
    for folder, factor in (("b", 2.0), ("a", 1.0)):
        write_toy_bundle(tmp_path / "made", scaled_sum(factor), toy_card(NAME)).rename(tmp_path / folder)
    (tmp_path / "made").rmdir()
    assert answer(following(tmp_path)[0]) == 5
