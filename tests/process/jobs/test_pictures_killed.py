"""Promises of nightly pictures that are killed: each picture is stored once."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.jobs.__main__ import main
from service.store import run_history
from service.store.store import Store
from tests.support.databases import sqlite_url
from tests.support.job_command import KILLED_BEFORE_COMMIT, killed_before
from tests.support.picture_jobs import MODEL, contents, write_bundle, write_measured, write_pictures
from tests.support.repository import ROOT

PICTURES = 10
POINTS = {
    "before the second batch is committed": ("commit", "store_batch", 2),
    "before the run is published": ("commit", "publish", 1),
    "while a batch is measured": ("call", "service.jobs.pictures.picture_job:measure_batch", 3),
    "while a file is written": ("call", "service.jobs.run_files:picture_row", 5),
}


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setenv("SERVICE_DATABASE_URL", sqlite_url(tmp_path))
    monkeypatch.setenv("SERVICE_BUNDLES", str(write_bundle(tmp_path / "bundles")))
    opened = Store(sqlite_url(tmp_path), 60.0)
    opened.prepare()
    yield opened
    opened.close()


@pytest.mark.parametrize("point", POINTS)
def test_a_killed_job_goes_on_and_stores_each_picture_once(point: str, store: Store, tmp_path: Path) -> None:
    folder = write_pictures(tmp_path / "in", PICTURES)
    arguments = ["pictures", "--model", MODEL, "--input", str(folder), "--output", str(tmp_path / "out")]
    arguments += ["--computed", str(write_measured(folder, tmp_path / "measured.parquet"))]
    how, function, call = POINTS[point]
    if how == "call":
        killed_before(function, call, arguments)
    else:
        program = [sys.executable, "-c", KILLED_BEFORE_COMMIT, str(call), function, *arguments]
        assert subprocess.run(program, cwd=ROOT, capture_output=True, check=False).returncode == -signal.SIGKILL
    (killed,) = run_history.list_runs(store).items
    main(arguments)
    runs = run_history.list_runs(store).items
    assert (killed.state, len(runs)) == (("published", 2) if "file" in point else ("running", 1))
    assert (runs[0].state, runs[0].rows, runs[0].refused) == ("published", PICTURES, 0)
    stored = contents(store, runs[0].id)
    assert [stored[f"p{index:02}"][0]["words"] for index in range(PICTURES)] == list(range(PICTURES))
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["features.parquet", "refused.parquet"]
