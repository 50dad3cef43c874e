"""Promises of columns that an answer repeats: ids are unchanged, an incomplete file is refused, odd cells have a code."""

import io
import uuid
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from starlette.testclient import TestClient

from tests.support.row_files import ask, read, written

DIAMOND = {"carat": 0.7, "cut": "Ideal", "color": "G", "clarity": "VS2", "depth": 61.8, "table": 57.0}
MODEL = "diamond-price"


def with_ids(ids: Any, name: str = "id") -> pa.Table:
    return pa.table({field: [value] * len(ids) for field, value in DIAMOND.items()} | {name: ids})


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    ids=some.lists(
        some.text(some.characters(codec="utf-8", exclude_characters="\0") | some.sampled_from('\r\n",; ')),
        min_size=1,
        max_size=5,
    )
)
def test_an_id_with_any_characters_is_repeated_unchanged(ids: list[str], service: TestClient) -> None:
    for accept in ("csv", "arrow"):
        result = read(ask(service, MODEL, written(with_ids(ids), "arrow"), "arrow", accept))
        assert [row["id"] for row in result] == ids


def test_a_column_name_with_a_line_break_is_repeated_unchanged(service: TestClient) -> None:
    answer = ask(service, MODEL, written(with_ids(["7"], "one\rtwo"), "arrow"), "arrow", "csv")
    assert read(answer)[0]["one\rtwo"] == "7"


KEPT_AS_TEXT = [
    (pa.array([b"ab"], pa.binary(2)), None),
    (pa.array([b"ab"], pa.binary_view()), None),
    (pa.array([b"ab"], pa.binary()).dictionary_encode(), None),
    (pa.array([[1]], pa.list_(pa.int8())), None),
    (pa.array([uuid.UUID(int=7).bytes], pa.uuid()), str(uuid.UUID(int=7))),
    (pa.array(["a"]).dictionary_encode(), "a"),
    (pa.array(["a"], pa.string_view()), "a"),
    (pa.RunEndEncodedArray.from_arrays(pa.array([1], pa.int32()), pa.array(["a"])), "a"),
    (pa.array([2**63], pa.uint64()), str(2**63)),
    (pa.array([0], pa.timestamp("ms")), "1970-01-01 00:00:00.000"),
    (pa.array([0], pa.timestamp("s", "Europe/Warsaw")), "1970-01-01 01:00:00+0100"),
    (pa.array([5], pa.time64("ns")), "00:00:00.000000005"),
    (pa.array([2_932_897], pa.int32()).cast(pa.date32()), "10000-01-01"),
    (pa.array([2**62]).cast(pa.timestamp("s")), None),
    (pa.array([2**31 - 1], pa.int32()).cast(pa.date32()), None),
    (pa.array([7200]).cast(pa.duration("s")), "2:00:00"),
    (pa.array([-95_400_500]).cast(pa.duration("ms")), "-26:30:00.5"),
    (pa.array([2**62]).cast(pa.duration("s")), "1281023894007607:45:04"),
    (pa.array([0], pa.timestamp("s", "Mars/Olympus")), None),
]


@pytest.mark.parametrize(("ids", "text"), KEPT_AS_TEXT, ids=lambda given: str(getattr(given, "type", "")))
def test_a_cell_is_written_as_csv_if_text_can_express_it(ids: pa.Array, text: str | None, service: TestClient) -> None:
    answer = ask(service, MODEL, written(with_ids(ids), "arrow"), "arrow", "csv")
    if text is None:
        assert (answer.status_code, answer.json()["code"]) == (406, "not_acceptable"), answer.text
        assert "id" in answer.json()["detail"]
    else:
        assert read(answer)[0]["id"] == text


def test_a_time_that_parquet_cannot_hold_is_refused_with_a_code(service: TestClient) -> None:
    ids = pa.array([2**62]).cast(pa.timestamp("s"))
    answer = ask(service, MODEL, written(with_ids(ids), "arrow"), "arrow", "parquet")
    assert (answer.status_code, answer.json()["code"]) == (406, "not_acceptable"), answer.text
    assert answer.json()["detail"] == "The column id cannot be written as Parquet. Ask for an Arrow stream."
    assert ask(service, MODEL, written(with_ids(ids), "arrow"), "arrow").status_code == 200


def test_a_type_that_parquet_cannot_hold_is_refused_with_the_name_of_its_column(service: TestClient) -> None:
    ids = pa.array([pa.MonthDayNano([1, 2, 3])])
    answer = ask(service, MODEL, written(with_ids(ids), "arrow"), "arrow", "parquet")
    assert (answer.status_code, answer.json()["code"]) == (406, "not_acceptable"), answer.text
    assert answer.json()["detail"] == "The column id cannot be written as Parquet. Ask for an Arrow stream."


@pytest.mark.parametrize("is_dictionary", [True, False])
def test_a_zero_character_in_a_text_is_refused_in_csv_with_the_name_of_its_column(
    is_dictionary: bool,  # noqa: FBT001
    service: TestClient,
) -> None:
    ids = pa.array(["a\0b"])
    body = written(with_ids(ids.dictionary_encode() if is_dictionary else ids), "arrow")
    answer = ask(service, MODEL, body, "arrow", "csv")
    assert (answer.status_code, answer.json()["code"]) == (406, "not_acceptable"), answer.text
    assert answer.json()["detail"].startswith("The column id holds a zero character, which no CSV can hold.")
    assert read(ask(service, MODEL, body, "arrow"))[0]["id"] == "a\0b"


def test_a_parquet_name_that_is_no_text_is_refused_with_a_code(service: TestClient) -> None:
    body = written(with_ids(["7"], "nnnnnn"), "parquet", store_schema=False).replace(b"nnnnnn", b"nn\xff\xfenn")
    answer = ask(service, MODEL, body, "parquet")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "damaged_file"), answer.text


def streamed(ids: list[str], chunk: int) -> tuple[bytes, list[int]]:
    """Return an Arrow stream and the offsets at which its batches end."""
    out, ends, table = io.BytesIO(), [], with_ids(ids)
    with pa.ipc.new_stream(out, table.schema) as stream:
        for start in range(0, len(ids), chunk):
            ends.append(out.tell())
            stream.write_table(table.slice(start, chunk))
        ends.append(out.tell())
    return out.getvalue(), ends


def test_a_stream_that_is_cut_off_anywhere_is_refused(service: TestClient) -> None:
    body, ends = streamed([f"{index:02}" for index in range(50)], 20)
    assert ask(service, MODEL, body, "arrow").status_code == 200
    ends_and_near = {end + off for end in ends for off in (-8, -1, 0, 1, 4, 7)} & set(range(len(body)))
    for cut in sorted({*ends_and_near, *range(0, len(body), 97)}):
        answer = ask(service, MODEL, body[:cut], "arrow")
        assert answer.status_code == 422, f"cut at {cut} of {len(body)}"
        assert answer.json()["errors"][0]["code"] == "damaged_file"


def test_rows_after_the_end_mark_of_a_stream_are_refused(service: TestClient) -> None:
    body, _ = streamed(["7"], 1)
    answer = ask(service, MODEL, body + body, "arrow")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "damaged_file")


def test_the_older_end_mark_of_a_stream_is_accepted(service: TestClient) -> None:
    body, _ = streamed(["7"], 1)
    assert body.endswith(b"\xff\xff\xff\xff\0\0\0\0")
    assert ask(service, MODEL, body[:-8] + bytes(4), "arrow").status_code == 200
