"""Promises of files: the same numbers as in JSON from every kind of file, and each bad row refused alone."""

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from starlette.testclient import TestClient

from service.bundles.model import Model
from service.files.file_request import FileRequest
from service.files.score_file import score_file
from tests.support.explained_models import CountingScorer
from tests.support.row_files import (
    DIAMOND,
    FLAT_TYPES,
    KINDS,
    MEDIA,
    ask,
    numbers,
    numbers_of_json,
    read,
    recognised,
    with_cells,
    written,
)

MODELS = ["credit-default", "credit-scorecard", "diamond-price", "comment-sentiment"]
Matrix = NDArray[np.float64]


@pytest.mark.parametrize("accept", [*KINDS, "json", None])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", MODELS)
def test_a_row_gets_the_same_number_from_every_kind_of_file(
    name: str, kind: str, accept: str | None, service: TestClient, cards: dict[str, Any]
) -> None:
    rows = cards[name]["real_rows"]
    expected = service.post(f"/v1/models/{name}/predictions", json={"rows": rows}).json()
    answer = ask(service, name, written(pa.Table.from_pylist(rows), kind), kind, accept)
    assert answer.status_code == 200, answer.text
    if accept == "json":
        result = answer.json()
        without = [each | {"warnings": []} for each in expected["predictions"]]
        assert [each | {"warnings": []} for each in result["predictions"]] == without
        assert (result["errors"], result["version"]) == ([], expected["version"])
        return
    assert answer.headers["content-type"].partition(";")[0] == MEDIA[accept or kind]
    result = read(answer)
    assert numbers(result) == numbers_of_json(expected)
    assert [row["decision"] or None for row in result] == [each["decision"] for each in expected["predictions"]]
    assert [int(row["row"]) for row in result] == list(range(1, len(rows) + 1))
    assert not any(row["error"] for row in result)


@pytest.mark.parametrize("accept", KINDS)
def test_rows_in_json_may_be_answered_as_a_file(accept: str, service: TestClient, cards: dict[str, Any]) -> None:
    rows = cards["diamond-price"]["real_rows"]
    expected = service.post("/v1/models/diamond-price/predictions", json={"rows": rows}).json()
    answer = service.post("/v1/models/diamond-price/predictions", json={"rows": rows}, headers={"Accept": MEDIA[accept]})
    assert numbers(read(answer)) == numbers_of_json(expected)


@pytest.mark.parametrize("kind", KINDS)
def test_columns_have_any_order_and_other_columns_are_repeated(kind: str, service: TestClient) -> None:
    rows = [DIAMOND | {"id": f"00{index}", "note": 'a "quoted", note\nof two lines'} for index in range(3)]
    table = pa.Table.from_pylist(rows).select(["note", "table", "cut", "id", "carat", "clarity", "depth", "color"])
    answer = ask(service, "diamond-price", written(table, kind), kind)
    result = read(answer)
    assert [row["id"] for row in result] == ["000", "001", "002"]
    assert [row["note"] for row in result] == [row["note"] for row in rows]
    assert list(result[0]) == ["note", "id", "decision", "value", "low", "high", "warnings", "error_codes", "error", "row"]
    assert recognised(answer)["ignored"] == ["note", "id"]
    assert (recognised(answer)["format"], recognised(answer)["rows"]) == (kind, 3)


@pytest.mark.parametrize("kind", KINDS)
def test_the_answer_repeats_the_inputs_on_request(kind: str, service: TestClient) -> None:
    rows = [DIAMOND | {"id": "7"}, DIAMOND | {"carat": -1.0, "id": "8"}]
    table = pa.Table.from_pylist(rows).select(["id", *reversed(list(DIAMOND))])
    result = read(ask(service, "diamond-price", written(table, kind), kind, query="?inputs=keep"))
    assert list(result[0])[:7] == table.schema.names
    assert [float(row["carat"]) for row in result] == [0.7, -1.0]


def test_types_of_other_columns_stay_as_they_are(service: TestClient) -> None:
    table = pa.table(
        {name: [value] * 2 for name, value in DIAMOND.items()}
        | {"day": pa.array([1, None], pa.date32()), "parts": [[1, 2], []], "kind": pa.array(["a", "b"]).dictionary_encode()}
    )
    for kind in ("arrow", "parquet"):
        answer = ask(service, "diamond-price", written(table, kind), kind, "arrow")
        result = pa.ipc.open_stream(answer.content).read_all()
        assert result.select(["day", "parts", "kind"]).to_pylist() == table.select(["day", "parts", "kind"]).to_pylist()
        assert result.schema.field("day").type == pa.date32()
    assert ask(service, "diamond-price", written(table, "arrow"), "arrow", "csv").json()["code"] == "not_acceptable"


@pytest.mark.parametrize("kind", KINDS)
def test_a_bad_row_is_refused_and_the_good_rows_are_scored_in_order(kind: str, service: TestClient) -> None:
    rows = [DIAMOND, DIAMOND | {"cut": "Shiny"}, DIAMOND | {"carat": -1.0, "depth": None}, DIAMOND]
    result = read(ask(service, "diamond-price", written(pa.Table.from_pylist(rows), kind), kind))
    assert [bool(row["error"]) for row in result] == [False, True, True, False]
    assert result[0]["value"] == result[3]["value"]
    assert (result[1]["value"] or None, result[2]["low"] or None) == (None, None)
    assert "row 2" in result[1]["error"]
    assert "column cut: One of: Fair" in result[1]["error"]
    assert "column carat: Expected a value from 0.2 to 5.5" in result[2]["error"]
    assert "column depth: This field is missing." in result[2]["error"]
    assert [row["error_codes"] or "" for row in result] == [
        "",
        "cut: unknown_category",
        "depth: missing_field; carat: out_of_range",
        "",
    ]
    listed = ask(service, "diamond-price", written(pa.Table.from_pylist(rows), kind), kind, "json").json()
    assert [each is None for each in listed["predictions"]] == [False, True, True, False]
    assert {(each["row"], each["column"], each["code"]) for each in listed["errors"]} == {
        (2, "cut", "unknown_category"),
        (3, "carat", "out_of_range"),
        (3, "depth", "missing_field"),
    }


