"""Promises of what a nightly job reads: a CSV as the API reads it, and never the store's own file."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from service.jobs.__main__ import main
from service.schemas import Card
from service.scoring.bundle import read_card
from service.store.store import Store
from service.store.tables import refused_rows, stored_predictions

MODEL = "credit-default"
Job = Callable[..., None]


@pytest.fixture(scope="module")
def card(bundles: Path) -> Card:
    return read_card(bundles / MODEL)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(f"sqlite:///{tmp_path}/witryna.db", 60.0)
    yield opened
    opened.close()


@pytest.fixture
def job(tmp_path: Path, bundles: Path, monkeypatch: pytest.MonkeyPatch) -> Job:
    monkeypatch.setenv("SERVICE_DATABASE_URL", f"sqlite:///{tmp_path}/witryna.db")
    monkeypatch.setenv("SERVICE_BUNDLES", str(bundles))

    def run(source: str | Path, *options: str) -> None:
        main(["predict", "--model", MODEL, "--input", str(source), *options])

    return run


def messy(card: Card) -> list[str]:
    """Real rows as an office writes them: decimal commas, a column more, one row cut short, some cells that are none."""
    rows = [[str(value).replace(".", ",") for value in row.values()] for row in card.real_rows[:30]]
    rows[3][0] = "brak"
    rows[4][1] = ""
    rows[5][2] = "-7"
    rows[6] = rows[6][:4]
    rows[7][3] = " +1 "
    names = ["client_id", "branch", *card.real_rows[0]]
    return [";".join(names), *(";".join([str(place), "Łódź", *row]) for place, row in enumerate(rows, 1))]


@pytest.mark.parametrize(("encoding", "options"), [("utf-8-sig", ()), ("cp1250", ("--charset", "windows-1250"))])
def test_a_csv_is_read_as_the_api_reads_it(
    encoding: str, options: tuple[str, ...], card: Card, job: Job, store: Store, service: TestClient, tmp_path: Path
) -> None:
    text = "\r\n".join(messy(card)).encode(encoding)
    file = tmp_path / "clients.csv"
    file.write_bytes(text)
    job(file, *options)
    kind = {"Content-Type": f"text/csv; charset={'windows-1250' if options else 'utf-8'}", "Accept": "application/json"}
    said = service.post(f"/v1/models/{MODEL}/predictions", content=text, headers=kind).json()
    with store.reading() as connection:
        kept = {row.place: json.loads(row.prediction) for row in connection.execute(select(stored_predictions))}
        refused = {(row.place, row.field or None, row.code, row.message) for row in connection.execute(select(refused_rows))}
    assert kept == {place: each for place, each in enumerate(said["predictions"], 1) if each}
    errors = {(each["row"], each.get("column"), each["code"], each["message"]) for each in said["errors"]}
    assert refused == errors
    assert {place for place, *_ in errors} == {4, 5, 6, 7}


def test_a_stored_row_is_written_as_a_caller_writes_it(card: Card, job: Job, store: Store, tmp_path: Path) -> None:
    file = tmp_path / "clients.csv"
    file.write_text("\n".join(messy(card)), encoding="utf-8")
    job(file)
    with store.reading() as connection:
        rows = {row.key: row.row for row in connection.execute(select(stored_predictions))}
    assert json.loads(rows["1"]) == dict(card.real_rows[0])
    assert '"months_late_now":0,' in rows["1"] or '"months_late_now":1,' in rows["1"], "a whole number has no point"


def test_a_thousand_that_may_be_one_is_not_guessed(card: Card, job: Job, tmp_path: Path) -> None:
    row = dict(card.real_rows[0]) | {"credit_limit": "50,000"}
    file = tmp_path / "clients.csv"
    file.write_text(
        ";".join(["client_id", *row]) + "\n" + ";".join(["1", *map(str, row.values())]).replace("0.", "0") + "\n"
    )
    with pytest.raises(SystemExit, match="--decimal point or --decimal comma"):
        job(file)


@pytest.mark.parametrize("spelling", ["plain", "roundabout", "link"])
def test_the_stores_own_file_is_no_input(spelling: str, job: Job, store: Store, tmp_path: Path) -> None:
    store.prepare()
    (tmp_path / "link.db").symlink_to(tmp_path / "witryna.db")
    (tmp_path / "folder").mkdir()
    named = {"plain": "witryna.db", "roundabout": "folder/../witryna.db", "link": "link.db"}[spelling]
    with pytest.raises(SystemExit, match="the store's own file"):
        job(f"sqlite:///{tmp_path}/{named}#stored_predictions")


@pytest.mark.usefixtures("job")
def test_the_features_job_reads_an_offices_csv_too(tmp_path: Path) -> None:
    months = [f"2005-{month:02d}" for month in range(9, 3, -1)]
    lines = ["client;month;status;bill;paid;limit", *(f"7;{month};0;1000,5;500,25;20000" for month in months)]
    (tmp_path / "statements.csv").write_text("\n".join(lines))
    main(["features", "--model", MODEL, "--input", str(tmp_path / "statements.csv"), "--output", str(tmp_path / "out")])
    (row,) = pq.read_table(tmp_path / "out" / "features.parquet").to_pylist()
    assert (row["client_id"], row["last_payment"], row["share_used_now"]) == ("7", 500.25, 0.05)


def test_an_empty_text_in_a_csv_is_not_known_by_night_as_by_day(
    bundles: Path, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SERVICE_DATABASE_URL", f"sqlite:///{tmp_path}/witryna.db")
    monkeypatch.setenv("SERVICE_BUNDLES", str(bundles))
    file = tmp_path / "comments.csv"
    file.write_text('id,comment\n1,fine\n2,\n3,""\n4,again\n', encoding="utf-8")
    main(["predict", "--model", "comment-sentiment", "--input", str(file), "--key", "id"])
    with store.reading() as connection:
        kept = {row.key for row in connection.execute(select(stored_predictions))}
        refused = {(row.key, row.field, row.code) for row in connection.execute(select(refused_rows))}
    assert (kept, refused) == ({"1", "4"}, {("2", "comment", "missing_field"), ("3", "comment", "missing_field")})
