"""What a value goes through between formats: kept, or refused with a reason, and never another one."""

import csv
import datetime
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import Unusable, enrich
from pipeline.columns import Columns
from pipeline.formats.parquet import ParquetRecords, convert, join
from pipeline.formats.parquet_values import python_values
from pipeline.formats.records import Record
from pipeline.formats.rendering import NewCsvRenderer
from tests.support.pipeline_command import MODEL, command, environment, lines_of
from tests.support.repository import ROOT
from tests.support.server_process import Program
from wire.cells.text_style import TextStyle

COMMENT = '"comment": "fine"'


@pytest.fixture(scope="module")
def url(program: Program) -> str:
    return program.url


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])) | st.integers() | st.floats(allow_nan=False), min_size=1))
def test_a_record_of_json_is_one_record_of_a_csv_whatever_line_ends_are_in_its_cells(cells: list[Any]) -> None:
    cells = [cell for cell in cells if cell not in {float("inf"), float("-inf")}]
    names = [str(index) for index in range(len(cells))]
    renderer = NewCsvRenderer(names, ["label"])
    record = Record(1, 1, values=dict(zip(names, cells, strict=True)))
    text = (renderer.header + renderer.text(record, ["a\r\nb"])).decode()
    assert list(csv.reader(io.StringIO(text, newline="")))[1:] == [[*map(str, cells), "a\r\nb"]]


def test_values_of_several_types_become_text_in_parquet_and_nothing_scored_is_lost(url: str, tmp_path: Path) -> None:
    values: list[Any] = [1, "x", None, 2**70, 1.5, True, [1], {"a": 1}, {}]
    (tmp_path / "in.jsonl").write_text("".join(f'{{{COMMENT}, "n": {json.dumps(value)}}}\n' for value in values))
    summary = enrich(MODEL, tmp_path / "in.jsonl", tmp_path / "out.parquet", url=url)
    assert (summary.enriched, summary.failed) == (len(values), 0)
    written = pq.read_table(tmp_path / "out.parquet").column("n")
    assert written.type == pa.string()
    assert [each and json.loads(each) for each in written.to_pylist()] == values


COLUMNS: dict[str, tuple[list[Any], pa.DataType]] = {
    "integers": ([1, 2**63 - 1, -(2**63) + 1], pa.int64()),
    "integers and numbers": ([2**53, 0.5], pa.float64()),
    "an integer that no number with a point can be": ([2**53 + 1, 0.5], pa.string()),
    "an integer too large": ([2**63], pa.string()),
    "a number and a truth": ([1.5, True], pa.string()),
    "only nulls": ([None], pa.null()),
    "lists": ([[], [1], [None, 2.5]], pa.list_(pa.float64())),
    "members": ([{"a": 1}, {"b": "x"}], pa.struct([("a", pa.int64()), ("b", pa.string())])),
    "no members": ([{}, {}], pa.string()),
    "types that differ within": ([{"a": [1]}, {"a": ["x"]}], pa.string()),
    "too many members": ([{f"user {number}": 1} for number in range(300)], pa.string()),
    "deep": ([json.loads("[" * 60 + "]" * 60)], pa.string()),
}


@pytest.mark.parametrize(("values", "kind"), COLUMNS.values(), ids=COLUMNS)
@pytest.mark.parametrize("backwards", [False, True])
def test_a_column_has_the_type_that_holds_its_values_in_whatever_order(
    values: list[Any], kind: pa.DataType, tmp_path: Path, *, backwards: bool
) -> None:
    (tmp_path / "lines").write_text(
        "".join(json.dumps({"x": each}) + "\n" for each in (values[::-1] if backwards else values))
    )
    convert(tmp_path / "lines", {}, tmp_path / "out.parquet")
    result = pq.read_schema(tmp_path / "out.parquet").field("x").type
    assert result == kind or sorted(map(str, result)) == sorted(map(str, kind))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
    max_leaves=6,
)


def without_nulls(value: Any) -> Any:
    """What a member that is missing and one that is null have in common."""
    if isinstance(value, dict):
        return {name: without_nulls(each) for name, each in value.items() if each is not None}
    return [without_nulls(each) for each in value] if isinstance(value, list) else value


