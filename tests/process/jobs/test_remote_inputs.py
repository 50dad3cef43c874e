"""Promises of inputs in an object store, against a local S3: the same rows as from local files, and errors in a sentence."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from service.store.store import Store
from tests.support.databases import sqlite_url
from tests.support.job_runs import MODEL, content, newest_run, read_rows
from tests.support.repository import ROOT

SERVER = """
import sys
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.read()
"""
CLIENTS = 60


@pytest.fixture(scope="module")
def s3(files: Path) -> Iterator[str]:
    """The address of a local S3 with the files in one bucket."""
    process = subprocess.Popen([sys.executable, "-c", SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    assert process.stdout is not None
    url = f"http://127.0.0.1:{process.stdout.readline().strip()}"
    requests.put(f"{url}/bucket", timeout=30).raise_for_status()
    for file in files.rglob("*"):
        if file.is_file():
            requests.put(f"{url}/bucket/{file.relative_to(files)}", data=file.read_bytes(), timeout=30).raise_for_status()
    yield url
    process.communicate()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Clients as a folder with a hidden file and subfolders, and as a CSV."""
    folder = tmp_path_factory.mktemp("files")
    clients = read_rows(CLIENTS)
    for start, name in (
        (0, "month=1/0.parquet"),
        (20, "month=2/1.pq"),
        (40, "month=2/2.parquet"),
        (0, "month=2/.3.parquet"),
    ):
        (folder / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        clients.iloc[start : start + 20].to_parquet(folder / "in" / name)
    clients.to_csv(folder / "clients.csv", index=False)
    return folder


def run_job(source: str, folder: Path, bundles: Path, endpoint: str) -> "subprocess.CompletedProcess[str]":
    folder.mkdir(exist_ok=True)
    environment = os.environ | {
        "SERVICE_DATABASE_URL": sqlite_url(folder),
        "SERVICE_BUNDLES": str(bundles),
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    command = [sys.executable, "-m", "service.jobs", "predict", "--model", MODEL, "--input", source]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def stored(folder: Path) -> list[Any]:
    store = Store(sqlite_url(folder))
    rows = content(store, newest_run(store).id)
    store.close()
    return rows


@pytest.mark.parametrize("source", ["in", "in/month=2/1.pq", "clients.csv"])
def test_an_input_in_s3_gives_the_rows_of_the_same_local_files(
    source: str, s3: str, files: Path, tmp_path: Path, bundles: Path
) -> None:
    local = run_job(str(files / source), tmp_path / "local", bundles, s3)
    remote = run_job(f"s3://bucket/{source}", tmp_path / "remote", bundles, s3)
    assert (local.returncode, remote.returncode) == (0, 0), local.stderr + remote.stderr
    assert stored(tmp_path / "remote") == stored(tmp_path / "local")
    assert ("ignored: 1 files" in remote.stdout) == ("ignored: 1 files" in local.stdout) == (source == "in")


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("s3://bucket/nothing.parquet", "There is no Parquet file, folder of Parquet files or CSV file 'nothing.parquet'."),
        ("s3://nowhere/clients.csv", "There is no Parquet file, folder of Parquet files or CSV file 'clients.csv'."),
    ],
)
def test_an_input_that_is_not_in_s3_is_told_in_a_sentence(
    source: str, sentence: str, s3: str, tmp_path: Path, bundles: Path
) -> None:
    done = run_job(source, tmp_path, bundles, s3)
    assert (done.returncode, done.stderr.strip()) == (1, sentence)
