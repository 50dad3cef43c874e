"""The pipeline over files: every record once, in order, unchanged but for what is added; what cannot be enriched is told."""

import csv
import datetime
import io
import json
import re
import subprocess
import sys
import threading
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from client import Client
from pipeline import PipelineError, Unusable, enrich
from pipeline.formats.records import CsvRecords, Record, read_json_lines
from pipeline.formats.rendering import JsonLinesRenderer, SplicedCsvRenderer
from pipeline.ordered_batches import process_in_order
from tests.support.pipeline_command import MODEL, command, lines_of, run
from tests.support.repository import ROOT
from tests.support.server_process import Program
from wire.cells.text_style import TextStyle
from wire.column_names import ColumnNames

ADDED = ["label", "decision", "probability_negative", "probability_positive", "version"]


@pytest.fixture(scope="module")
def url(bundled_service: Program) -> str:
    return bundled_service.url


@pytest.fixture(scope="module")
def comments(cards: dict[str, Any]) -> list[str]:
    return [row["comment"] for row in cards[MODEL]["real_rows"]]


def expected(url: str, rows: list[dict[str, Any]], model: str = MODEL) -> list[dict[str, Any]]:
    """The columns that should be added, asked for one row at a time."""
    service, columns = Client(url), []
    for row in rows:
        answer = service.predict(model, [row])
        one = answer["predictions"][0]
        if "label" in one:
            shares = {f"probability_{label}": share for label, share in one["probabilities"].items()}
            columns.append({"label": one["label"], "decision": one["decision"], **shares, "version": answer["version"]})
        else:
            interval = one["interval"]
            assert interval is not None
            ends = {"low": interval["low"], "high": interval["high"]}
            columns.append({"value": one["value"], **ends, "version": answer["version"]})
    return columns


