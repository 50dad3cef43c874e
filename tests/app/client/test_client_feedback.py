"""The real client gives, follows, lists and reviews feedback in the real service."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from client import Client, InvalidAnswer, NewFeedback, Refused
from client.connection import Connection
from service.bundles.registry import Registry
from service.settings import Settings
from tests.support.databases import sqlite_url
from tests.support.formula_models import FLAT, FLAT_ROW
from tests.support.in_process_client import client_of
from tests.support.service_app import serve

ENTRY: NewFeedback = {
    "model": "flat-price",
    "version": "toy",
    "row": FLAT_ROW,
    "shown": {"page": "try"},
    "verdict": "disagree",
    "right_answer": {"value": 100.0},
    "comment": "too low\x00",
}


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    for app in serve(Settings(database_url=sqlite_url(tmp_path)), Registry.of([FLAT])):
        yield client_of(app)


def test_feedback_is_given_once_followed_listed_and_reviewed(client: Client) -> None:
    key = client.feedback.new_key()
    receipt = client.feedback.give(ENTRY, key)
    assert client.feedback.give(ENTRY, key) == receipt
    (entry,) = client.feedback.entries(model="flat-price", state="new")["items"]
    assert (entry["comment"], entry["right_answer"], entry["row"]) == ("too low\x00", {"value": 100.0}, FLAT_ROW)
    assert client.feedback.review(receipt["id"], "done", "Thank you.")["state"] == "done"
    assert client.feedback.follow(receipt["id"])["reply"] == "Thank you."
    assert client.feedback.entries(state="new")["items"] == []


def test_a_key_that_no_header_can_carry_is_refused_before_anything_is_sent(client: Client) -> None:
    for key in ("short", "with a space", "new\nline-in-it", "ą" * 20):
        with pytest.raises(Refused, match="`key`"):
            client.feedback.give(ENTRY, key)
    with pytest.raises(TypeError, match="`feedback`"):
        client.feedback.give("agree", client.feedback.new_key())  # type: ignore[arg-type]
    assert client.feedback.entries()["items"] == []


def test_a_refusal_names_its_field(client: Client) -> None:
    with pytest.raises(Refused) as refusal:
        client.feedback.give(ENTRY | {"row": FLAT_ROW | {"area": -1.0}}, client.feedback.new_key())
    assert refusal.value.errors[0]["pointer"] == "/row/area"


def test_answers_about_other_feedback_are_not_believed(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = (client.feedback.give(ENTRY, client.feedback.new_key()) for _ in range(2))
    call = Connection.call

    def spoiled(self: Connection, method: str, path: str, *arguments: Any, **options: Any) -> Any:
        return call(self, method, path.replace(first["id"], second["id"]).replace("accepted", "new"), *arguments, **options)

    monkeypatch.setattr(Connection, "call", spoiled)
    for ask in (
        lambda: client.feedback.follow(first["id"]),
        lambda: client.feedback.review(first["id"], "done"),
        lambda: client.feedback.entries(state="accepted"),
    ):
        with pytest.raises(InvalidAnswer):
            ask()
