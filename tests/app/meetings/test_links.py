"""Promises of short links: one id for one content, that cannot be guessed, read without a write, gone after their time."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, text, update
from starlette.testclient import TestClient

from client import Refused
from service.bundles.registry import Registry
from service.settings import Settings
from service.store.meetings import link_records
from service.store.meetings.meeting_tables import links
from service.store.schema import MEETINGS
from service.store.store import Store
from tests.support.databases import sqlite_url
from tests.support.formula_models import FLAT
from tests.support.in_process_client import client_of
from tests.support.problem_check import check_problem
from tests.support.service_app import serve


@pytest.fixture
def app(url: str) -> Iterator[TestClient]:
    """The app over a store of either kind."""
    yield from serve(Settings(database_url=url), Registry.of([FLAT]))


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    kept = Store(url, schema=MEETINGS)
    kept.prepare()
    yield kept
    kept.close()


@pytest.fixture(scope="module")
def file_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    yield from serve(Settings(database_url=sqlite_url(tmp_path_factory.mktemp("links"))), Registry.of([FLAT]))


def test_a_link_gives_back_what_was_stored(app: TestClient) -> None:
    answer = app.post("/v1/links", json={"content": "abc-_9"})
    link = answer.json()
    assert (answer.status_code, link["content"]) == (201, "abc-_9")
    assert app.get(f"/v1/links/{link['id']}").json() == link
    left = datetime.fromisoformat(link["expires"]) - datetime.now(UTC)
    assert timedelta(days=89) < left <= timedelta(days=90)


def test_the_same_content_has_one_link_also_from_many_at_once(app: TestClient) -> None:
    ids: list[str] = []
    threads = [
        threading.Thread(target=lambda: ids.append(app.post("/v1/links", json={"content": "same"}).json()["id"]))
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ids) == 6
    assert len(set(ids)) == 1


def test_an_id_says_nothing_of_the_content_and_of_other_ids(file_app: TestClient, tmp_path: Path) -> None:
    ids = {file_app.post("/v1/links", json={"content": f"c{index}"}).json()["id"] for index in range(50)}
    assert len(ids) == 50
    assert {len(each) for each in ids} == {20}, "120 bits"
    (elsewhere,) = (
        other.post("/v1/links", json={"content": "c0"}).json()["id"]
        for other in serve(Settings(database_url=sqlite_url(tmp_path)), Registry.of([FLAT]))
    )
    assert elsewhere not in ids


@pytest.mark.parametrize("id", ["x", "A" * 20, "A" * 21, "%00" * 20, "..%2F..%2Fmodels%2Fabcdef"])
def test_another_id_is_no_link(id: str, file_app: TestClient) -> None:  # noqa: A002
    answer = file_app.get(f"/v1/links/{id}")
    assert answer.status_code == 404
    if "%2F" not in id:
        check_problem(answer, 404, "unknown_link")


@pytest.mark.parametrize("content", ["", "a b", "ż", "a\x00", "<b>", "a" * 65_537, None, 7])
def test_only_letters_of_an_address_are_stored(content: object, file_app: TestClient) -> None:
    assert file_app.post("/v1/links", json={"content": content}).status_code in {400, 422}
    assert file_app.post("/v1/links", json={"content": "a" * 65_536}).status_code == 201


def test_reading_a_link_writes_nothing(store: Store) -> None:
    link = link_records.add_link(store, "abc")
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        assert link_records.find_link(store, link.id) == link
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert statements
    assert all(each.lstrip().upper().startswith(("SELECT", "PRAGMA", "BEGIN")) for each in statements)


def test_a_link_ends_after_ninety_days_unless_it_is_stored_again(store: Store) -> None:
    old, young = link_records.add_link(store, "old"), link_records.add_link(store, "young")
    past = (datetime.now(UTC) - timedelta(days=link_records.LINK_DAYS, minutes=1)).isoformat(timespec="milliseconds")
    with store.writing() as connection:
        connection.execute(update(links).where(links.c.id == old.id).values(created=past.replace("+00:00", "Z")))
    assert link_records.find_link(store, old.id) is None
    assert link_records.add_link(store, "old").id == old.id
    assert link_records.find_link(store, old.id) is not None
    with store.writing() as connection:
        connection.execute(update(links).where(links.c.id == old.id).values(created=past.replace("+00:00", "Z")))
    link_records.add_link(store, "another")
    with store.reading() as connection:
        assert connection.scalar(text("SELECT count(*) FROM links")) == 2
    assert link_records.find_link(store, young.id) is not None


def test_the_oldest_links_make_room_for_new_ones(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_records, "MAX_LINKS", 3)
    moments = iter(f"2999-01-01T00:00:0{second}.000Z" for second in range(9))
    monkeypatch.setattr(link_records, "now", lambda: next(moments))
    made = [link_records.add_link(store, f"c{index}") for index in range(5)]
    assert [link_records.find_link(store, each.id) is not None for each in made] == [False, False, True, True, True]


def test_the_client_stores_and_reads_links(file_app: TestClient) -> None:
    client = client_of(file_app)
    link = client.links.create("packed")
    assert client.links.create("packed")["id"] == link["id"]
    assert client.links.read(link["id"])["content"] == "packed"
    with pytest.raises(Refused) as refusal:
        client.links.read("A" * 20)
    assert (refusal.value.status, refusal.value.code) == (404, "unknown_link")
