"""Promises of service/store/, on SQLite and on a real PostgreSQL: whole runs, each key once, nothing lost in silence."""

import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import MetaData, inspect, select, text
from sqlalchemy.pool import QueuePool

from service.errors import BrokenStorage, StorageUnavailable
from service.store import lookups, run_history
from service.store.run_history import NoEarlierRun, Overtaken, Progress
from service.store.schema import RUNS
from service.store.store import Store
from service.store.tables import metadata, runs
from tests.support.databases import MODEL, run_of, scored, sqlite_url


def states(store: Store) -> dict[str, str]:
    return {run.id: run.state for run in run_history.list_runs(store).items}


def test_the_migrations_make_the_tables_that_the_program_speaks_of(store: Store) -> None:
    with store.reading() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == RUNS.newest
        result = MetaData()
        result.reflect(connection)
        for table in metadata.sorted_tables:
            made = result.tables[table.name]
            assert [(c.name, c.nullable, c.primary_key) for c in made.columns] == [
                (c.name, c.nullable, c.primary_key) for c in table.columns
            ]
            assert {index.name for index in made.indexes} == {index.name for index in table.indexes}
            assert len(made.foreign_keys) == len(table.foreign_keys)
        assert set(result.tables) == {*metadata.tables, "alembic_version"}


def test_several_programs_that_start_at_once_make_one_database(url: str) -> None:
    stores = [Store(url, timeout_seconds=20) for _ in range(4)]
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(Store.prepare, stores))
    with stores[0].reading() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all() == [RUNS.newest]
    for store in stores:
        store.close()


def test_nothing_of_a_run_is_found_before_it_is_published_and_all_of_it_afterwards(store: Store) -> None:
    run = run_of(store, ["1", "2"], publish=False)
    assert lookups.find_records(store, MODEL, ["1", "2"]).predictions == {}
    run_history.publish(store, run)
    result = lookups.find_records(store, MODEL, ["1", "2", "3"]).predictions
    assert result.keys() == {"1", "2"}
    assert {each.run for each in result.values()} == {run}
    assert lookups.find_records(store, "another", ["1"]).predictions == {}


def test_more_keys_than_fit_into_one_statement_are_found(store: Store) -> None:
    keys = [str(number) for number in range(12_000)]
    run_of(store, keys)
    assert lookups.find_records(store, MODEL, keys).predictions.keys() == set(keys)


def test_a_newer_run_takes_the_place_of_the_older_one(store: Store) -> None:
    old, new = run_of(store, ["1"], "old"), run_of(store, ["1"], "new")
    assert lookups.find_records(store, MODEL, ["1"]).predictions["1"].prediction == '"new"'
    assert states(store) == {old: "superseded", new: "published"}


def test_two_published_runs_of_a_model_cannot_be(store: Store) -> None:
    run_of(store, ["1"], "old")
    other = run_of(store, ["1"], "new", publish=False)
    with pytest.raises(Exception, match=r"(?i)unique"), store.writing() as connection:
        connection.execute(runs.update().where(runs.c.id == other).values(state="published"))


def test_a_key_that_a_run_holds_already_is_refused_with_the_row_that_has_it(store: Store) -> None:
    begun = run_history.resume_or_start(store, "predictions", MODEL, "v1", "s")
    run_history.store_batch(store, Progress(begun.run, 3, "x"), scored(["1", "2", "1"]), [], 0)
    run_history.store_batch(store, Progress(begun.run, 5, "x"), scored(["2", "3"], start=4), [], 0)
    run_history.publish(store, begun.run)
    run = run_history.find_run(store, begun.run)
    assert (run.rows, run.refused) == (3, 2)
    (page,) = lookups.refused_of(store, begun.run, 10)
    assert [(row["place"], row["key"], row["code"], row["message"]) for row in page] == [
        (3, "1", "duplicate_key", "Row 1 already has this key."),
        (4, "2", "duplicate_key", "Row 2 already has this key."),
    ]
    pages = list(lookups.predictions_of(store, begun.run, 2))
    assert [row["key"] for page in pages for row in page] == ["1", "2", "3"]
    assert len(pages) == 2