@given(st.lists(st.dictionaries(st.sampled_from("xyz"), VALUES), max_size=5))
def test_whatever_json_says_parquet_says_too(records: list[dict[str, Any]]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "lines").write_text("".join(json.dumps(record) + "\n" for record in records))
        convert(Path(folder) / "lines", {}, Path(folder) / "out.parquet")
        table = pq.read_table(Path(folder) / "out.parquet")
    for name in table.column_names:
        values = [record.get(name) for record in records]
        read = table.column(name).to_pylist()
        if (
            any(value is not None and not isinstance(value, str) for value in values)
            and table.column(name).type == pa.string()
        ):
            read = [each and json.loads(each) for each in read]
        assert without_nulls(read) == without_nulls(values)


LIMITS = {"1e999": "too large", "9" * 5000: "too large", r'"\ud800"': "half a character", "[" * 200 + "]" * 200: "nested"}


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_what_another_format_cannot_say_goes_to_the_side_file_and_json_lines_keep_it(
    url: str, tmp_path: Path, ending: str
) -> None:
    lines = [f'{{{COMMENT}, "n": {value}}}' for value in LIMITS] + [f'{{{COMMENT}, "n": 1}}']
    (tmp_path / "in.jsonl").write_text("\n".join(lines) + "\n")
    summary = enrich(MODEL, tmp_path / "in.jsonl", tmp_path / f"out.{ending}", url=url)
    assert (summary.enriched, summary.failed) == (1, len(LIMITS))
    failed = (tmp_path / f"out.{ending}.failed.jsonl").read_text().splitlines()
    for told, line, reason in zip(failed, lines, LIMITS.values(), strict=False):
        assert reason in told
        assert told.endswith(f'"record": {line}}}')
    assert enrich(MODEL, tmp_path / "in.jsonl", tmp_path / "out.jsonl", url=url).failed == 0


