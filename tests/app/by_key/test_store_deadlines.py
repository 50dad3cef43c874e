"""Promises of a store that does not answer: each question ends after its deadline, and live rows never wait for it."""

import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from service.store import lookups, run_history
from service.store.run_history import Progress
from service.store.store import Store
from tests.support.databases import MODEL, new_database, run_of, scored, sqlite_url
from tests.support.formula_models import FLAT_ROW
from tests.support.problem_check import check_problem
from tests.support.stored_entities import FLAT_MODEL, FLATS, ask, opened, put
from tests.support.swallowing_proxy import SwallowingProxy, behind_proxy

QUESTIONS = 30
"""More than the threads of the store and the calls that may wait for them."""


def questions_by_key(app: TestClient) -> list[Any]:
    """Send many questions to the store at once, and rows that need no store; return the answers of the questions."""
    live = [FLAT_ROW, FLAT_ROW | {"flat": "1"}]
    with ThreadPoolExecutor(QUESTIONS + len(live)) as pool:
        keyed = [pool.submit(ask, app, FLATS, {"flat": "1"}) for _ in range(QUESTIONS - 3)]
        keyed += [pool.submit(app.get, path) for path in (f"{FLATS}/entities/1", f"{FLATS}/entities", "/v1/runs")]
        without_store = [pool.submit(ask, app, FLATS, row) for row in live]
        assert [answer.result().status_code for answer in without_store] == [200, 200]
        return [answer.result() for answer in keyed]


@pytest.fixture
def file_app(tmp_path: Path) -> Iterator[TestClient]:
    store = Store(sqlite_url(tmp_path))
    put(store, FLAT_MODEL, {"1": FLAT_ROW})
    store.close()
    yield from opened(sqlite_url(tmp_path))


def test_many_questions_to_a_locked_database_are_all_refused_by_the_store(file_app: TestClient, tmp_path: Path) -> None:
    assert ask(file_app, FLATS, {"flat": "1"}).status_code == 200
    with closing(sqlite3.connect(tmp_path / "witryna.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        for answer in questions_by_key(file_app):
            check_problem(answer, 503, "storage_unavailable")
        other.execute("COMMIT")
    assert ask(file_app, FLATS, {"flat": "1"}).status_code == 200


@pytest.fixture
def proxied(postgres: Any) -> Iterator[tuple[TestClient, SwallowingProxy]]:
    """The app over a PostgreSQL that it reaches through a proxy."""
    with behind_proxy(new_database(postgres)) as (through_proxy, proxy):
        store = Store(through_proxy)
        put(store, FLAT_MODEL, {"1": FLAT_ROW})
        store.close()
        for app in opened(through_proxy):
            yield app, proxy


def test_many_questions_through_a_network_that_swallows_everything_are_all_refused_by_the_store(
    proxied: tuple[TestClient, SwallowingProxy],
) -> None:
    app, proxy = proxied
    assert ask(app, FLATS, {"flat": "1"}).status_code == 200
    proxy.pause()
    for answer in questions_by_key(app):
        check_problem(answer, 503, "storage_unavailable")
    proxy.resume()
    answers = [ask(app, FLATS, {"flat": "1"}).status_code for _ in range(5)]
    assert answers[-1] == 200


def test_a_reader_of_another_program_keeps_no_look_up_from_the_file_while_a_job_writes(tmp_path: Path) -> None:
    job_store, store = Store(sqlite_url(tmp_path), 60.0), Store(sqlite_url(tmp_path))
    run_of(job_store, ["1"])
    run = run_history.resume_or_start(job_store, "predictions", MODEL, "v1", "the next night").run
    with closing(sqlite3.connect(tmp_path / "witryna.db", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM runs").fetchall()
        batch: tuple[Any, ...] = (job_store, Progress(run, 1, "x"), scored(["1"], label="b"), [], 0.5)
        writer = threading.Thread(target=run_history.store_batch, args=batch)
        writer.start()
        for _ in range(20):
            assert lookups.find_records(store, MODEL, ["1"]).predictions["1"].prediction == '"a"'
            writer.join(0.05)
        assert writer.is_alive(), "the reader keeps the job from its commit"
        reader.execute("COMMIT")
    writer.join(60)
    run_history.publish(job_store, run)
    assert lookups.find_records(store, MODEL, ["1"]).predictions["1"].prediction == '"b"'
    for each in (job_store, store):
        each.close()