def test_an_unfinished_run_goes_on_for_the_same_source_and_version_and_for_no_other(store: Store) -> None:
    begun = run_history.resume_or_start(store, "predictions", MODEL, "v1", "source")
    run_history.store_batch(store, Progress(begun.run, 1, "d"), scored(["1"]), [], 0)
    assert run_history.resume_or_start(store, "predictions", MODEL, "v1", "source") == Progress(begun.run, 1, "d")
    run_history.mark_failed(store, begun.run)
    assert run_history.resume_or_start(store, "predictions", MODEL, "v1", "source").run == begun.run
    other = run_history.resume_or_start(store, "predictions", MODEL, "v2", "source")
    assert (other.position, states(store)) == (0, {begun.run: "discarded", other.run: "running"})
    run_history.delete_discarded_rows(store, "predictions", MODEL)
    assert list(lookups.predictions_of(store, begun.run, 10)) == []


def test_rolling_back_goes_to_the_run_before_and_never_to_one_that_was_taken_back(store: Store) -> None:
    first, bad = run_of(store, ["1"], "first"), run_of(store, ["1"], "bad")
    assert run_history.roll_back(store, "predictions", MODEL).id == first
    assert lookups.find_records(store, MODEL, ["1"]).predictions["1"].run == first
    with pytest.raises(NoEarlierRun):
        run_history.roll_back(store, "predictions", MODEL)
    third = run_of(store, ["1"], "third")
    assert run_history.roll_back(store, "predictions", MODEL).id == first
    assert states(store) == {first: "published", bad: "withdrawn", third: "withdrawn"}


def test_pruning_keeps_the_published_run_and_the_newest_that_can_be_gone_back_to(store: Store) -> None:
    made = [run_of(store, ["1"], str(number)) for number in range(4)]
    run_history.roll_back(store, "predictions", MODEL)
    run_history.discard_old_runs(store, "predictions", MODEL, 2)
    assert [states(store)[run] for run in made] == ["discarded", "superseded", "published", "discarded"]
    run_history.discard_old_runs(store, "predictions", MODEL, 1)
    assert [states(store)[run] for run in made] == ["discarded", "discarded", "published", "discarded"]
    assert lookups.find_records(store, MODEL, ["1"]).predictions["1"].run == made[2]


def test_sweeping_deletes_all_that_discarded_runs_hold_and_nothing_else(store: Store) -> None:
    old = run_history.resume_or_start(store, "predictions", MODEL, "v1", "old")
    run_history.store_batch(
        store, Progress(old.run, 6001, "x"), scored([str(number) for number in range(6000)] + ["1"]), [], 0
    )
    new = run_of(store, [str(number) for number in range(100)], "new")
    run_history.delete_discarded_rows(store, "predictions", MODEL)
    assert states(store) == {old.run: "discarded", new: "published"}
    assert (list(lookups.predictions_of(store, old.run, 10)), list(lookups.refused_of(store, old.run, 10))) == ([], [])
    assert len(lookups.find_records(store, MODEL, [str(number) for number in range(6000)]).predictions) == 100


def test_a_new_connection_lets_go_of_no_lock_of_another_one(tmp_path: Path) -> None:
    """Closing a file lets go of all locks of a process on it: nothing but SQLite may open it."""
    store, other = Store(sqlite_url(tmp_path)), Store(sqlite_url(tmp_path), timeout_seconds=0.1)
    store.prepare()
    outside = [
        sys.executable,
        "-c",
        "import sqlite3, sys; sqlite3.connect(sys.argv[1], timeout=0).execute('BEGIN IMMEDIATE')",
    ]
    with store.writing() as connection:
        run_history._insert_run(connection, "predictions", MODEL, "v", "s")
        other.prepare()
        assert run_history.list_runs(other).items == []
        other.close()
        done = subprocess.run([*outside, str(tmp_path / "witryna.db")], capture_output=True, text=True, check=False)
        assert "locked" in done.stderr
    assert len(run_history.list_runs(store).items) == 1
    store.close()


