"""The promise over everything: the same row gives the same number, whatever way it takes."""

import csv
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import requests

from client import Client
from pipeline import enrich
from service.bundles.bundle_files import read_card
from service.jobs.__main__ import main as job
from service.training.credit import FIELDS, read_clients
from service.training.recipe import DATA
from tests.support.row_files import MEDIA, written
from tests.support.server_process import Program, free_port, running
from tests.support.sklearn_pipelines import pipeline_of

MODEL, CHANCE = "credit-default", "probability_default"
CLIENTS = 300


@pytest.fixture(scope="module")
def clients(clients_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first clients of the bundled data with their key, as the nightly job takes them."""
    file = tmp_path_factory.mktemp("clients") / "clients.parquet"
    pq.write_table(pq.read_table(clients_file).slice(0, CLIENTS), file)
    return file


@pytest.fixture(scope="module")
def service(bundles: Path, clients: Path) -> Iterator[Program]:
    """The service over a store that holds last night's answers."""
    port, database = free_port(), f"sqlite:///{clients.parent}/witryna.db"
    settings = {"SERVICE_PORT": str(port), "SERVICE_BUNDLES": str(bundles), "SERVICE_DATABASE_URL": database}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in settings.items():
            patch.setenv(name, value)
        job(["predict", "--model", MODEL, "--input", str(clients)])
        job(["features", "--model", MODEL, "--input", str(DATA / "card_statements.parquet")])
    with running(Program("service", "/health/ready", port, **settings)) as started:
        yield started


def rows_of(clients: Path, bundles: Path) -> list[dict[str, Any]]:
    names = [field.name for field in read_card(bundles / MODEL).inputs]
    rows: list[dict[str, Any]] = pq.read_table(clients, columns=names).to_pylist()
    return rows


@pytest.fixture(scope="module")
def expected(service: Program, clients: Path, bundles: Path) -> list[float]:
    """What JSON says."""
    said = Client(service.url).predict(MODEL, rows_of(clients, bundles))["predictions"]
    return [each["probabilities"]["default"] for each in said]


def test_a_row_alone_gets_the_number_that_it_gets_in_company(
    service: Program, clients: Path, bundles: Path, expected: list[float]
) -> None:
    client = Client(service.url)
    rows = rows_of(clients, bundles)[:40]
    alone = [client.predict(MODEL, [row])["predictions"][0]["probabilities"]["default"] for row in rows]
    assert alone == expected[:40]


def in_decimals(table: pa.Table) -> pa.Table:
    """Return a table with every fraction as the decimal that spells it."""
    kind = pa.decimal256(76, 40)
    columns = {
        field.name: pa.array([Decimal(repr(value)) for value in column.to_pylist()], kind)
        if pa.types.is_floating(field.type)
        else column
        for field, column in zip(table.schema, table.columns, strict=True)
    }
    return pa.table(columns)


@pytest.mark.parametrize("fractions", ["doubles", "decimals"])
@pytest.mark.parametrize("kind", ["csv", "arrow", "parquet"])
def test_a_file_gets_the_numbers_of_json(
    kind: str, fractions: str, service: Program, clients: Path, bundles: Path, expected: list[float]
) -> None:
    table = pa.Table.from_pylist(rows_of(clients, bundles))
    body = written(in_decimals(table) if fractions == "decimals" else table, kind)
    headers = {"Content-Type": MEDIA[kind], "Accept": MEDIA["arrow"]}
    answer = requests.post(f"{service.url}/v1/models/{MODEL}/predictions", body, headers=headers, timeout=30)
    assert pa.ipc.open_stream(answer.content).read_all()[CHANCE].to_pylist() == expected


def test_last_night_says_what_is_said_now(service: Program, clients: Path, expected: list[float]) -> None:
    keys = pq.read_table(clients)["client_id"].to_pylist()
    answer = Client(service.url).predict(MODEL, [{"client_id": key} for key in keys])
    assert answer["source"] == "stored"
    assert [each["probabilities"]["default"] for each in answer["predictions"]] == expected


def test_a_night_on_dask_says_what_is_said_now(
    clients: Path, bundles: Path, tmp_path: Path, expected: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SERVICE_BUNDLES", str(bundles))
    monkeypatch.setenv("SERVICE_DATABASE_URL", f"sqlite:///{tmp_path}/witryna.db")
    job(["predict", "--model", MODEL, "--input", str(clients), "--engine", "dask", "--output", str(tmp_path)])
    result = pq.read_table(tmp_path / "predictions.parquet", columns=["client_id", CHANCE]).to_pylist()
    chances = {each["client_id"]: each[CHANCE] for each in result}
    keys = pq.read_table(clients)["client_id"].to_pylist()
    assert [chances[str(key)] for key in keys] == expected


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_night_from_a_csv_or_from_decimals_says_what_is_said_now(
    ending: str, clients: Path, bundles: Path, tmp_path: Path, expected: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    table = pq.read_table(clients)
    source = tmp_path / f"in.{ending}"
    source.write_bytes(written(in_decimals(table) if ending == "parquet" else table, ending))
    assert by_night(MODEL, "client_id", source, bundles, monkeypatch, CHANCE) == expected


COMMENTS = ["Great room", None, "0", " ", 'He said "no",\nthen left', "null", "żółć"]


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_text_or_none_is_the_same_by_night_in_a_file_and_in_json(
    ending: str, service: Program, bundles: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    readable = [each for each in COMMENTS if each and each.strip()]
    said = Client(service.url).predict("comment-sentiment", [{"comment": each} for each in readable])["predictions"]
    label = next(iter(said[0]["probabilities"]))
    answers = iter(each["probabilities"][label] for each in said)
    expected = [next(answers) if each in readable else None for each in COMMENTS]
    body = written(pa.table({"id": range(len(COMMENTS)), "comment": COMMENTS}), ending)
    headers = {"Content-Type": MEDIA[ending], "Accept": MEDIA["arrow"]}
    answer = requests.post(f"{service.url}/v1/models/comment-sentiment/predictions", body, headers=headers, timeout=30)
    assert pa.ipc.open_stream(answer.content).read_all()[f"probability_{label}"].to_pylist() == expected
    source = tmp_path / f"in.{ending}"
    source.write_bytes(body)
    assert by_night("comment-sentiment", "id", source, bundles, monkeypatch, f"probability_{label}") == expected


def by_night(
    model: str, key: str, source: Path, bundles: Path, patch: pytest.MonkeyPatch, column: str
) -> list[float | None]:
    """Return what a nightly run into a store of its own says, in the order of the input; None where a row was refused."""
    patch.setenv("SERVICE_BUNDLES", str(bundles))
    patch.setenv("SERVICE_DATABASE_URL", f"sqlite:///{source.parent}/witryna.db")
    job(["predict", "--model", model, "--input", str(source), "--key", key, "--output", str(source.parent)])
    result = pq.read_table(source.parent / "predictions.parquet").to_pylist()
    values = {each[key]: each[column] for each in result}
    keys = csv_keys(source, key) if source.suffix == ".csv" else pq.read_table(source)[key].to_pylist()
    return [values.get(str(each)) for each in keys]


def csv_keys(source: Path, key: str) -> list[str]:
    with source.open(encoding="utf-8", newline="") as text:
        return [row[key] for row in csv.DictReader(text)]


def test_nightly_features_and_a_key_alone_say_what_the_training_row_says(service: Program) -> None:
    """Clients of whom no prediction is stored."""
    table = read_clients().iloc[CLIENTS : 2 * CLIENTS]
    rows = [{str(name): value for name, value in row.items()} for row in table[FIELDS].to_dict("records")]
    client = Client(service.url)
    by_key = client.predict(MODEL, [{"client_id": int(key)} for key in table["ID"]])
    by_row = client.predict(MODEL, rows)
    assert by_key["source"] == "live"
    assert [each["probabilities"] for each in by_key["predictions"]] == [
        each["probabilities"] for each in by_row["predictions"]
    ]


@pytest.mark.parametrize("ending", ["jsonl", "csv", "parquet"])
def test_the_pipeline_writes_what_json_says(
    ending: str, service: Program, clients: Path, tmp_path: Path, expected: list[float]
) -> None:
    table = pq.read_table(clients)
    source, target = tmp_path / f"in.{ending}", tmp_path / f"out.{ending}"
    if ending == "jsonl":
        source.write_text("".join(json.dumps(row) + "\n" for row in table.to_pylist()), encoding="utf-8")
    else:
        source.write_bytes(written(table, ending))
    summary = enrich(MODEL, source, target, url=service.url)
    assert (summary.enriched, summary.failed) == (CLIENTS, 0)
    assert found_in(target) == expected


def found_in(target: Path) -> list[float]:
    if target.suffix == ".parquet":
        values: list[float] = pq.read_table(target)[CHANCE].to_pylist()
        return values
    if target.suffix == ".jsonl":
        return [json.loads(line)[CHANCE] for line in target.read_text(encoding="utf-8").splitlines()]
    head, *lines = [line.split(",") for line in target.read_text(encoding="utf-8").splitlines()]
    return [float(line[head.index(CHANCE)]) for line in lines]


def test_the_number_is_scikit_learns(clients: Path, bundles: Path, expected: list[float]) -> None:
    """The gate that every bundle passed, seen from the other end: real clients, to a millionth."""
    names = [field.name for field in read_card(bundles / MODEL).inputs]
    theirs = pipeline_of(MODEL).predict_proba(pq.read_table(clients, columns=names).to_pandas()[names])[:, 1]
    np.testing.assert_allclose(expected, theirs, atol=1e-6)
