"""Promises of the page Feed when its file is hostile, damaged or replaced: it shows what can be shown, and never an error page."""

import json
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from demo.feed.growing_feed import GrowingFeed
from tests.support.demo_cards import card_of
from tests.support.demo_pages import html_of, opened, quiet
from tests.support.stub_service import StubService, hand_made, point_at

INPUTS: list[dict[str, Any]] = [
    {"name": "remark", "type": "text"},
    {"name": "months", "type": "integer"},
    {"name": "cut", "type": "category", "categories": [{"value": "Fair"}]},
]
GOOD = {"remark": "all is well", "months": 3, "cut": "Fair", "probability_yes": 0.75, "version": "v1", "decision": None}
MEGABYTE = 2**20
WAIT_SECONDS = 20


def line(**changed: Any) -> str:
    return json.dumps(GOOD | changed) + "\n"


FAULTS = {
    "surrogate-text": line(remark="\ud800 hi"),
    "surrogate-category": line(cut="\ud800"),
    "surrogate-version": line(version="\ud800v"),
    "surrogate-elsewhere": line(channel="\udfff"),
    "object-text": line(remark={"a": 1}),
    "null-text": line(remark=None),
    "list-text": line(remark=[1]),
    "boolean-text": line(remark=True),
    "object-number": line(months={"a": 1}),
    "object-decision": line(decision={"a": 1}),
    "object-version": line(version={"a": 1}),
    "huge-number": line(months=10**400),
    "deep": "[" * 100_000 + "\n",
    "control": line(remark="\x1b[31m\x07a\0b"),
    "megabyte-without-end": "x" * MEGABYTE,
    "megabyte-text": line(remark="y" * MEGABYTE),
    "megabyte-of-spaces": " " * MEGABYTE + line(),
    "megabyte-behind": line().rstrip("\n") + " " * MEGABYTE + "\n",
    "cut-record": line()[:20],
}


@pytest.fixture
def file(tmp_path: Path, stub: StubService, monkeypatch: pytest.MonkeyPatch) -> Path:
    stub.cards = [hand_made(INPUTS)]
    path = tmp_path / "enriched.jsonl"
    monkeypatch.setenv("DEMO_FEEDS", f"fifth={path}")
    point_at(stub.url, monkeypatch)
    return path


def open_each(app: AppTest) -> None:
    """Open the first record in Try."""
    buttons = [button for button in app.button if button.label == "Open in Try"]
    if buttons:
        buttons[0].click()
        quiet(app.run())


@pytest.mark.parametrize("fault", FAULTS)
def test_a_record_that_no_page_can_show_breaks_neither_the_page_nor_the_other_records(fault: str, file: Path) -> None:
    content = line() + FAULTS[fault] + ("" if FAULTS[fault].endswith("\n") else "\n") + line()
    file.write_text(content, encoding="utf-8")
    app = quiet(opened("feed", lang="en", model="fifth"))
    assert html_of(app).count("all is well") >= 2
    open_each(app)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_file_of_one_fault_breaks_no_page_whether_it_is_followed_or_dropped(fault: str, file: Path) -> None:
    file.write_text(FAULTS[fault], encoding="utf-8")
    open_each(quiet(opened("feed", lang="en", model="fifth")))
    file.unlink()
    app = quiet(opened("feed", lang="en", model="fifth"))
    app.file_uploader[0].set_value(("enriched.jsonl", FAULTS[fault].encode(), "text/plain"))
    open_each(quiet(app.run()))


def to_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def to_fifo(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


def to_link(file: Path, target: Path) -> None:
    file.unlink()
    file.symlink_to(target)


CHANGES: dict[str, Callable[[Path], object]] = {
    "cut": lambda file: file.write_text(line()),
    "emptied": lambda file: file.write_text(""),
    "deleted": Path.unlink,
    "folder": to_folder,
    "fifo": to_fifo,
    "link-to-folder": lambda file: to_link(file, file.parent),
    "link-to-itself": lambda file: to_link(file, file),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_file_that_is_cut_deleted_or_replaced_leaves_no_error_page(change: str, file: Path) -> None:
    file.write_text(line() * 20)
    app = quiet(opened("feed", lang="en", model="fifth"))
    CHANGES[change](file)
    thread = threading.Thread(target=lambda: GrowingFeed(file).read_newest(card_of(INPUTS)), daemon=True)
    thread.start()
    thread.join(WAIT_SECONDS)
    assert not thread.is_alive(), "a reader that waits for a FIFO holds all visits"
    quiet(app.run())
    assert ("all is well" in html_of(app)) == (change == "cut")