def test_the_history_is_read_page_by_page_the_newest_first(store: Store) -> None:
    made = [run_of(store, [], str(number)) for number in range(run_history.PAGE + 3)]
    first = run_history.list_runs(store)
    second = run_history.list_runs(store, after=first.next)
    assert [run.id for run in first.items + second.items] == sorted(made, reverse=True)
    assert second.next is None
    assert run_history.list_runs(store, "another").items == []


def test_only_one_holds_a_name_at_a_time(store: Store) -> None:
    store.prepare()
    with (
        store.database.try_lock("a") as first,
        store.database.try_lock("a") as second,
        store.database.try_lock("b") as other,
    ):
        assert (first is None, second is None, other is None) == (False, True, False)
    with store.database.try_lock("a") as again:
        assert again


def test_a_lock_that_cannot_be_taken_for_another_reason_than_a_holder_is_told_in_a_sentence(tmp_path: Path) -> None:
    store = Store(sqlite_url(tmp_path))
    store.prepare()
    (tmp_path / "witryna.db.a.lock").mkdir()
    with pytest.raises(BrokenStorage, match="lock beside the database"), store.database.try_lock("a"):
        pass
    store.close()


def test_a_job_that_was_overtaken_keeps_nothing_and_switches_to_nothing(store: Store) -> None:
    served = run_of(store, ["1"], "served")
    begun = run_history.resume_or_start(store, "predictions", MODEL, "v1", "s")
    run_history.store_batch(store, Progress(begun.run, 2, "ours"), scored(["1", "2"]), [], 0)
    with pytest.raises(Overtaken):
        run_history.store_batch(store, Progress(begun.run, 2, "theirs"), scored(["1", "2"], label="twice"), [], 0)
    assert [row["prediction"] for row in next(lookups.predictions_of(store, begun.run, 9))] == ['"a"', '"a"']
    other = run_history.resume_or_start(store, "predictions", MODEL, "v1", "another")
    for write in (
        lambda: run_history.store_batch(store, Progress(begun.run, 3, "x"), scored(["3"]), [], 0),
        lambda: run_history.publish(store, begun.run),
        lambda: run_history.restart(store, begun.run),
    ):
        with pytest.raises(Overtaken):
            write()
    run_history.mark_failed(store, begun.run)
    assert states(store) == {served: "published", begun.run: "discarded", other.run: "running"}
    assert list(lookups.predictions_of(store, begun.run, 9)) == []
    run_history.publish(store, other.run)
    with pytest.raises(Overtaken):
        run_history.publish(store, other.run)


