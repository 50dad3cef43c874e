"""Promises of bundles: what is broken is listed with the reason and never served; the others serve on."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from service.bundles.bundle_files import digest, read_card
from service.bundles.bundle_opening import open_model
from service.bundles.registry import Registry
from service.bundles.versions.registry_updates import RegistryUpdates
from service.errors import BrokenBundle
from service.settings import Settings
from tests.support.bundle_copies import change_card, truncate
from tests.support.service_app import serve


def leave_the_model_out(folder: Path) -> None:
    (folder / "model.onnx").unlink()
    (folder / "version").write_text(digest(folder))


def tear_the_card(folder: Path) -> None:
    (folder / "card.json").write_text("{")
    (folder / "version").write_text(digest(folder))


def garble(folder: Path) -> None:
    (folder / "model.onnx").write_bytes(b"no model at all")
    (folder / "version").write_text(digest(folder))


def swap_in_a_pickle(folder: Path) -> None:
    (folder / "model.onnx").unlink()
    (folder / "model.skops").write_bytes(b"\x80\x04cos\nsystem\n(S'touch hacked'\ntR.")
    change_card(folder, lambda card: card["scoring"].update(scorer="process"))


def link_outside(folder: Path) -> None:
    (folder / "model.onnx").unlink()
    (folder / "model.onnx").symlink_to("/etc/hostname")


def nest_a_folder(folder: Path) -> None:
    (folder / "more").mkdir()


def break_card(change: Callable[[dict[str, Any]], Any]) -> Callable[[Path], None]:
    return lambda folder: change_card(folder, change)


ZOO: dict[str, Callable[[Path], None]] = {
    "half-copied": truncate,
    "no version": lambda folder: (folder / "version").unlink(),
    "no card": lambda folder: (folder / "card.json").unlink(),
    "no model": lambda folder: (folder / "model.onnx").unlink(),
    "no model, signed": leave_the_model_out,
    "garbage for a model": garble,
    "a pickle for a model": swap_in_a_pickle,
    "a link to another file": link_outside,
    "a folder inside": nest_a_folder,
    "a card that is no JSON": tear_the_card,
    "an unknown field in the card": break_card(lambda card: card.update(surprise=1)),
    "a name that is a path": break_card(lambda card: card.update(name="../evil")),
    "no inputs": break_card(lambda card: card.update(inputs=[])),
    "an input twice": break_card(lambda card: card["inputs"].append(card["inputs"][0])),
    "a field too few": break_card(lambda card: card["inputs"].pop()),
    "a focus that is no label": break_card(lambda card: card["output"].update(focus="maybe")),
    "bands with a gap": break_card(lambda card: card["output"]["bands"][0].update(high=0.1)),
    "three labels for two": break_card(lambda card: card["output"]["labels"].append({"value": "third"})),
    "an example that does not fit": break_card(lambda card: card["examples"][0]["row"].update(credit_limit="much")),
    "a default above its maximum": break_card(lambda card: card["inputs"][0].update(default=9)),
    "a default of another type": break_card(lambda card: card["inputs"][0].update(default="none")),
    "another scorer": break_card(lambda card: card["scoring"].update(scorer="pickle")),
}


@pytest.mark.parametrize("harm", ZOO.values(), ids=ZOO)
def test_a_damaged_bundle_is_refused_with_a_reason(harm: Callable[[Path], None], bundles: Path, tmp_path: Path) -> None:
    folder = tmp_path / "credit-default"
    shutil.copytree(bundles / "credit-default", folder)
    harm(folder)
    with pytest.raises(BrokenBundle) as raised:
        open_model(folder)
    assert str(raised.value)
    assert str(tmp_path) not in str(raised.value)
    assert not Path("hacked").exists()


@pytest.fixture
def mixed(bundles: Path, tmp_path: Path) -> Any:
    shutil.copytree(bundles / "credit-scorecard", tmp_path / "credit-scorecard")
    shutil.copytree(bundles / "credit-default", tmp_path / "credit-default")
    truncate(tmp_path / "credit-default")
    yield from serve(Settings(bundles=str(tmp_path)))


def test_a_broken_bundle_is_listed_and_the_others_serve_on(mixed: TestClient) -> None:
    ready = mixed.get("/health/ready")
    states = {model["name"]: model for model in ready.json()["models"]}
    assert ready.status_code == 200
    assert states["credit-scorecard"]["state"] == "ready"
    assert states["credit-default"]["state"] == "broken"
    assert "incomplete" in states["credit-default"]["reason"]
    answer = mixed.get("/v1/models/credit-default")
    assert (answer.status_code, answer.json()["code"]) == (503, "model_unavailable")
    assert mixed.post("/v1/models/credit-scorecard/predictions", json={"rows": []}).status_code == 200


def test_the_reason_of_a_wrong_default_names_field_and_range(bundles: Path, tmp_path: Path) -> None:
    folder = tmp_path / "credit-default"
    shutil.copytree(bundles / "credit-default", folder)
    change_card(folder, lambda card: card["inputs"][0].update(default=9))
    registry = Registry()
    RegistryUpdates(registry, tmp_path).load()
    (state,) = registry.states()
    reason = "months_late_now has a default that does not fit: Expected a value from 0 to 8"
    assert (state.state, state.reason) == ("broken", reason)


def test_a_card_without_defaults_is_served(bundles: Path, tmp_path: Path) -> None:
    folder = tmp_path / "credit-default"
    shutil.copytree(bundles / "credit-default", folder)
    change_card(folder, lambda card: [field.pop("default", None) for field in card["inputs"]])
    assert [field.default for field in open_model(folder).card.inputs] == [None] * 9


def test_a_version_is_served_once(bundles: Path, tmp_path: Path) -> None:
    shutil.copytree(bundles / "credit-default", tmp_path / "a")
    shutil.copytree(bundles / "credit-default", tmp_path / "b")
    registry = Registry()
    RegistryUpdates(registry, tmp_path).load()
    assert [(state.name, state.state) for state in registry.states()] == [("credit-default", "ready"), ("b", "broken")]


def test_the_version_is_the_hash_of_the_content(bundles: Path, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(bundles / "credit-default", folder)
    before = read_card(folder).version
    change_card(folder, lambda card: card.update(summary="another"))
    assert before == (bundles / "credit-default" / "version").read_text().strip()
    assert read_card(folder).version not in {"", before}


def test_without_bundles_the_service_has_no_models(tmp_path: Path) -> None:
    for service in serve(Settings(bundles=str(tmp_path / "nowhere"))):
        assert service.get("/v1/models").json() == {"items": [], "next": None}


DAY = "2026-01-31"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (f"{DAY}\n", DAY),
        (f"{DAY}T10:00:00Z", DAY),
        ("", ""),
        ("yesterday", ""),
        ("2026-02-31", ""),
        ("9" * 100_000, ""),
        ("\N{SNOWMAN}" * 10, ""),
        (None, ""),
    ],
    ids=repr,
)
def test_the_day_of_the_build_is_kept_by_a_copy_and_is_not_part_of_the_version(
    written: str | None, expected: str, bundles: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "one" / "credit-scorecard"
    shutil.copytree(bundles / "credit-scorecard", folder)
    version = read_card(folder).version
    (folder / "built").unlink(missing_ok=True)
    if written is not None:
        (folder / "built").write_text(written, encoding="utf-8")
    shutil.copytree(folder.parent, tmp_path / "two")
    assert (read_card(folder).version, read_card(folder).built) == (version, expected)
    for app in serve(Settings(bundles=str(tmp_path / "two"))):
        (listed,) = app.get("/v1/models").json()["items"]
        card = app.get("/v1/models/credit-scorecard").json()
        assert (listed["version"], listed["built"]) == (version, expected or None)
        assert card.get("built", "") == expected


def test_a_card_cannot_set_the_day_of_the_build(bundles: Path, tmp_path: Path) -> None:
    folder = tmp_path / "credit-scorecard"
    shutil.copytree(bundles / "credit-scorecard", folder)
    (folder / "built").unlink(missing_ok=True)
    change_card(folder, lambda card: card.update(built="1999-01-01"))
    assert read_card(folder).built == ""


def test_a_day_file_that_is_not_regular_is_not_opened(bundles: Path, tmp_path: Path) -> None:
    folder = tmp_path / "credit-scorecard"
    shutil.copytree(bundles / "credit-scorecard", folder)
    (folder / "built").unlink(missing_ok=True)
    os.mkfifo(folder / "built")
    assert read_card(folder).built == ""
