"""The inputs of nightly jobs, and what their runs stored."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import select

from service.jobs.sources.partitions import BATCH_ROWS
from service.schemas.stored import RunKind
from service.store import run_history
from service.store.store import Store
from service.store.tables import refused_rows, stored_features, stored_predictions
from service.training.credit import read_clients, write_statements
from tests.support.databases import sqlite_url

MODEL = "credit-default"
KINDS = ["predict", "features"]
ROWS = 5 * BATCH_ROWS + 100
"""The rows of `clients_with_errors`."""


@pytest.fixture
def sqlite_store(tmp_path: Path) -> Iterator[Store]:
    """The store of the jobs of one test: a SQLite file in its folder."""
    store = Store(sqlite_url(tmp_path), 60.0)
    yield store
    store.close()


def read_rows(count: int) -> pd.DataFrame:
    """Return rows of credit-default with the key of their client."""
    return read_clients().head(count).rename(columns={"ID": "client_id"}).drop(columns=["SEX", "DEFAULT_NEXT_MONTH"])


@pytest.fixture(scope="session")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pd.DataFrame]:
    """The input of each kind of job: three batches."""
    file = tmp_path_factory.mktemp("inputs") / "statements.parquet"
    write_statements(file)
    return {"predict": read_rows(2 * BATCH_ROWS + 100), "features": pd.read_parquet(file).head(6 * 2000)}


@pytest.fixture(scope="session")
def clients_with_errors() -> pd.DataFrame:
    """Six batches of real clients; three have a wrong credit limit and one has the key of another."""
    table = read_rows(ROWS)
    table["credit_limit"] = table["credit_limit"].astype(float)
    table.loc[[7, 5000, 12_000], "credit_limit"] = [np.nan, -5.0, 1e12]
    table.loc[9000, "client_id"] = 3
    return table


def newest_run(store: Store, kind: RunKind | None = None) -> Any:
    return run_history.list_runs(store, kind=kind).items[0]


def content(store: Store, run: str) -> list[Any]:
    """Return all rows that a run stored, without its name and its times."""
    rows: list[Any] = []
    with store.reading() as connection:
        for table in (stored_predictions, stored_features, refused_rows):
            columns = [column for column in table.c if column.name not in {"run", "computed_at"}]
            rows += sorted(map(tuple, connection.execute(select(*columns).where(table.c.run == run))), key=str)
    return rows
