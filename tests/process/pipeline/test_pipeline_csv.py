"""Promises of the CSV files of the pipeline: they are read as the service reads them, and come back in their dialect."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from client import Prediction
from pipeline import Unusable, enrich
from pipeline.columns import Columns
from pipeline.formats.records import Record
from pipeline.formats.rendering import SplicedCsvRenderer
from pipeline.input_source import open_source
from tests.support.packed_files import packed_as
from tests.support.pipeline_command import MODEL, lines_of, run
from tests.support.server_process import Program
from tests.support.workbooks import workbook
from wire.cells.text_options import TextOptions
from wire.cells.text_style import TextStyle

CARD: Any = {
    "inputs": [
        {"name": "carat", "type": "number"},
        {"name": "cut", "type": "category", "categories": []},
        {"name": "sold", "type": "date", "nullable": True},
    ],
    "output": {"kind": "regression"},
    "version": "v1",
}
COLUMNS = Columns(CARD, {}, "")
PREDICTION: Prediction = {
    "value": 2646.5,
    "interval": {"low": 0.25, "high": 3e-05, "coverage": 0.9},
    "decision": None,
    "warnings": [],
}


@pytest.fixture(scope="module")
def url(program: Program) -> str:
    return program.url


def read(path: Path, text: str, **options: Any) -> tuple[list[Record], TextStyle, bytes]:
    """Return the records of a CSV, its style, and its text with one more prediction in each row."""
    path.write_bytes(text.encode())
    with open_source(str(path), "csv", COLUMNS, TextOptions(**options), names_needed=True) as source:
        assert source.csv is not None
        records = list(source.records)
        renderer = SplicedCsvRenderer(
            source.csv.header, COLUMNS.added, source.csv.separator, source.csv.line_end, source.style
        )
        text_of = [renderer.text(record, COLUMNS.cells(PREDICTION)) for record in records if record.values is not None]
        return records, source.style, renderer.header + b"".join(text_of)


def test_a_csv_with_decimal_commas_comes_back_in_its_dialect(tmp_path: Path) -> None:
    records, style, out = read(tmp_path / "in.csv", "sep=;\ncarat;cut\n0,7;Ideal\n1,25; Fair\n")
    assert style.decimal == "comma"
    assert [COLUMNS.row(record.values or {}, "csv", style) for record in records] == [
        {"carat": 0.7, "cut": "Ideal"},
        {"carat": 1.25, "cut": "Fair"},
    ]
    assert out.decode().splitlines() == [
        "sep=;",
        "carat;cut;value;low;high;version",
        "0,7;Ideal;2646,5;0,25;3e-05;v1",
        "1,25; Fair;2646,5;0,25;3e-05;v1",
    ]


def test_a_csv_that_does_not_show_its_decimal_sign_asks_for_an_option(tmp_path: Path) -> None:
    text = "carat;cut\n1,500;Ideal\n"
    with pytest.raises(Unusable, match="--decimal or --thousands"):
        read(tmp_path / "in.csv", text)
    for options, carat in (({"decimal": "comma"}, 1.5), ({"thousands": "comma"}, 1500)):
        records, style, _ = read(tmp_path / "in.csv", text, **options)
        assert COLUMNS.row(records[0].values or {}, "csv", style)["carat"] == carat


def test_dates_and_missing_values_are_read_as_the_options_say(tmp_path: Path) -> None:
    text = "carat;cut;sold\n1;Ideal;11/29/2026\nNA;Ideal;null\n"
    records, style, _ = read(tmp_path / "in.csv", text, dates="month_first", missing="words")
    assert [COLUMNS.row(record.values or {}, "csv", style) for record in records] == [
        {"carat": 1, "cut": "Ideal", "sold": "2026-11-29"},
        {"cut": "Ideal"},
    ]


def test_blank_lines_short_rows_and_nameless_columns_do_not_fail(tmp_path: Path) -> None:
    text = ";;;;\ncarat;cut;note;;\n;;;;\n1;Ideal;x;;\n2;Fair\n3\n4;Fair;y;a;b\n"
    records, _, out = read(tmp_path / "in.csv", text)
    assert [record.reason for record in records] == [
        "",
        "",
        "The line has 1 cells, the header has 5.",
        "The line has cells in two columns without a name.",
    ]
    assert records[0].values == {"carat": "1", "cut": "Ideal", "note": "x"}
    assert records[1].values == {"carat": "2", "cut": "Fair", "note": ""}
    rows = list(csv.reader(io.StringIO(out.decode()), delimiter=";"))[1:]
    assert [len(row) for row in rows] == [9] * 3
    assert [row[5] for row in rows] == ["value", "2646.5", "2646.5"]


def test_a_csv_of_one_column_holds_any_sign_and_keeps_its_texts(url: str, tmp_path: Path) -> None:
    comments = ["Great room, rude staff", 'He said "no", then left', "fine", "a;b|c"]
    quoted = ['"Quoted, with ""quotes"""']
    (tmp_path / "in.csv").write_text("comment\n" + "\n".join([*comments, *quoted]) + "\n")
    summary = enrich(MODEL, tmp_path / "in.csv", tmp_path / "out.csv", url=url)
    assert (summary.enriched, summary.failed) == (5, 0)
    with (tmp_path / "out.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["comment"] for row in rows] == [*comments, 'Quoted, with "quotes"']
    assert all(0 <= float(row["probability_positive"]) <= 1 for row in rows)


def test_the_command_has_the_options(url: str, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("sep=;\nid;comment\n1;great\n2;NA\n")
    done = run(url, tmp_path / "in.csv", tmp_path / "out.csv", "--missing", "words", "--decimal", "comma")
    assert done.returncode == 1, done.stderr
    lines = (tmp_path / "out.csv").read_text().splitlines()
    assert (lines[0], len(lines)) == ("sep=;", 3)
    assert lines[2].startswith("1;great;positive;")
    assert "," in lines[2].split(";")[4]


COMMENTS = ["great", "awful, really", "=1+1"]


@pytest.mark.parametrize("ending", ["jsonl", "csv", "parquet", "xlsx"])
def test_a_workbook_is_enriched_in_every_format(ending: str, url: str, tmp_path: Path) -> None:
    rows = [[index, text, index / 2, True] for index, text in enumerate(COMMENTS, start=1)]
    (tmp_path / "in.xlsx").write_bytes(workbook([["id", "comment", "share", "ok"], *rows], has_name=False))
    target = tmp_path / f"out.{ending}"
    summary = enrich(MODEL, tmp_path / "in.xlsx", target, url=url)
    assert (summary.enriched, summary.failed) == (3, 0)
    if ending == "jsonl":
        results = [[line[name] for name in ("id", "comment", "share", "ok")] for line in lines_of(target)]
    elif ending == "parquet":
        results = [list(row.values())[:4] for row in pq.read_table(target).to_pylist()]
    elif ending == "xlsx":
        head, *cells = openpyxl.load_workbook(target).worksheets[0].iter_rows(values_only=True)
        assert head[:6] == ("id", "comment", "share", "ok", "label", "decision")
        assert all(isinstance(row[6], float) for row in cells)
        results = [list(row[:4]) for row in cells]
    else:
        with target.open(newline="") as file:
            results = [row[:4] for row in list(csv.reader(file))[1:]]
        rows = [["1", "great", "0.5", "true"], ["2", "awful, really", "1", "true"], ["3", "=1+1", "1.5", "true"]]
    assert results == rows


@pytest.mark.parametrize("name", ["Comment", "KOMENTARZ (PO ANGIELSKU)", "comment "])
def test_a_column_is_found_by_its_label_in_either_language_and_told(name: str, url: str, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(f"id;{name}\n1;great\n", encoding="utf-8")
    summary = enrich(MODEL, tmp_path / "in.csv", tmp_path / "out.csv", url=url)
    assert (summary.enriched, summary.failed) == (1, 0)
    assert summary.matched == ({"comment": name} if name.strip() != "comment" else {})
    head, line = (tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()
    assert head.startswith(f"id;{name};label;")
    assert line.startswith("1;great;positive;")


def test_two_columns_for_one_field_name_the_option(url: str, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("Comment,COMMENT\na,b\n")
    with pytest.raises(Unusable, match=r"Comment, COMMENT\. Say --field comment=COLUMN"):
        enrich(MODEL, tmp_path / "in.csv", tmp_path / "out.csv", url=url)
    summary = enrich(MODEL, tmp_path / "in.csv", tmp_path / "out.csv", url=url, fields={"comment": "COMMENT"})
    assert (summary.enriched, summary.matched) == (1, {"comment": "COMMENT"})


@pytest.mark.parametrize("ending", ["gz", "zip", "zst"])
def test_a_compressed_csv_is_enriched(ending: str, url: str, tmp_path: Path) -> None:
    text = ("id;comment\n" + "".join(f"{index};{each}\n" for index, each in enumerate(COMMENTS))).encode()
    (tmp_path / f"in.csv.{ending}").write_bytes(packed_as(ending, text))
    summary = enrich(MODEL, tmp_path / f"in.csv.{ending}", tmp_path / "out.csv", url=url)
    assert (summary.enriched, summary.failed) == (3, 0)
    assert (tmp_path / "out.csv").read_text().splitlines()[1].startswith("0;great;positive;")


def test_a_quote_that_stays_open_refuses_the_file_with_its_place(url: str, tmp_path: Path) -> None:
    rows = [f"{number},fine" for number in range(200)]
    rows[7] = '7,"fine'
    (tmp_path / "in.csv").write_text("\n".join(["id,comment", *rows]))
    with pytest.raises(Unusable, match=r"The row that begins in line 9 cannot be read: a quote is left open\."):
        enrich(MODEL, tmp_path / "in.csv", tmp_path / "out.csv", url=url)
    assert not (tmp_path / "out.csv").exists()


def test_a_quote_that_stays_open_over_many_lines_is_not_kept_in_memory(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_bytes(b'carat,cut\n"0.7,Ideal\n' + b"1.25,Fair\n" * 2_000_000)
    with (
        pytest.raises(Unusable, match=r"line 2 is longer than 16,777,216 bytes\. Is a quote open"),
        open_source(str(tmp_path / "in.csv"), "csv", COLUMNS, TextOptions(), names_needed=True) as source,
    ):
        list(source.records)


def test_a_csv_with_carriage_returns_alone_comes_back_with_them(tmp_path: Path) -> None:
    records, _, out = read(tmp_path / "in.csv", 'carat;cut\r0,7;Ideal\r1,25;"a\rb"\r')
    assert [record.values for record in records] == [{"carat": "0,7", "cut": "Ideal"}, {"carat": "1,25", "cut": "a\rb"}]
    assert out.split(b"\r")[0] == b"carat;cut;value;low;high;version"
    assert b"\n" not in out


def test_a_date_that_may_mean_two_days_advises_the_option_of_the_command() -> None:
    slashes = {"carat": "0.7", "cut": "Ideal", "sold": "11/29/2026"}
    assert COLUMNS.advice(slashes, TextStyle()) == " A date with slashes needs --dates day_first or --dates month_first."
    assert COLUMNS.advice(slashes, TextStyle(dates="month_first")) == ""
    assert COLUMNS.advice(slashes | {"sold": "29.11.2026"}, TextStyle()) == ""


def test_a_file_of_another_kind_is_told_what_it_is(url: str, tmp_path: Path) -> None:
    pq.write_table(pa.table({"comment": ["fine"] * 2000}), tmp_path / "in.csv")
    with pytest.raises(Unusable, match=r"The file is a Parquet file, not a CSV\."):
        enrich(MODEL, tmp_path / "in.csv", tmp_path / "out.csv", url=url)


def test_a_zero_character_fails_its_record_alone_if_it_becomes_csv(url: str, tmp_path: Path) -> None:
    lines = [json.dumps({"comment": "fine", "note": note}) for note in ("a", "a\0b")]
    (tmp_path / "in.jsonl").write_text("\n".join(lines))
    summary = enrich(MODEL, tmp_path / "in.jsonl", tmp_path / "out.csv", url=url)
    assert (summary.enriched, summary.failed) == (1, 1)
    (failure,) = lines_of(tmp_path / "out.csv.failed.jsonl")
    assert "zero character" in failure["reason"]


def test_a_packed_file_that_cannot_be_read_ends_with_a_sentence(url: str, tmp_path: Path) -> None:
    for name in ("in.xlsx", "in.csv.gz", "in.csv.zip"):
        (tmp_path / name).write_bytes(b"no")
        with pytest.raises(Unusable, match=f"{name} cannot be read"):
            enrich(MODEL, tmp_path / name, tmp_path / "out.csv", url=url)
    for name in ("in.jsonl.gz", "in.xls", "in"):
        (tmp_path / name).write_bytes(b"no")
        with pytest.raises(Unusable, match="ending"):
            enrich(MODEL, tmp_path / name, tmp_path / "out.csv", url=url)


@pytest.mark.parametrize(("charset", "note"), [("windows-1250", "zażółć"), ("iso-8859-2", "gęś"), ("utf-16", "日本")])
def test_a_csv_in_another_encoding_is_enriched_as_its_copy_in_utf_8(
    charset: str, note: str, url: str, tmp_path: Path
) -> None:
    text = f"comment;note\r\nlovely day;{note}\r\nawful;{note}\r\n"
    targets = []
    for name, encoding in (("other", charset), ("plain", "utf-8")):
        source, target = tmp_path / f"{name}.csv", tmp_path / f"{name}-out.csv"
        source.write_bytes(text.encode(encoding))
        summary = enrich(MODEL, source, target, url=url, charset="" if encoding == "utf-8" else charset)
        assert (summary.enriched, summary.failed) == (2, 0)
        targets.append(target.read_bytes())
    assert targets[0] == targets[1]
    assert note in targets[0].decode()


@pytest.mark.parametrize(
    ("name", "content", "charset", "reason"),
    [
        ("in.csv", b"comment\n\xff\xfe\xfd\n", "utf-8", "in.csv is not utf-8"),
        (
            "in.csv",
            b"comment\nx\n",
            "klingon",
            "The charset klingon is not supported. Use one of: utf-8, utf-16, windows-1250",
        ),
        ("-", b"", "windows-1250", "Standard input is read as UTF-8"),
    ],
)
def test_an_encoding_that_does_not_fit_ends_the_run(
    name: str, content: bytes, charset: str, reason: str, url: str, tmp_path: Path
) -> None:
    source = name if name == "-" else str(tmp_path / name)
    if name != "-":
        (tmp_path / name).write_bytes(content)
    with pytest.raises(Unusable, match=reason):
        enrich(MODEL, source, tmp_path / "out.csv", url=url, charset=charset, standard_format="csv")


def test_a_compressed_csv_in_another_encoding_is_read(url: str, tmp_path: Path) -> None:
    source = tmp_path / "in.csv.gz"
    source.write_bytes(packed_as("gz", "comment\nświetny dzień\n".encode("windows-1250")))
    summary = enrich(MODEL, source, tmp_path / "out.jsonl", url=url, charset="windows-1250")
    assert summary.enriched == 1
    assert "świetny dzień" in lines_of(tmp_path / "out.jsonl")[0]["comment"]
