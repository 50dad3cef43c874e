"""Promises of a nightly job that is killed, or resumed with another input: it ends as if nothing had happened."""

import os
import pty
import re
import select as system
import sqlite3
import subprocess
import sys
import termios
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest
from sqlalchemy import NullPool, create_engine

from service.jobs.__main__ import main
from service.jobs.sources.partitions import BATCH_ROWS
from service.store import lookups, run_history
from service.store.store import Store
from tests.support.job_command import killed_before
from tests.support.job_runs import KINDS, MODEL, content
from tests.support.repository import ROOT


@pytest.fixture
def settings(tmp_path: Path, bundles: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SERVICE_DATABASE_URL", f"sqlite:///{tmp_path}/witryna.db")
    monkeypatch.setenv("SERVICE_BUNDLES", str(bundles))


def command(kind: str, given: Path | str, *more: str) -> list[str]:
    return [kind, "--model", MODEL, "--input", str(given), *more]


def served(store: Store) -> set[str]:
    """Return the runs from which some keys are answered."""
    held = lookups.find_records(store, MODEL, ["1", "2", "1999"])
    return {each.run for each in held.predictions.values()} | {each.run for each in held.features.values()}


AFTER_THE_SWITCH = {
    "after the switch": ("service.store.run_history:discard_old_runs", 1),
    "after old runs were marked": ("service.store.run_history:delete_discarded_rows", 2),
    "while their rows are deleted": ("service.store.run_history:delete", 4),
    "while files are written": ("service.jobs.run_files:{row}", 1500),
    "between the files": ("service.jobs.run_files:_write_file", 2),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("point", AFTER_THE_SWITCH)
@pytest.mark.usefixtures("settings")
def test_a_job_that_is_killed_after_the_switch_serves_the_whole_new_run_and_the_next_night_cleans_up(
    kind: str,
    point: str,
    inputs: dict[str, pd.DataFrame],
    sqlite_store: Store,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    inputs[kind].to_parquet(tmp_path / "in.parquet")
    arguments = command(kind, tmp_path / "in.parquet", "--output", str(tmp_path / "out"))
    monkeypatch.setenv("SERVICE_MAX_RUNS", "1")
    main(arguments)
    first = run_history.list_runs(sqlite_store).items[0]
    whole = content(sqlite_store, first.id)
    function, call = AFTER_THE_SWITCH[point]
    killed_before(function.format(row="_prediction_row" if kind == "predict" else "_feature_row"), call, arguments)
    second = run_history.list_runs(sqlite_store).items[0]
    assert (second.state, second.id != first.id, served(sqlite_store)) == ("published", True, {second.id})
    assert content(sqlite_store, second.id) == whole
    file = tmp_path / "out" / f"{second.kind}.parquet"
    assert pq.read_table(file).num_rows == first.rows
    assert pq.read_schema(file).metadata[b"run"].decode() in {first.id, second.id}
    main(arguments)
    third = run_history.list_runs(sqlite_store).items[0]
    assert {run.id: run.state for run in run_history.list_runs(sqlite_store).items} == {
        first.id: "discarded",
        second.id: "discarded",
        third.id: "published",
    }
    assert (content(sqlite_store, first.id), content(sqlite_store, second.id), content(sqlite_store, third.id)) == (
        [],
        [],
        whole,
    )
    assert pq.read_schema(file).metadata[b"run"].decode() == third.id
    assert sorted(each.name for each in (tmp_path / "out").iterdir()) == [file.name, "refused.parquet"]


@pytest.mark.usefixtures("settings")
def test_a_features_job_that_is_killed_while_it_sorts_leaves_nothing_behind_and_goes_on(
    inputs: dict[str, pd.DataFrame], sqlite_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "room").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "room"))
    inputs["features"].to_parquet(tmp_path / "in.parquet")
    arguments = command("features", tmp_path / "in.parquet")
    killed_before("service.jobs.external_sort:_bucket_index", 5000, arguments)
    begun = run_history.list_runs(sqlite_store).items[0]
    assert (begun.state, begun.rows, list((tmp_path / "room").iterdir())) == ("running", 0, [])
    main(arguments)
    ended = run_history.list_runs(sqlite_store).items[0]
    assert (ended.id, ended.state, ended.rows) == (begun.id, "published", 2000)


def appended(table: pd.DataFrame) -> pd.DataFrame:
    key = str(next(name for name in table if name in {"client_id", "client"}))
    return pd.concat([table, table.head(600).assign(**{key: table[key].head(600) + 100_000})])


def changed_late(table: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([table.head(BATCH_ROWS + 900), table.tail(len(table) - BATCH_ROWS - 906)])


def changed_early(table: pd.DataFrame) -> pd.DataFrame:
    return table.iloc[6:]


@pytest.mark.parametrize(
    ("change", "source", "kind"),
    [
        (appended, "file", "predict"),
        (appended, "table", "features"),
        (changed_early, "file", "features"),
        (changed_early, "table", "predict"),
        (changed_late, "file", "predict"),
        (changed_late, "table", "features"),
    ],
)
@pytest.mark.usefixtures("settings")
def test_a_run_that_goes_on_with_a_changed_input_holds_what_one_that_began_with_it_holds(
    change: Callable[[pd.DataFrame], pd.DataFrame],
    source: str,
    kind: str,
    inputs: dict[str, pd.DataFrame],
    sqlite_store: Store,
    tmp_path: Path,
) -> None:
    given = tmp_path / "in.parquet" if source == "file" else f"sqlite:///{tmp_path}/input.db#rows"

    def put(table: pd.DataFrame) -> None:
        if source == "file":
            table.to_parquet(tmp_path / "in.parquet")
        else:
            engine = create_engine(f"sqlite:///{tmp_path}/input.db", poolclass=NullPool)
            table.to_sql("rows", engine, index=False, if_exists="replace")

    put(inputs[kind])
    whole, left = run_history.store_batch, 1

    def add(*arguments: Any) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise KeyboardInterrupt
        whole(*arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run_history, "store_batch", add)
        with pytest.raises(SystemExit, match="continue this run"):
            main(command(kind, given))
    begun = run_history.list_runs(sqlite_store).items[0]
    assert (begun.state, begun.rows > 0) == ("running", True)
    put(change(inputs[kind]))
    main(command(kind, given))
    main(command(kind, given))
    clean, ended = run_history.list_runs(sqlite_store).items[:2]
    assert (clean.state, ended.state, ended.rows, ended.refused) == ("published", "superseded", clean.rows, clean.refused)
    assert content(sqlite_store, ended.id) == content(sqlite_store, clean.id) != []
    if kind == "predict":
        assert (ended.id == begun.id) == (change is not changed_early)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.usefixtures("settings")
def test_a_job_that_finds_the_database_locked_says_so_and_goes_on_when_it_is_free(
    kind: str, inputs: dict[str, pd.DataFrame], sqlite_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inputs[kind].to_parquet(tmp_path / "in.parquet")
    main(command(kind, tmp_path / "in.parquet"))
    with (
        monkeypatch.context() as patch,
        closing(sqlite3.connect(tmp_path / "witryna.db", isolation_level=None)) as outside,
    ):
        patch.setattr("service.jobs.__main__._LOCK_TIMEOUT_SECONDS", 0.2)
        outside.execute("BEGIN IMMEDIATE")
        with pytest.raises(SystemExit, match="locked by another program"):
            main(command(kind, tmp_path / "in.parquet"))
    main(command(kind, tmp_path / "in.parquet"))
    assert [run.state for run in run_history.list_runs(sqlite_store).items] == ["published", "superseded"]


@pytest.mark.usefixtures("settings")
def test_on_a_terminal_a_job_shows_how_far_it_is_and_elsewhere_it_does_not(
    inputs: dict[str, pd.DataFrame], tmp_path: Path
) -> None:
    inputs["predict"].to_parquet(tmp_path / "in.parquet")
    arguments = [sys.executable, "-m", "service.jobs", *command("predict", tmp_path / "in.parquet")]
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 120))
    job = subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE, stderr=theirs)
    os.close(theirs)
    shown = b""
    while system.select([ours], [], [], 60)[0]:
        try:
            shown += os.read(ours, 65_536)
        except OSError:  # the terminal's other end is closed: the job has ended
            break
    os.close(ours)
    assert job.stdout is not None
    said = job.stdout.read()
    job.stdout.close()
    assert job.wait(60) == 0
    assert re.search(rb"credit-default: 100%\|.*8\.29k/8\.29k.* rows/s", shown), shown
    assert b"is served" in said
    assert b"%|" not in said
    assert subprocess.run(arguments, cwd=ROOT, capture_output=True, check=True).stderr == b""