def test_runs_are_in_the_order_in_which_they_began_also_when_the_clock_goes_back(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = run_of(store, ["1"], "first")
    for time in ("2020-01-01T00:00:00.000Z", "2020-01-01T00:00:00.000Z", "2019-12-31T23:59:59.999Z"):
        monkeypatch.setattr(run_history, "now", lambda time=time: time)
        last = run_of(store, ["1"], time)
    monkeypatch.undo()
    latest = run_of(store, ["1"], "latest")
    made = [run.id for run in run_history.list_runs(store).items]
    assert (made[0], made[1], made[-1], len(made)) == (latest, last, first, 5)
    assert run_history.roll_back(store, "predictions", MODEL).id == last
    assert [len(name) for name in made] == [len(first)] * 5


def test_a_batch_may_have_more_keys_than_a_statement_takes_parameters(store: Store) -> None:
    begun = run_history.resume_or_start(store, "features", MODEL, "v1", "s")
    many = [{"key": str(index), "place": index, "fields": "{}", "computed_at": "t"} for index in range(1, 70_001)]
    run_history.store_batch(store, Progress(begun.run, 70_000, "x"), many, [], 0)
    again = [{**many[index], "place": 70_001 + index} for index in (0, 69_999)]
    run_history.store_batch(store, Progress(begun.run, 70_002, "y"), again, [], 0)
    run = run_history.find_run(store, begun.run)
    assert (run.rows, run.refused) == (70_000, 2)


def test_a_transaction_that_fails_leaves_nothing(store: Store) -> None:
    store.prepare()

    def break_off() -> None:
        with store.writing() as connection:
            run_history._insert_run(connection, "predictions", MODEL, "v", "s")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()
    assert states(store) == {}
    with store.reading() as connection:
        assert connection.execute(select(runs)).all() == []


def test_a_database_of_a_newer_schema_is_refused_and_left_alone(store: Store, url: str) -> None:
    run_of(store, ["1"])
    with store.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    newer = Store(url)
    with pytest.raises(StorageUnavailable, match="newer program"):
        newer.prepare()
    with store.writing() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "9999"
        connection.execute(text("UPDATE alembic_version SET version_num = :newest"), {"newest": RUNS.newest})
    assert lookups.find_records(newer, MODEL, ["1"]).predictions
    newer.close()


def test_another_programs_database_is_refused_and_left_alone(store: Store) -> None:
    store.database.create_missing_file()
    with store.database.writing() as connection:
        connection.execute(text("CREATE TABLE theirs (a INTEGER)"))
    with pytest.raises(StorageUnavailable, match="another program"):
        store.prepare()
    with store.database.reading() as connection:
        assert inspect(connection).get_table_names() == ["theirs"]


@pytest.mark.parametrize(
    "url", ["nonsense", "mysql://x/y", "sqlite://", "sqlite:///:memory:", "postgresql://", "sqlite+nothing:///x.db", ""]
)
def test_an_address_of_no_known_kind_is_refused_with_a_sentence(url: str) -> None:
    with pytest.raises(BrokenStorage, match="looks like"):
        Store(url)


def test_sqlite_keeps_every_commit_on_the_disk(tmp_path: Path) -> None:
    store = Store(sqlite_url(tmp_path))
    with store.reading() as connection:
        names = ("journal_mode", "synchronous", "foreign_keys", "cache_spill")
        settings = [connection.scalar(text(f"PRAGMA {name}")) for name in names]
    assert settings == ["delete", 2, 1, 0]
    store.close()
    assert sqlite3.connect(tmp_path / "witryna.db").execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_database_of_the_schema_before_is_migrated_and_keeps_its_runs(url: str) -> None:
    old = Store(url)
    old.database.create_missing_file()
    with old.database.writing() as connection:
        RUNS.upgrade(connection, "0001")
        connection.execute(
            text(
                "INSERT INTO runs VALUES ('20260101', 'm', 'v', 'predictions', 'published', 't', 't', 1, 0, 1.5, 's', 1, 'd')"
            )
        )
        connection.execute(text("INSERT INTO stored_predictions VALUES ('20260101', '17', 1, '{}', '{}', 't')"))
    old.database.write_mark()
    old.close()
    store = Store(url)
    held = lookups.find_records(store, "m", ["17"])
    assert held.predictions["17"].run == "20260101"
    assert held.features == {}
    begun = run_history.resume_or_start(store, "features", "m", "v", "s")
    fields = {"key": "17", "place": 1, "fields": "{}", "computed_at": "t"}
    run_history.store_batch(store, run_history.Progress(begun.run, 1, "d"), [fields], [], 0.1)
    run_history.publish(store, begun.run)
    assert lookups.find_records(store, "m", ["17"]).features["17"].run == begun.run
    assert [run.state for run in run_history.list_runs(store).items] == ["published", "published"]
    store.close()


@pytest.mark.parametrize("mode", ["reading", "writing"])
def test_a_connection_that_comes_back_after_the_store_was_closed_is_closed(mode: str, url: str) -> None:
    """A question that nobody waits for any more ends after a fault, or the end of the service, closed the store."""
    store = Store(url)
    store.prepare()
    pool = store.database.engine.pool
    with getattr(store, mode)():
        store.close()
    assert isinstance(pool, QueuePool)
    assert pool.checkedin() == 0
    store.close()