@pytest.mark.parametrize("kind", KINDS)
def test_a_text_that_is_not_known_is_refused_in_every_kind_of_file(kind: str, service: TestClient) -> None:
    table = pa.table({"id": [1, 2], "comment": ["Great room", None]})
    result = read(ask(service, "comment-sentiment", written(table, kind), kind))
    assert [row["error_codes"] or "" for row in result] == ["", "comment: missing_field"]


FLAT_CELLS = st.fixed_dictionaries(
    {
        "area": st.floats(10, 1e6) | st.integers(10, 90),
        "rooms": st.none() | st.integers(0, 9),
        "state": st.none() | st.sampled_from(["poor", "good", "new", "odd"]),
        "lift": st.booleans(),
        "floor": st.integers(0, 40),
    }
)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(FLAT_CELLS, min_size=1, max_size=8))
def test_every_type_of_field_is_read_from_every_kind_of_file(
    kind: str, rows: list[dict[str, Any]], toys: TestClient
) -> None:
    expected = toys.post("/v1/models/flat-price/predictions", json={"rows": rows}).json()
    answer = ask(toys, "flat-price", written(pa.Table.from_pylist(rows, FLAT_TYPES), kind), kind, "json").json()
    assert [each | {"warnings": []} for each in expected["predictions"]] == [
        each | {"warnings": []} for each in answer["predictions"]
    ]


def test_the_layout_of_arrow_columns_does_not_change_the_predictions(service: TestClient) -> None:
    plain = pa.table({name: [value, value] for name, value in DIAMOND.items()})
    other = pa.table(
        {
            "carat": pa.array([0.7, 0.7]).cast(pa.decimal128(5, 2)),
            "cut": pa.array(["Ideal", "Ideal"]).dictionary_encode(),
            "color": pa.array(["G", "G"], pa.large_string()),
            "clarity": pa.array(["VS2", "VS2"], pa.string_view()),
            "depth": [61.8, 61.8],
            "table": pa.array([57, 57], pa.int8()),
        }
    )
    assert numbers(read(ask(service, "diamond-price", written(other, "arrow"), "arrow"))) == numbers(
        read(ask(service, "diamond-price", written(plain, "arrow"), "arrow"))
    )


def test_a_file_may_be_scored_by_a_named_version(service: TestClient, cards: dict[str, Any]) -> None:
    version = cards["diamond-price"]["version"]
    assert ask(service, "diamond-price", with_cells(), "csv", query=f"?version={version}").status_code == 200
    assert ask(service, "diamond-price", with_cells(), "csv", query="?version=no").json()["code"] == "unknown_version"


def test_a_file_without_rows_is_answered(service: TestClient) -> None:
    for kind in KINDS:
        table = pa.Table.from_pylist([DIAMOND]).slice(0, 0)
        for accept in (*KINDS, "json"):
            answer = ask(service, "diamond-price", written(table, kind), kind, accept)
            assert answer.status_code == 200, answer.text
            assert (answer.json()["predictions"] if accept == "json" else read(answer)) == []


def test_long_lists_of_other_columns_are_shortened_in_the_header(service: TestClient) -> None:
    more = {f"column {index} " + "ż" * 60: "x" for index in range(900)}
    answer = ask(service, "diamond-price", with_cells(**more), "csv")
    assert answer.status_code == 200
    assert len(answer.headers["x-file"]) < 20_000
    described = recognised(answer)
    assert [name.partition(" ż")[0] for name in described["ignored"]] == [f"column {index}" for index in range(40)]
    assert described["more_ignored"] == 860
    assert {"more_columns", "more_sheets"}.isdisjoint(described)


def test_each_row_of_a_file_is_scored_once_in_large_batches(models: dict[str, Model], tmp_path: Path) -> None:
    counting = CountingScorer(models["credit-default"].scorer)
    model = replace(models["credit-default"], scorer=counting)
    rows = list(model.card.real_rows) * (100_000 // len(model.card.real_rows))
    (tmp_path / "rows.arrow").write_bytes(written(pa.Table.from_pylist(rows), "arrow"))
    answer = b"".join(map(bytes, score_file(model, tmp_path / "rows.arrow", FileRequest("arrow", "arrow")).pieces))
    assert pa.ipc.open_stream(answer).read_all().num_rows == len(rows)
    assert counting.rows == len(rows)
    assert counting.calls <= len(rows) / 1000


def test_every_kind_has_its_answer_in_parquet_that_others_read(service: TestClient) -> None:
    answer = ask(service, "diamond-price", with_cells(), "csv", "parquet")
    assert pq.read_schema(io.BytesIO(answer.content)).names[-2:] == ["error", "row"]
    assert json.loads(answer.headers["x-file"])["columns"] == list(DIAMOND)