def test_the_columns_of_a_csv_are_those_of_the_first_record_that_can_be_written(url: str, tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text(
        '{"comment": "a", "label": 1}\n{"comment": "b", "\\ud800": 1}\n{"comment": "c", "n": 1}\n{"comment": "d"}\n'
    )
    summary = enrich(MODEL, tmp_path / "in.jsonl", tmp_path / "out.csv", url=url)
    assert (summary.enriched, summary.failed) == (2, 2)
    with (tmp_path / "out.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0][:3] == ["comment", "n", "label"]
    assert [row[:2] for row in rows[1:]] == [["c", "1"], ["d", ""]]
    (tmp_path / "no.jsonl").write_text("nope\n" * 20_000)
    with pytest.raises(Unusable, match="no columns"):
        enrich(MODEL, tmp_path / "no.jsonl", tmp_path / "no.csv", url=url)


TIMES = {
    "timestamp": (pa.timestamp("ns"), 1_000_000_001, "1970-01-01 00:00:01.000000001"),
    "whole microseconds": (pa.timestamp("ns"), 1_000_000_000, datetime.datetime(1970, 1, 1, 0, 0, 1)),
    "with a zone": (pa.timestamp("ns", "UTC"), -1, "1969-12-31 23:59:59.999999999+00:00"),
    "with a zone unknown here": (
        pa.timestamp("s", "Nowhere/At_all"),
        1,
        datetime.datetime(1970, 1, 1, 0, 0, 1, tzinfo=datetime.UTC),
    ),
    "time": (pa.time64("ns"), 1_500, "00:00:00.000001500"),
    "duration": (pa.duration("ns"), 86_400_000_000_001, "24:00:00.000000001"),
    "out of Python's years": (pa.timestamp("us"), 2**62, "4611686018427387904 timestamp[us]"),
    "a date out of them": (pa.date32(), 2**31 - 1, "2147483647 date32[day]"),
}


@pytest.mark.parametrize(("kind", "number", "value"), TIMES.values(), ids=TIMES)
def test_no_time_stops_a_run(kind: pa.DataType, number: int, value: Any) -> None:
    width = pa.int32() if kind == pa.date32() else pa.int64()
    column = pa.array([number, None], width).cast(kind)
    assert python_values(column) == [value, None]
    nested = pa.ListArray.from_arrays(pa.array([0, 2]), column)
    assert python_values(nested) == [[value, None]]
    assert python_values(pa.StructArray.from_arrays([column], ["a"])) == [{"a": value}, {"a": None}]


def test_text_that_is_none_fails_its_record_alone(url: str, tmp_path: Path) -> None:
    broken = pa.Array.from_buffers(
        pa.string(), 2, [None, pa.py_buffer(b"\0\0\0\0\4\0\0\0\5\0\0\0"), pa.py_buffer(b"good\xff")]
    )
    pq.write_table(pa.table({"comment": broken}), tmp_path / "in.parquet")
    summary = enrich(MODEL, tmp_path / "in.parquet", tmp_path / "out.jsonl", url=url)
    assert (summary.enriched, summary.failed) == (1, 1)
    assert "half a character" in lines_of(tmp_path / "out.jsonl.failed.jsonl")[0]["reason"]


ONLY = """
import sys
ALLOWED = {*sys.stdlib_module_names, "client", "pipeline", "tabular", "wire", "requests", "urllib3", "certifi", "idna", "charset_normalizer", "tqdm", "pyarrow"}
class Refusing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] not in ALLOWED and not name.startswith("_sysconfigdata"):
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Refusing())
from pipeline.__main__ import main
status = main(sys.argv[1:])
sys.exit(status or (7 if {"numpy", "pandas", "sklearn", "onnxruntime", "service"} & set(sys.modules) else 0))
"""


def test_a_real_run_needs_nothing_but_what_the_group_pipeline_names(url: str, tmp_path: Path) -> None:
    """Every format, with nanoseconds, where neither pandas nor numpy nor a model library can be imported."""
    table = pa.table({"comment": ["fine", "awful"], "when": pa.array([1, 2**62 + 1], pa.timestamp("ns", "UTC"))})
    pq.write_table(table, tmp_path / "in.parquet")
    for source, target in (
        ("in.parquet", "a.parquet"),
        ("a.parquet", "b.jsonl"),
        ("b.jsonl", "c.csv"),
        ("c.csv", "d.parquet"),
    ):
        arguments = command(tmp_path / source, tmp_path / target, "--prefix", target[0])[3:]
        done = subprocess.run(
            [sys.executable, "-c", ONLY, *arguments], cwd=ROOT, env=environment(url), capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr.decode()
    assert pq.read_table(tmp_path / "a.parquet").column("when").equals(table.column("when"))
    assert pq.read_table(tmp_path / "d.parquet").column("when").to_pylist() == [
        "1970-01-01 00:00:00.000000001+00:00",
        "2116-02-20 23:53:38.427387905+00:00",
    ]


ROW_BYTES, ROWS, MAX_KILOBYTES = 100_000, 8000, 600_000
MEASURED = """
import re, sys
from pathlib import Path
from pipeline.__main__ import main
assert main(sys.argv[1:]) == 0
print(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the system tells of no memory")
def test_a_parquet_file_of_large_rows_is_never_held_whole(url: str, tmp_path: Path) -> None:
    noise = os.urandom(2 * ROW_BYTES)  # each row is another piece of it: far cheaper, and as hard to compress
    with pq.ParquetWriter(tmp_path / "in.parquet", pa.schema([("comment", pa.string()), ("more", pa.binary())])) as writer:
        for first in range(0, ROWS, ROWS // 10):
            pieces = [noise[at : at + ROW_BYTES] for at in range(first, first + ROWS // 10)]
            part = {"comment": ["fine"] * len(pieces), "more": pieces}
            writer.write_table(pa.table(part, writer.schema))
    assert sum(record.memory_bytes for record in ParquetRecords(tmp_path / "in.parquet")) > ROWS * ROW_BYTES
    arguments = command(tmp_path / "in.parquet", tmp_path / "out.parquet")[3:]
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, *arguments], cwd=ROOT, env=environment(url), capture_output=True, check=True
    )
    assert int(done.stdout) < MAX_KILOBYTES
    assert pq.ParquetFile(tmp_path / "out.parquet").metadata.num_rows == ROWS


def test_a_header_with_a_line_end_in_a_name_is_read_and_one_without_the_column_is_told(url: str, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_bytes(b'comment,"two\r\nlines ""so"""\r\nfine,"x\r\ny"\r\n')
    assert enrich(MODEL, tmp_path / "in.csv", tmp_path / "out.csv", url=url).enriched == 1
    with (tmp_path / "out.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    assert [row[:2] for row in rows] == [["comment", 'two\r\nlines "so"'], ["fine", "x\r\ny"]]
    (tmp_path / "utf-16.csv").write_text("id,comment\n1,fine\n", encoding="utf-16")
    with pytest.raises(Unusable, match="header of the CSV is not UTF-8"):
        enrich(MODEL, tmp_path / "utf-16.csv", tmp_path / "no.csv", url=url)
    (tmp_path / "other.csv").write_text("id,text\n1,fine\n")
    with pytest.raises(Unusable, match=r"columns of the model: comment\. It begins with 'id,text'.*--field"):
        enrich(MODEL, tmp_path / "other.csv", tmp_path / "no.csv", url=url)


def damaged(path: Path) -> None:
    """Write a Parquet file of two row groups, and spoil a page of the second."""
    comments = [f"{index} {os.urandom(8).hex()}" for index in range(2000)]
    pq.write_table(pa.table({"comment": comments}), path, row_group_size=1000, use_dictionary=False)
    column = pq.read_metadata(path).row_group(1).column(0)
    content = bytearray(path.read_bytes())
    middle = column.data_page_offset + column.total_compressed_size // 2
    content[middle : middle + 200] = b"\xff" * 200
    path.write_bytes(content)


def test_a_damaged_page_of_parquet_is_an_input_that_cannot_be_used_and_no_reason_to_try_again(
    url: str, tmp_path: Path
) -> None:
    damaged(tmp_path / "in.parquet")
    with pytest.raises(Unusable, match=r"in.parquet cannot be read as Parquet: .*snappy"):
        enrich(MODEL, tmp_path / "in.parquet", tmp_path / "out.jsonl", url=url)
    answers = "".join(f'{{"number": {index}, "added": ["x"]}}\n' for index in range(1, 2001))
    (tmp_path / "answers").write_text(answers)
    with pytest.raises(Unusable, match=r"in.parquet cannot be read as Parquet: .*snappy"):
        join(tmp_path / "in.parquet", tmp_path / "answers", {"label": True}, tmp_path / "out.parquet")


def test_an_empty_text_is_missing_in_a_csv_and_in_json(url: str, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text('id,comment\n1,fine\n2,\n3,""\n')
    summary = enrich(MODEL, tmp_path / "in.csv", tmp_path / "out.csv", url=url)
    assert (summary.enriched, summary.failed) == (1, 2)
    reasons = [line["reason"] for line in lines_of(tmp_path / "out.csv.failed.jsonl")]
    assert reasons == ["comment: This field is missing."] * 2
    (tmp_path / "in.jsonl").write_text('{"comment": ""}\n')
    summary = enrich(MODEL, tmp_path / "in.jsonl", tmp_path / "out.jsonl", url=url)
    assert (summary.enriched, summary.failed) == (0, 1)


def test_an_empty_text_cell_of_a_csv_is_left_out_as_the_service_has_it_where_it_may_be_null() -> None:
    inputs = [{"name": "a", "type": "text"}, {"name": "b", "type": "text", "nullable": True}]
    card: Any = {"inputs": inputs, "output": {"kind": "regression"}, "version": "v"}
    columns = Columns(card, {}, "")
    assert columns.row({"a": "", "b": ""}, "csv", TextStyle()) == {}
    assert columns.row({"a": "", "b": ""}, "jsonl", TextStyle()) == {"a": "", "b": ""}


@pytest.mark.parametrize("prefix", ["\udcff", "a\nb"])
def test_a_prefix_that_no_column_can_have_is_refused(url: str, tmp_path: Path, prefix: str) -> None:
    (tmp_path / "in.csv").write_text("comment\nfine\n")
    with pytest.raises(Unusable, match="prefix"):
        enrich(MODEL, tmp_path / "in.csv", tmp_path / "out.csv", url=url, prefix=prefix)


@pytest.mark.parametrize(("closed", "status"), [("<&-", 2), (">&-", 2), ("2>&-", 1)])
def test_a_closed_standard_stream_is_no_traceback(url: str, closed: str, status: int) -> None:
    done = subprocess.run(
        ["/bin/sh", "-c", f'"$@" {closed}', "sh", *command("-", "-")],
        cwd=ROOT,
        env=environment(url),
        input=b'{"comment": "fine"}\n{"comment": 5}\n',
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert b"Traceback" not in done.stderr
    assert done.returncode == status
    assert done.stdout.count(b"\n") == (1 if status == 1 else 0)


def test_a_side_file_without_a_folder_leaves_nothing_behind(url: str, tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text('{"comment": "fine"}\n')
    with pytest.raises(Unusable, match="its folder does not exist"):
        enrich(MODEL, tmp_path / "in.jsonl", tmp_path / "out.jsonl", url=url, failed=tmp_path / "no" / "side")
    assert [file.name for file in tmp_path.iterdir()] == ["in.jsonl"]
