"""Promises of loading bundles: whatever one bundle holds, it is listed with a reason, and the others are served."""

import json
import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.bundles.bundle_files import digest
from service.bundles.bundle_opening import open_model
from service.bundles.registry import Registry
from service.bundles.versions.registry_updates import RegistryUpdates
from service.errors import SlowBundle
from service.schemas import IntervalRule, Regression
from tests.support import onnx_models
from tests.support.bundle_copies import change_card
from tests.support.onnx_models import HANGING_ROW, ROWS, TWO_LABELS, toy_card, write_toy_bundle

Harm = Callable[[Path], Any]


def in_card(change: Callable[[dict[str, Any]], Any]) -> Harm:
    return lambda bundle: change_card(bundle, change)


def sign(bundle: Path) -> None:
    (bundle / "version").write_text(digest(bundle))


def write(name: str, content: bytes) -> Harm:
    def harm(bundle: Path) -> None:
        (bundle / name).write_bytes(content)
        sign(bundle)

    return harm


def replace_by_fifo(bundle: Path) -> None:
    (bundle / "card.json").unlink()
    os.mkfifo(bundle / "card.json")


DEEP = b"[" * 200_000
HARMS: dict[str, Harm] = {
    "a quote in the name of a field": in_card(lambda card: card["inputs"][0].update(name='a"b')),
    "a backslash in the name of a field": in_card(lambda card: card["inputs"][0].update(name="a\\b")),
    "a line end in the name of a field": in_card(lambda card: card["inputs"][0].update(name="a\nb")),
    "a field without a name": in_card(lambda card: card["inputs"][0].update(name="")),
    "a name of 300 characters": in_card(lambda card: card["inputs"][0].update(name="a" * 300)),
    "an interval that overflows": in_card(lambda card: card["output"].update(interval={"coverage": 0.9, "margin": 1e308})),
    "an infinite minimum": in_card(lambda card: card["inputs"][0].update(minimum=1e308, maximum=-1e308)),
    "rows of another model": in_card(lambda card: card.update(real_rows=[{"c": 1}])),
    "a card that is nested deeply": write("card.json", DEEP),
    "a reference that is nested deeply": write("reference.json", DEEP),
    "an evaluation that is a list": write("evaluation.json", b"[]"),
    "a model that is empty": write("model.onnx", b""),
    "a version that is not text": lambda bundle: (bundle / "version").write_bytes(b"\xff\xfe"),
    "a card that is a fifo": replace_by_fifo,
}


def assert_others_are_served(folder: Path, broken: str, seconds: float = 30.0) -> str:
    """Load a folder of one broken bundle and good ones before and after it; return the reason."""
    for name in ("aa-first", "zz-last"):
        write_toy_bundle(folder, onnx_models.adding(), toy_card(name))
    registry = Registry()
    RegistryUpdates(registry, folder, seconds).load()
    assert registry.loaded.is_set()
    states = {state.name: state for state in registry.states()}
    assert [name for name, state in states.items() if state.state == "ready"] == ["aa-first", "zz-last"]
    assert registry.get("zz-last").predict(ROWS).predictions
    assert states[broken].state == "broken"
    reason = states[broken].reason
    assert reason
    assert str(folder) not in reason
    assert msgspec.json.encode(registry.states())
    return reason


@pytest.mark.parametrize("harm", HARMS.values(), ids=HARMS)
def test_a_harmed_bundle_is_broken_and_the_others_are_served(harm: Harm, tmp_path: Path) -> None:
    harm(write_toy_bundle(tmp_path, onnx_models.adding(), toy_card("middle")))
    assert_others_are_served(tmp_path, "middle")


@pytest.mark.parametrize("copy", ["aa-copy", "toy copy", "zz-copy"])
def test_of_two_copies_of_a_bundle_only_the_one_in_another_folder_is_broken(copy: str, tmp_path: Path) -> None:
    """Whichever of the two is opened first."""
    bundle = write_toy_bundle(tmp_path, onnx_models.adding(), toy_card("toy"))
    shutil.copytree(bundle, tmp_path / copy)
    registry = Registry()
    RegistryUpdates(registry, tmp_path).load()
    states = [(state.name, state.state, state.reason) for state in registry.states()]
    assert states == [("toy", "ready", None), (copy, "broken", "there is another copy of this version of toy")]
    assert registry.get("toy").predict(ROWS).predictions


def test_of_two_copies_in_folders_of_other_names_one_is_served(tmp_path: Path) -> None:
    bundle = write_toy_bundle(tmp_path, onnx_models.adding(), toy_card("toy"))
    shutil.copytree(bundle, tmp_path / "other")
    bundle.rename(tmp_path / "another")
    registry = Registry()
    RegistryUpdates(registry, tmp_path).load()
    assert [(state.name, state.state) for state in registry.states()] == [("toy", "ready"), ("other", "broken")]


def test_a_folder_whose_name_is_no_text_is_listed(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"middle-\xff")).mkdir()
    assert_others_are_served(tmp_path, "middle-?")


