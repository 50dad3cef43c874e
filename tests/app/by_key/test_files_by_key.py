"""Promises of answers by key as files: those of JSON, cell for cell, in the type that Accept names."""

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pytest
from starlette.testclient import TestClient

from service.store.store import Store
from tests.support.databases import sqlite_url
from tests.support.formula_models import FLAT_ROW, PET_ROW
from tests.support.problem_check import check_problem
from tests.support.row_files import MEDIA, read, written
from tests.support.stored_entities import FLAT_MODEL, FLATS, OTHER, PET_MODEL, PETS, opened, put

KINDS = ["csv", "arrow", "parquet"]
FROM_STORE = ["source", "computed_at", "run", "stale"]
ROWS: dict[str, list[Any]] = {
    FLATS: [FLAT_ROW, {"flat": "2"}, {"flat": 1, "floor": 9}, OTHER | {"flat": "nobody"}, {"flat": "old"}],
    PETS: [{"pet": "rex", "weight": 30.5}, {"pet": "rex"}, PET_ROW],
}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The real app over two toys, with a nightly run of each."""
    url = sqlite_url(tmp_path_factory.mktemp("keyed"))
    store = Store(url)
    put(store, FLAT_MODEL, {"1": FLAT_ROW, "2": OTHER, "old": FLAT_ROW}, at="2020-01-01T00:00:00.000Z")
    put(store, PET_MODEL, {"rex": PET_ROW})
    store.close()
    yield from opened(url)


def ask(app: TestClient, path: str, rows: list[Any], accept: str) -> Any:
    return app.post(f"{path}/predictions", json={"rows": rows}, headers={"Accept": accept})


def cells_of(prediction: dict[str, Any], index: int) -> dict[str, Any]:
    """Return what a row of a file has to say, from its prediction in JSON."""
    stored = prediction["stored"] or {"computed_at": None, "run": None, "stale": None}
    cells: dict[str, Any] = {
        name: prediction[name] for name in ("label", "value", "decision", "source") if name in prediction
    }
    cells |= {f"probability_{label}": share for label, share in prediction.get("probabilities", {}).items()}
    if "value" in prediction:
        cells |= {name: (prediction["interval"] or {}).get(name) for name in ("low", "high")}
    return (
        cells
        | {name: stored[name] for name in ("computed_at", "run", "stale")}
        | {"warnings": "; ".join(f"{each['field']}: {each['code']}" for each in prediction["warnings"]) or None}
        | {"error_codes": None, "error": None, "row": index}
    )


@pytest.mark.parametrize("path", [FLATS, PETS])
@pytest.mark.parametrize("kind", KINDS)
def test_a_file_by_key_has_the_cells_of_the_answer_in_json(kind: str, path: str, app: TestClient) -> None:
    told = ask(app, path, ROWS[path], MEDIA["json"]).json()["predictions"]
    answer = ask(app, path, ROWS[path], MEDIA[kind])
    assert answer.headers["content-type"] == MEDIA[kind]
    expected = [cells_of(prediction, index) for index, prediction in enumerate(told, start=1)]
    if kind == "csv":
        expected = [{name: "" if cell is None else str(cell) for name, cell in row.items()} for row in expected]
    assert read(answer) == expected
    assert {row["source"] for row in read(answer)} == {"live", "stored"}


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_by_key_has_the_columns_of_every_file_and_four_more(kind: str, app: TestClient) -> None:
    usual = list(read(ask(app, FLATS, [FLAT_ROW], MEDIA[kind]))[0])
    keyed = list(read(ask(app, FLATS, [{"flat": "1"}], MEDIA[kind]))[0])
    assert keyed == [*usual[:-4], *FROM_STORE, *usual[-4:]]


@pytest.mark.parametrize("accept", [*MEDIA.values(), "*/*", "text/html, text/csv;q=0.5"])
def test_a_key_is_answered_in_the_type_that_is_asked_for(accept: str, app: TestClient) -> None:
    answer = ask(app, PETS, [{"pet": "rex"}], accept)
    wanted = {"*/*": MEDIA["json"], "text/html, text/csv;q=0.5": MEDIA["csv"]}.get(accept, accept)
    assert (answer.status_code, answer.headers["content-type"]) == (200, wanted)


def test_a_type_that_there_is_not_is_refused(app: TestClient) -> None:
    check_problem(ask(app, PETS, [{"pet": "rex"}], "text/html"), 406, "not_acceptable")


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_that_no_run_holds_is_a_problem_whatever_is_asked_for(kind: str, app: TestClient) -> None:
    problem = check_problem(ask(app, PETS, [{"pet": "rex"}, {"pet": "none"}], MEDIA[kind]), 422, "invalid_input")
    assert [(each["pointer"], each["code"]) for each in problem["errors"]] == [("/rows/1/pet", "unknown_entity")]


@pytest.mark.parametrize("kind", KINDS)
def test_the_key_of_a_file_passes_through_and_nothing_is_looked_up(kind: str, app: TestClient) -> None:
    body = written(pa.table({name: [value, value] for name, value in PET_ROW.items()} | {"pet": ["rex", "none"]}), kind)
    answer = app.post(f"{PETS}/predictions", content=body, headers={"Content-Type": MEDIA[kind], "Accept": MEDIA[kind]})
    rows = read(answer)
    assert [row["pet"] for row in rows] == ["rex", "none"]
    assert not {*FROM_STORE} & set(rows[0])
    assert not any(row["error"] for row in rows)
