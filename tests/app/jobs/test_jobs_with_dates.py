"""Promises of nightly predictions by dates: rows are stored with ISO text, and requests by key use them."""

import json
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlalchemy import Date, DateTime, NullPool, column, create_engine, insert, select, table
from sqlalchemy.schema import Column, MetaData, Table
from sqlalchemy.types import String
from starlette.testclient import TestClient

from service.jobs.__main__ import main
from service.schemas import Entity, Row
from service.settings import Settings
from service.store.store import Store
from service.store.tables import refused_rows, stored_predictions
from tests.support import synthetic_recipes
from tests.support.service_app import serve

PATH = "/v1/models/renewals"
ROWS: dict[str, Row] = {
    "7": {"ends": "2026-03-31", "call": "2025-06-01T08:30:00Z"},
    "8": {"ends": None, "call": "2025-11-30T23:59:59.250Z"},
    "9": {"ends": "2024-02-29", "call": "2025-10-26T00:00:00Z"},
}
"""Key → the row as a caller of the API writes it."""
CALLS = [datetime.fromisoformat(row["call"]) for row in ROWS.values()]
ENDS = [row["ends"] and date.fromisoformat(row["ends"]) for row in ROWS.values()]


@pytest.fixture(scope="module")
def renewals(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one bundle: a pipeline fitted on a date and a date with time, whose rows have the key `contract`."""
    folder = tmp_path_factory.mktemp("renewals")
    output = synthetic_recipes.classification(["no", "yes"], "yes")
    draft = synthetic_recipes.draft("renewals", output, synthetic_recipes.RENEWAL_FIELDS)
    draft = msgspec.structs.replace(draft, entity=Entity(key="contract"))
    synthetic_recipes.publish_synthetic(synthetic_recipes.renewals("renewals"), draft, folder)
    return folder


@pytest.fixture
def job(monkeypatch: pytest.MonkeyPatch, url: str, renewals: Path) -> Any:
    """The job's command line, on either database."""
    monkeypatch.setenv("SERVICE_DATABASE_URL", url)
    monkeypatch.setenv("SERVICE_BUNDLES", str(renewals))
    return lambda source, *options: main(["predict", "--model", "renewals", "--input", str(source), *options])


@pytest.fixture
def service(url: str, renewals: Path) -> Iterator[TestClient]:
    yield from serve(Settings(bundles=str(renewals), database_url=url))


def stored_rows(store: Store) -> dict[str, Row]:
    with store.reading() as connection:
        assert connection.execute(select(refused_rows)).all() == []
        return {row.key: json.loads(row.row) for row in connection.execute(select(stored_predictions))}


def typed_parquet(folder: Path) -> str:
    columns = {
        "contract": list(ROWS),
        "ends": pa.array(ENDS, pa.date32()),
        "call": pa.array(CALLS, pa.timestamp("ms", tz="Europe/Warsaw")),
    }
    pq.write_table(pa.table(columns), folder / "typed.parquet")
    return str(folder / "typed.parquet")


def text_parquet(folder: Path) -> str:
    rows = [{"contract": key} | row for key, row in ROWS.items()]
    pq.write_table(pa.Table.from_pylist(rows), folder / "text.parquet")
    return str(folder / "text.parquet")


def csv_with_dots(folder: Path) -> str:
    lines = [
        "contract;ends;call",
        "7;31.03.2026;1.06.2025 08:30",
        "8;;2025-11-30T23:59:59.250Z",
        "9;29.2.2024;26.10.2025",
    ]
    (folder / "dots.csv").write_text("\n".join(lines))
    return str(folder / "dots.csv")


def sqlite_table(folder: Path) -> str:
    """Return a table whose cells are text, because SQLite has no dates."""
    address = f"sqlite:///{folder}/contracts.db"
    engine = create_engine(address, poolclass=NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE contracts (contract TEXT, ends TEXT, call TEXT)")
        contracts = table("contracts", column("contract"), column("ends"), column("call"))
        connection.execute(insert(contracts), [{"contract": key} | row for key, row in ROWS.items()])
    return f"{address}#contracts"


@pytest.mark.parametrize("source", [typed_parquet, text_parquet, csv_with_dots, sqlite_table])
def test_rows_with_dates_are_stored_as_iso_text_from_every_input(
    source: Any, job: Any, store: Store, tmp_path: Path
) -> None:
    job(source(tmp_path))
    assert stored_rows(store) == ROWS


def test_the_options_of_a_job_say_how_its_text_is_written(job: Any, store: Store, tmp_path: Path) -> None:
    lines = ["Umowa;ends;call;as_of", "7;3/31/2026;6/01/2025 08:30;n/a", "8;–;11/30/2025 23:59:59.250;11/30/2025"]
    (tmp_path / "in.csv").write_text("\n".join([*lines, "9;2/29/2024;10/26/2025;2025-10"]), encoding="utf-8")
    options = ["--dates", "month_first", "--missing", "words", "--field", "contract=Umowa"]
    job(tmp_path / "in.csv", *options)
    assert stored_rows(store) == ROWS
    with store.reading() as connection:
        dates = {row.key: row.as_of for row in connection.execute(select(stored_predictions))}
    assert dates == {"7": None, "8": "2025-11-30", "9": "2025-10"}


def test_a_day_of_the_data_is_read_as_people_write_it(job: Any, store: Store, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("contract;ends;call;as_of\n7;31.03.2026;1.06.2025 08:30;29.11.2025\n")
    job(tmp_path / "in.csv")
    with store.reading() as connection:
        assert [row.as_of for row in connection.execute(select(stored_predictions))] == ["2025-11-29"]


def test_a_refused_date_advises_an_option_of_the_job(job: Any, store: Store, tmp_path: Path) -> None:
    lines = ["contract;ends;call;as_of", "7;31.03.2026;2025-06-01;", "8;3/4/2026;2025-06-01;", "9;;2025-06-01;1/2/2025"]
    (tmp_path / "in.csv").write_text("\n".join(lines))
    job(tmp_path / "in.csv")
    with store.reading() as connection:
        messages = {row.field: row.message for row in connection.execute(select(refused_rows))}
    assert messages["ends"].endswith("or say --dates day_first or --dates month_first.")
    assert messages["as_of"].endswith("A date with slashes needs --dates.")


def test_a_file_without_a_column_advises_an_option_of_the_job(job: Any, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("key;ends;call\n1;2026-03-31;2025-06-01\n")
    with pytest.raises(SystemExit) as ended:
        job(tmp_path / "in.csv")
    assert str(ended.value) == "The file lacks columns: contract. In this command: --field FIELD=COLUMN."
    assert "?" not in str(ended.value)


def test_dates_of_a_table_of_postgresql_are_stored_as_iso_text(job: Any, store: Store, url: str) -> None:
    if not url.startswith("postgresql"):
        pytest.skip("the other database")
    store.prepare()
    moments = Column("call", DateTime(timezone=True))
    contracts = Table("contracts", MetaData(), Column("contract", String), Column("ends", Date), moments)
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        contracts.create(connection)
        cells = [{"contract": key, "ends": end, "call": call} for key, end, call in zip(ROWS, ENDS, CALLS, strict=True)]
        connection.execute(insert(contracts), cells)
    job(f"{url}#contracts")
    assert stored_rows(store) == ROWS


def test_a_request_by_key_answers_from_the_stored_dates(job: Any, service: TestClient, tmp_path: Path) -> None:
    job(typed_parquet(tmp_path))

    def predict(row: Row) -> Any:
        answer = service.post(f"{PATH}/predictions", json={"rows": [row]})
        assert answer.status_code == 200, answer.text
        (prediction,) = answer.json()["predictions"]
        return prediction

    for key, row in ROWS.items():
        live, stored = predict(row), predict({"contract": key})
        assert stored["source"] == "stored"
        assert {name: stored[name] for name in live} == live
        assert service.get(f"{PATH}/entities/{key}").json()["stored_prediction"]["row"] == row
        later = predict({"contract": key, "ends": "2026-12-31"})
        assert later["source"] == "live"
        assert later["probabilities"] == predict(row | {"ends": "2026-12-31"})["probabilities"]
        if row["ends"] is not None:
            assert later["probabilities"]["yes"] < live["probabilities"]["yes"]