def test_json_lines_keep_their_text_and_order_and_get_the_columns_of_the_contract(
    url: str, comments: list[str], tmp_path: Path
) -> None:
    texts = [
        f'{{ "id": {index}.00,"comment": {json.dumps(text)}, "ü": [1e2, {{}}] }}' for index, text in enumerate(comments)
    ]
    (tmp_path / "in.jsonl").write_text("\n".join(texts), encoding="utf-8")
    done = run(url, tmp_path / "in.jsonl", tmp_path / "out.jsonl", "--batch-records", "7")
    assert done.returncode == 0, done.stderr
    written = (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()
    assert [new.startswith(old[:-2]) for new, old in zip(written, texts, strict=True)] == [True] * len(texts)
    added = [{name: json.loads(line)[name] for name in ADDED} for line in written]
    assert added == expected(url, [{"comment": text} for text in comments])
    assert list(json.loads(written[0])) == ["id", "comment", "ü", *ADDED]
    assert sorted(file.name for file in tmp_path.iterdir()) == ["in.jsonl", "out.jsonl"]
    assert f"{len(comments)} records, {len(comments)} enriched, 0 failed" in done.stderr.decode()


def test_a_csv_keeps_every_byte_of_its_cells_formulas_too(url: str, tmp_path: Path) -> None:
    rows = ['1,"I love, it",=1+2\r\n', '2,"two\r\nlines ""so""",@x\r\n', "3, fine ,  +4 \r\n"]
    (tmp_path / "in.csv").write_bytes(("\ufeffid,text,note\r\n" + "".join(rows)).encode())
    summary = enrich(MODEL, tmp_path / "in.csv", tmp_path / "out.csv", url=url, fields={"comment": "text"}, prefix="s_")
    written = (tmp_path / "out.csv").read_bytes().decode()
    assert written.startswith(
        "\ufeffid,text,note,s_label,s_decision,s_probability_negative,s_probability_positive,s_version\r\n"
    )
    assert all(row.removesuffix("\r\n") + "," in written for row in rows)
    cells = list(csv.DictReader(io.StringIO(written.removeprefix("\ufeff"), newline="")))
    answers = expected(url, [{"comment": text} for text in ("I love, it", 'two\r\nlines "so"', " fine ")])
    assert [{name: row["s_" + name] for name in ADDED} for row in cells] == [
        {name: str(value) for name, value in answer.items()} for answer in answers
    ]
    assert (summary.records, summary.enriched, summary.failed) == (3, 3, 0)


def test_a_number_is_the_same_from_json_csv_and_parquet(url: str, cards: dict[str, Any], tmp_path: Path) -> None:
    rows = cards["diamond-price"]["real_rows"][:40]
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    with (tmp_path / "in.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "in.parquet")
    for ending in ("jsonl", "csv", "parquet"):
        enrich("diamond-price", tmp_path / f"in.{ending}", tmp_path / f"from-{ending}.jsonl", url=url)
        answers = [
            {name: row[name] for name in ("value", "low", "high", "version")}
            for row in lines_of(tmp_path / f"from-{ending}.jsonl")
        ]
        assert answers == expected(url, rows, "diamond-price"), ending


def test_parquet_keeps_its_types_and_leaves_out_what_failed(url: str, tmp_path: Path) -> None:
    table = pa.table(
        {
            "when": pa.array(
                [datetime.datetime(2026, 1, day, tzinfo=datetime.UTC) for day in (1, 2, 3)], pa.timestamp("us", "UTC")
            ),
            "comment": ["I love it", None, "I hate it"],
            "price": pa.array([Decimal("1.10"), None, Decimal("3.30")], pa.decimal128(9, 2)),
            "bytes": [b"\x00", b"\xff", None],
        }
    )
    pq.write_table(table, tmp_path / "in.parquet")
    summary = enrich(MODEL, tmp_path / "in.parquet", tmp_path / "out.parquet", url=url)
    written = pq.read_table(tmp_path / "out.parquet")
    assert written.select(table.column_names).equals(table.take([0, 2]))
    assert written.column("label").to_pylist() == ["positive", "negative"]
    assert written.column_names == [*table.column_names, *ADDED]
    (failed,) = lines_of(Path(summary.failed_file))
    assert (failed["number"], failed["reason"]) == (2, "comment: This field is missing.")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["in.parquet", "out.parquet", "out.parquet.failed.jsonl"]


def test_json_lines_and_csv_become_parquet_and_a_csv_holds_json_lines(url: str, tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text(
        '{"comment":"good","n":null}\n{"comment":"bad","n":1.5,"more":[1]}\n{"n":2,"comment":"so so"}\n'
    )
    enrich(MODEL, tmp_path / "in.jsonl", tmp_path / "a.parquet", url=url)
    table = pq.read_table(tmp_path / "a.parquet")
    assert table.column("n").to_pylist() == [None, 1.5, 2]
    assert table.column("more").to_pylist() == [None, [1], None]
    summary = enrich(MODEL, tmp_path / "in.jsonl", tmp_path / "a.csv", url=url)
    with (tmp_path / "a.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["comment"], row["n"]) for row in rows] == [("good", ""), ("so so", "2")]
    assert "column more" in lines_of(Path(summary.failed_file))[0]["reason"]


HOSTILE = {
    "refused": (b'{"comment":5,"id":1}', "comment: Expected text."),
    "missing": (b"{}", "comment: This field is missing."),
    "no JSON": (b"nope", "not JSON"),
    "a list": (b"[1]", "not an object"),
    "NaN": (b'{"comment":"x","n":NaN}', "NaN is no number"),
    "twice": (b'{"comment":"x","comment":"y"}', "given twice"),
    "not UTF-8": (b'{"comment":"\xff"}', "not UTF-8"),
    "half a character": (b'{"comment":"\\ud800"}', "Half a character"),
    "deep": (b'{"comment":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested too deeply"),
    "nested": (b'{"comment":' + b"[" * 500 + b"]" * 500 + b"}", "Expected text."),
    "taken": (b'{"comment":"x","label":"y"}', "column label already"),
    "too long for the model": (b'{"comment":"' + b"x" * 3000 + b'"}', "2,000 characters"),
    "too long for the service": (b'{"comment":"' + b"x" * 9_000_000 + b'"}', "8,388,608 bytes"),
    "100 MB": (b'{"comment":"' + b"x" * 100_000_000 + b'"}', "longer than 16,777,216 bytes"),
}


def test_a_hostile_line_goes_to_the_side_file_with_its_number_and_reason_and_the_others_are_enriched(
    url: str, tmp_path: Path
) -> None:
    good = b'{"comment":"I love it","n":' + b"9" * 5000 + b',"x":1e999}'
    with (tmp_path / "in.jsonl").open("wb") as file:
        for line, _ in HOSTILE.values():
            file.write(good + b"\n" + line + b"\n\n")
    done = run(url, tmp_path / "in.jsonl", tmp_path / "out.jsonl")
    assert done.returncode == 1
    failed = lines_of(tmp_path / "out.jsonl.failed.jsonl")
    assert [each["number"] for each in failed] == list(range(2, 2 * len(HOSTILE) + 1, 2))
    assert [each["line"] for each in failed] == list(range(2, 3 * len(HOSTILE), 3))
    for each, (line, reason) in zip(failed, HOSTILE.values(), strict=True):
        assert reason in each["reason"]
        if "record" in each:
            assert each["record"] == json.loads(line)
        else:
            assert line.startswith(each["text"].encode("utf-8", "surrogateescape"))
    written = (tmp_path / "out.jsonl").read_bytes().splitlines()
    assert len(written) == len(HOSTILE)
    assert all(line.startswith(good[:-1]) for line in written)


def test_a_bad_line_of_a_csv_goes_to_the_side_file_and_the_next_one_is_read(url: str, tmp_path: Path) -> None:
    bad = [b"1", b"1,2,3", b'1,"a"b', b"1,\xff", b"1," + b"x" * 20_000_000]
    (tmp_path / "in.csv").write_bytes(b"id,comment\n" + b"".join(line + b"\n7,fine\n" for line in bad))
    summary = enrich(MODEL, tmp_path / "in.csv", tmp_path / "out.csv", url=url)
    assert (summary.enriched, summary.failed) == (5, 5)
    failed = lines_of(tmp_path / "out.csv.failed.jsonl")
    assert [(each["number"], each["line"]) for each in failed] == [(1, 2), (3, 4), (5, 6), (7, 8), (9, 10)]
    assert [each["text"].encode("utf-8", "surrogateescape") for each in failed[:4]] == bad[:4]


USELESS: dict[str, tuple[bytes, str, dict[str, Any], str]] = {
    "an unknown model": (b"{}\n", "in.jsonl", {"model": "no-such"}, "no model no-such"),
    "no name of a model": (b"{}\n", "in.jsonl", {"model": "../x"}, "no model ../x"),
    "an empty CSV": (b"", "in.csv", {}, "not even a header"),
    "a CSV without the column": (b"a,b\n1,2\n", "in.csv", {}, "comment"),
    "a CSV with a column twice": (b"comment,comment\n", "in.csv", {}, "twice"),
    "a CSV with an added column": (b"comment,version\n", "in.csv", {}, "--prefix"),
    "no Parquet": (b"PAR1 not PAR1", "in.parquet", {}, "cannot be read as Parquet"),
    "another ending": (b"", "in.xls", {}, "ending"),
    "an unknown field": (b"{}\n", "in.jsonl", {"fields": {"remark": "text"}}, "no field remark"),
}


@pytest.mark.parametrize("case", USELESS.values(), ids=USELESS)
def test_what_cannot_be_used_is_a_sentence_and_exit_code_2(
    case: tuple[bytes, str, dict[str, Any], str], url: str, tmp_path: Path
) -> None:
    content, name, more, sentence = case
    (tmp_path / name).write_bytes(content)
    with pytest.raises(PipelineError) as raised:
        enrich(more.get("model", MODEL), tmp_path / name, tmp_path / "out.jsonl", url=url, fields=more.get("fields"))
    assert sentence in str(raised.value)
    assert raised.value.exit_code == 2
    assert [file.name for file in tmp_path.iterdir()] == [name]


def test_the_command_says_the_same_sentences(url: str, tmp_path: Path) -> None:
    done = run(url, tmp_path / "none.jsonl", tmp_path / "out.jsonl")
    assert (done.returncode, done.stderr) == (2, b"pipeline: none.jsonl cannot be read: No such file or directory.\n")
    (tmp_path / "in.jsonl").write_bytes(b"")
    assert run(url, tmp_path / "in.jsonl", tmp_path / "no" / "out.jsonl").returncode == 2
    assert run(url, tmp_path / "in.jsonl", tmp_path / "out.jsonl").returncode == 0
    assert (tmp_path / "out.jsonl").read_bytes() == b""


def test_an_output_that_is_there_is_replaced_only_on_demand(url: str, tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text('{"comment":"good"}\n')
    (tmp_path / "out.jsonl").write_text("precious")
    with pytest.raises(Unusable, match="exists already"):
        enrich(MODEL, tmp_path / "in.jsonl", tmp_path / "out.jsonl", url=url)
    assert (tmp_path / "out.jsonl").read_text() == "precious"
    enrich(MODEL, tmp_path / "in.jsonl", tmp_path / "out.jsonl", url=url, overwrite=True)
    assert lines_of(tmp_path / "out.jsonl")[0]["comment"] == "good"


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


RECORDS = st.lists(st.dictionaries(st.text().filter(lambda name: name != "label"), VALUES, max_size=4), max_size=5)


@given(RECORDS, st.sampled_from([True, False]))
def test_a_spliced_line_is_the_record_and_what_was_added(records: list[dict[str, Any]], ensure_ascii: Any) -> None:
    text = "\n".join(json.dumps(record, ensure_ascii=ensure_ascii) for record in records)
    renderer = JsonLinesRenderer(["label"], spliced=True, as_columns=False)
    written = [json.loads(renderer.text(each, ["x"])) for each in read_json_lines(io.BytesIO(text.encode()))]
    assert written == [record | {"label": "x"} for record in records]


@given(RECORDS, st.sampled_from(["\n", "\r\n"]))
def test_lines_of_json_keep_their_ends(records: list[dict[str, Any]], line_end: str) -> None:
    text = "".join(json.dumps(record) + line_end for record in records).encode()
    renderer = JsonLinesRenderer(["label"], spliced=True, as_columns=False)
    written = b"".join(renderer.text(each, ["x"]) for each in read_json_lines(io.BytesIO(text)))
    assert written.count(b"\r") == text.count(b"\r")
    lines = written.split(line_end.encode())
    assert lines.pop() == b""
    assert [json.loads(line) for line in lines] == [record | {"label": "x"} for record in records]


CELLS = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)


@given(
    st.lists(st.tuples(CELLS, CELLS).filter(lambda row: any(cell.strip(" \t") for cell in row)), max_size=5),
    st.sampled_from(",;\t|"),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
@example([("", "\n"), ("0", "\0")], ",", "\r")
def test_a_spliced_csv_is_the_cells_and_what_was_added(rows: list[tuple[str, str]], separator: str, line_end: str) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=separator, lineterminator=line_end, quoting=csv.QUOTE_ALL)
    writer.writerows([("a", "b"), *rows])
    read = CsvRecords(io.BufferedReader(io.BytesIO(text.getvalue().encode())), ColumnNames(["a", "b"]))
    renderer = SplicedCsvRenderer(read.header, ["c"], read.separator, read.line_end, TextStyle())
    written = renderer.header + b"".join(renderer.text(record, ["+1"]) for record in read)
    parsed = list(csv.reader(io.StringIO(written.decode(), newline=""), delimiter=separator))
    assert parsed == [["a", "b", "c"], *([*row, "+1"] for row in rows)]


@settings(max_examples=30)
@given(st.lists(st.integers(1, 300_000), max_size=60), st.integers(1, 5), st.integers(1, 9))
def test_batches_come_in_order_with_every_record_once(sizes: list[int], threads: int, batch_records: int) -> None:
    records = (Record(number, 1, b"x" * size) for number, size in enumerate(sizes, 1))
    late = threading.Event()

    def ask(batch: list[Record]) -> list[int]:
        late.wait(0.002 if batch[0].number % 2 else 0)
        return [record.number for record in batch]

    with process_in_order(records, ask, threads=threads, batch_records=batch_records) as answers:
        assert [number for batch in answers for number in batch] == list(range(1, len(sizes) + 1))


def test_help_and_documentation_name_the_same_exit_codes() -> None:
    done = subprocess.run([*command("", "")[:4], "--help"], capture_output=True, text=True, check=True, cwd=ROOT)
    said = re.findall(r"(\d+) ", " ".join(done.stdout.split()).partition("Exit codes: ")[2])
    table = (ROOT / "docs" / "pipeline.md").read_text(encoding="utf-8").partition("| exit code |")[2].partition("\n\n")[0]
    assert said == re.findall(r"^\| (\d+) \|", table, re.MULTILINE) == ["0", "1", "2", "3", "4", "130"]


def test_the_room_has_no_model_library_and_no_code_of_the_service() -> None:
    program = "import sys, pipeline, pipeline.__main__; print(sorted({m.split('.')[0] for m in sys.modules} & {'service', 'sklearn', 'onnxruntime', 'numpy', 'pandas', 'pyarrow', 'tqdm', 'demo'}))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"