def test_a_model_that_hangs_on_the_rows_of_its_card_is_broken_and_its_run_ends(tmp_path: Path) -> None:
    bundle = write_toy_bundle(tmp_path, onnx_models.hanging(), toy_card("middle", rows=[*ROWS, HANGING_ROW]))
    before = threading.active_count()
    reason = assert_others_are_served(bundle.parent, "middle", seconds=1.0)
    assert "takes" in reason
    for thread in threading.enumerate():
        if thread.name == "open a bundle":
            thread.join(60)
    assert threading.active_count() <= before + 1  # the watchdog


@pytest.mark.parametrize(
    "error", [KeyError("x"), SystemExit(3), MemoryError(), RecursionError(), KeyboardInterrupt()], ids=repr
)
def test_whatever_the_opening_of_a_bundle_raises_the_others_are_served(
    error: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def open_or_raise(folder: Path) -> Any:
        if folder.name == "middle":
            raise error
        return open_model(folder)

    monkeypatch.setattr("service.bundles.versions.registry_updates.open_model", open_or_raise)
    write_toy_bundle(tmp_path, onnx_models.adding(), toy_card("middle"))
    assert type(error).__name__ in assert_others_are_served(tmp_path, "middle")


def test_a_bundle_that_opens_after_its_deadline_is_served_from_then_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_open = threading.Event()

    def open_late(folder: Path) -> Any:
        may_open.wait(60)
        return open_model(folder)

    monkeypatch.setattr("service.bundles.versions.registry_updates.open_model", open_late)
    monkeypatch.setattr("service.bundles.versions.registry_updates.give_up_after", lambda _seconds: threading.Lock())
    write_toy_bundle(tmp_path, onnx_models.adding(), toy_card("slow"))
    registry = Registry()
    RegistryUpdates(registry, tmp_path, 0.1).load()
    assert [(state.state, state.reason) for state in registry.states()] == [("broken", "it takes longer than 0.1 s to open")]
    may_open.set()
    for thread in threading.enumerate():
        if thread.name == "open a bundle":
            thread.join(60)
    assert [(state.name, state.state) for state in registry.states()] == [("slow", "ready")]
    assert registry.get("slow").predict(ROWS)


def test_a_bundle_that_was_too_slow_is_tried_again_when_the_others_are_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    registry, attempts = Registry(), list[bool]()

    def open_slowly_at_first(folder: Path) -> Any:
        attempts.append(registry.loaded.is_set())
        if len(attempts) == 1:
            raise SlowBundle("it takes too long to score the rows of its card")
        return open_model(folder)

    monkeypatch.setattr("service.bundles.versions.registry_updates.open_model", open_slowly_at_first)
    write_toy_bundle(tmp_path, onnx_models.adding(), toy_card("slow"))
    updates = RegistryUpdates(registry, tmp_path, 0.1)
    updates.load()
    updates.poll()
    for thread in threading.enumerate():
        if thread.name == "open a bundle":
            thread.join(60)
    updates.poll()
    assert attempts == [False, True], "there is no third attempt"
    assert [(state.name, state.state) for state in registry.states()] == [("slow", "ready")]
    assert "the bundle slow is not served: it takes too long to score the rows of its card" in caplog.messages


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=4)
    | st.sampled_from([1e308, -1, 10**400, ""]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "value", "low", "name", "en"]), inner),
    max_leaves=4,
)


def paths(tree: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else []
    return [path, *(each for name, item in items for each in paths(item, (*path, name)))]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_card_ends_the_loading(data: st.DataObject, tmp_path: Path) -> None:
    """Any value at any place of a card: the bundle is ready or broken, and every answer about it can be written."""
    folder = tmp_path / "bundles"
    shutil.rmtree(folder, ignore_errors=True)
    output = data.draw(st.sampled_from([TWO_LABELS, Regression(interval=IntervalRule(coverage=0.9, margin=0.2))]))
    model = onnx_models.probabilities() if output is TWO_LABELS else onnx_models.adding()
    bundle = write_toy_bundle(folder, model, toy_card("middle", output))
    card = json.loads((bundle / "card.json").read_text())
    *parents, last = data.draw(st.sampled_from(paths(card)[1:]))
    value = data.draw(JSON)
    node = card
    for step in parents:
        node = node[step]
    node[last] = value
    (bundle / "card.json").write_text(json.dumps(card, ensure_ascii=False), encoding="utf-8", errors="surrogatepass")
    sign(bundle)
    registry = Registry()
    RegistryUpdates(registry, folder).load()
    assert registry.loaded.is_set()
    states = registry.states()
    assert len(states) == 1
    assert msgspec.json.encode(states)
    assert "cannot be opened: " not in (states[0].reason or ""), "an error that nobody foresaw"
    for opened in registry.models():
        assert msgspec.json.encode(opened.card)
        assert opened.predict(opened.checks.columns([dict(row) for row in opened.card.real_rows[:2]]))
