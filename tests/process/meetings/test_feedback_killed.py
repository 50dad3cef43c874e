"""Promises of feedback when the service is killed: what was acknowledged is stored, and nothing is stored twice."""

import sqlite3
from contextlib import closing
from pathlib import Path

from tests.support.databases import sqlite_url
from tests.support.feedback_ledger import Ledger, entry_for, kill_while_writing, patient_client
from tests.support.server_process import running, service_program

KILLS, MODEL = 3, "diamond-price"


def test_a_service_that_is_killed_while_people_write_loses_nothing_and_stores_nothing_twice(
    bundles: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "bundles"
    folder.mkdir()
    (folder / MODEL).symlink_to((bundles / MODEL).resolve())
    with running(service_program(folder, SERVICE_DATABASE_URL=sqlite_url(tmp_path))) as program:
        kill_while_writing(program, Ledger(patient_client(program.url), entry_for(program.url)), KILLS)
    with closing(sqlite3.connect(tmp_path / "witryna-meetings.db")) as file:
        assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)
