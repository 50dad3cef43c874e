"""Promises of Excel workbooks: a sheet is read as the CSV that it would be, told and bounded; what is written comes back."""

import contextlib
import csv
import io
import re
import tempfile
import zipfile
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tabular.errors import PackedFileError, PackedFileTooLarge
from tabular.workbook_reader import Sheet, write_sheet_as_csv
from tabular.workbook_writer import WorkbookWriter
from tests.support.workbooks import changed, workbook

HEADER = ["text", "whole", "number", "truth", "day", "moment", "span", "hour"]
ROW = ["Łódź, ok", 17, 0.1, True, datetime(2026, 11, 29), datetime(2026, 11, 29, 14, 30), timedelta(hours=26.5), time(9, 30)]
TEXTS = ["Łódź, ok", "17", "0.1", "true", "2026-11-29", "2026-11-29T14:30:00", "26:30:00", "09:30:00"]


def read(content: bytes, name: str | None = None, limit: int = 10**7) -> tuple[list[list[str]], Sheet]:
    target = io.BytesIO()
    sheet = write_sheet_as_csv(io.BytesIO(content), name, target, limit)
    return list(csv.reader(io.StringIO(target.getvalue().decode(), newline=""))), sheet


def archive_of(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def saved_by_openpyxl(rows: list[list[Any]]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("save", [workbook, saved_by_openpyxl])
def test_each_kind_of_cell_is_read_as_one_text(save: Any) -> None:
    rows, sheet = read(save([HEADER, ROW]))
    assert rows[:2] == [HEADER, TEXTS]
    assert sheet.kinds[1:6] == ["int64", "float64", "bool", "date32", "timestamp[us]"]
    assert sheet.row_numbers[:2] == [1, 2]


def test_blank_rows_are_left_out_and_rows_keep_their_numbers() -> None:
    rows, sheet = read(saved_by_openpyxl([[], ["a", "b"], [None, " "], [1], [], ["x", "y", None], [1, 2, 3]]))
    assert rows == [["a", "b"], ["1", ""], ["x", "y"], ["1", "2", "3"]]
    assert sheet.row_numbers == [2, 4, 6, 7]


def test_formulas_are_their_values_and_errors_are_texts() -> None:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["a", "b", "c"])
    sheet.write_formula(1, 0, "=1+1", None, 2)
    sheet.write_formula(1, 1, '="x"&"y"', None, "xy")
    sheet.write_formula(1, 2, "=NA()", None, "#N/A")
    book.close()
    assert read(out.getvalue())[0][1] == ["2", "xy", "#N/A"]


def test_a_formula_that_no_program_has_computed_is_named_by_its_row() -> None:
    with pytest.raises(PackedFileError, match="Row 3 of the sheet") as error:
        read(saved_by_openpyxl([["a"], [1], ["=1+1"], ["=2+2"]]))
    assert (error.value.code, error.value.line) == ("formula_without_value", 3)


def test_hidden_rows_and_columns_are_read_and_counted() -> None:
    rows, sheet = read(
        workbook([["a", "b", None], [1], [2], [None, " "], [3]], hidden=[1, 3, 4, 9], hidden_columns=[1, 2, 7])
    )
    assert rows[:4] == [["a", "b"], ["1", ""], ["2", ""], ["3", ""]]
    assert (sheet.hidden_rows, sheet.hidden_columns) == (2, 1)


def test_the_first_visible_sheet_is_read_or_the_named_one() -> None:
    content = workbook([["a"]], sheets=["Old", "New", "Other"], hidden_sheets=["Old"])
    assert read(content)[0][1] == ["New"]
    rows, sheet = read(content, "Other")
    assert rows[1] == ["Other"]
    assert (sheet.name, sheet.sheets) == ("Other", ["Old", "New", "Other"])
    with pytest.raises(PackedFileError, match=r"Old, New, Other") as error:
        read(content, "Missing")
    assert error.value.code == "unknown_sheet"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "not_workbook"),
        (b"carat,cut\n", "not_workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "not_workbook"),
        (workbook([["a"]])[:-40], "not_workbook"),
        (archive_of({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>"}), "not_workbook"),
        (
            archive_of({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<x/>"}),
            "not_workbook",
        ),
    ],
)
def test_another_file_is_no_workbook(content: bytes, code: str) -> None:
    with pytest.raises(PackedFileError) as error:
        read(content)
    assert error.value.code == code


SHEET = "xl/worksheets/sheet1.xml"
HOSTILE: dict[str, Any] = {
    "a cell beyond the columns": lambda xml: xml.replace(b'r="A2"', b'r="XFD2"'),
    "a row beyond the sheet": lambda xml: xml.replace(b'<row r="2"', b'<row r="99999999"'),
    "a row of a million cells": lambda xml: xml.replace(b"</row>", b"<c/>" * 1_000_000 + b"</row>", 1),
    "rows in another order": lambda xml: xml.replace(b'<row r="2"', b'<row r="1"'),
    "an entity bomb": lambda xml: re.sub(rb"<worksheet", b'<!DOCTYPE w [<!ENTITY a "aaa">]><worksheet', xml, count=1),
    "no XML": lambda _: b"no xml",
    "cut off": lambda xml: xml[: len(xml) // 2],
    "cut off between two rows": lambda xml: xml[: xml.index(b"</row>") + len(b"</row>")],
    "a long text": lambda xml: xml.replace(b"<v>", b"<v>" + b"1" * 10_000_000, 1),
    "a cell of many elements": lambda xml: xml.replace(b"</row>", b"<c>" + b"<x/>" * 300_000 + b"</c></row>", 1),
    "a namespace of a megabyte": lambda xml: xml.replace(b"<sheetData", b'<sheetData xmlns:x="' + b"u" * 2**20 + b'"', 1),
    "megabytes of spaces": lambda xml: xml.replace(b"<sheetData>", b"<sheetData>" + b" " * (2**24)),
}


@pytest.mark.parametrize("change", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_sheet_is_refused(change: Any) -> None:
    with pytest.raises((PackedFileError, PackedFileTooLarge)):
        read(changed(workbook([["a", "b"], [1, 2], [3, 4]]), SHEET, change))


PARTS: dict[str, tuple[str, Any]] = {
    "bytes of texts": ("xl/sharedStrings.xml", lambda xml: xml + b" " * (2**26)),
    "many texts": ("xl/sharedStrings.xml", lambda xml: xml.replace(b"<si>", b"<si/>" * 2_100_000 + b"<si>", 1)),
    "many styles": ("xl/styles.xml", lambda xml: xml.replace(b"<xf ", b"<xf/>" * 140_000 + b"<xf ", 1)),
    "many sheets": ("xl/workbook.xml", lambda xml: xml.replace(b"<sheet ", b'<sheet name="a"/>' * 140_000 + b"<sheet ", 1)),
    "entities": (
        "xl/sharedStrings.xml",
        lambda xml: re.sub(rb"<sst.*<t>x</t>", b'<!DOCTYPE s [<!ENTITY a "aaa">]><sst><si><t>&a;</t>', xml, flags=re.S),
    ),
    "a namespace of a megabyte": (
        "xl/styles.xml",
        lambda xml: xml.replace(b"<fonts", b'<fonts xmlns:x="%s"' % (b"u" * 2**20)),
    ),
}


@pytest.mark.parametrize(("part", "change"), PARTS.values(), ids=PARTS)
def test_a_part_that_would_fill_the_memory_is_refused_before_it_is_built(part: str, change: Any) -> None:
    content = workbook([["a"], ["x"]])
    assert changed(content, part, change) != changed(content, part, bytes)
    with pytest.raises((PackedFileTooLarge, PackedFileError)):
        read(changed(content, part, change))


def test_rows_that_unpack_to_more_than_the_limit_are_refused() -> None:
    repeated = workbook([["a"], *[["x" * 30_000]] * 400])
    assert len(repeated) < 50_000
    with pytest.raises(PackedFileTooLarge, match="1,000,000 bytes"):
        read(repeated, limit=1_000_000)


def test_only_the_chosen_sheet_is_read() -> None:
    content = workbook([["a"], [1]], sheets=["One", "Two"])
    damaged = changed(content, "xl/worksheets/sheet1.xml", lambda _: b"no xml")
    assert read(damaged, "Two")[0] == [["a"], ["1"], ["Two"]]
    with pytest.raises(PackedFileError):
        read(damaged, "One")


def test_what_follows_the_rows_is_not_read() -> None:
    content = workbook([["a"], [1]])
    hyperlinks = b"<hyperlinks>" + b'<hyperlink ref="A1"/>' * 300_000 + b"</hyperlinks>"
    more = changed(content, SHEET, lambda xml: xml.replace(b"</sheetData>", b"</sheetData>" + hyperlinks))
    assert read(more) == read(content)


BASE = workbook([HEADER, ROW], sheets=["One", "Two"])


@given(
    part=st.sampled_from(zipfile.ZipFile(io.BytesIO(BASE)).namelist()),
    start=st.integers(0, 3000),
    length=st.integers(0, 60),
    new=st.sampled_from([b"", b"<", b"/>", b'"', b"\xff", b"9" * 400, b"-1", b"inf", b"1e999", b"xl/worksheets/sheet1.xml"]),
)
@settings(max_examples=150)
def test_a_workbook_that_was_changed_anywhere_is_read_or_refused(part: str, start: int, length: int, new: bytes) -> None:
    content = changed(BASE, part, lambda xml: xml[:start] + new + xml[start + length :])
    with contextlib.suppress(PackedFileError, PackedFileTooLarge):
        read(content)


def test_a_cell_far_down_costs_no_memory() -> None:
    rows, sheet = read(
        changed(
            workbook([["a"], [1]]), SHEET, lambda xml: xml.replace(b'r="3"', b'r="1048576"').replace(b'"A3"', b'"A1048576"')
        )
    )
    assert (len(rows), sheet.row_numbers[-1]) == (3, 1_048_576)


VALUES = (
    st.none()
    | st.booleans()
    | st.integers(-(10**14), 10**14)
    | st.floats(allow_nan=False, allow_infinity=False, allow_subnormal=False)
    | st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)
    | st.sampled_from(["=1+1", "http://example.com", "+1", "007", "@x"])
    | st.dates(date(1900, 3, 1))
    | st.timedeltas(timedelta(), timedelta(9999)).map(lambda span: timedelta(seconds=round(span.total_seconds())))
)


@settings(max_examples=50)
@example([[0.12670493125915527, 1e-7, 5e-324]])
@example([[1.7976931348623157e308, -1e308, 9.8e307]])
@given(st.lists(st.lists(VALUES, min_size=3, max_size=3), min_size=1, max_size=5))
def test_what_is_written_is_read_again_and_no_text_is_a_formula(rows: list[list[Any]]) -> None:
    out = io.BytesIO()
    writer = WorkbookWriter(out, ["a", "b", "c"])
    writer.write(rows)
    writer.close()
    sheet = openpyxl.load_workbook(io.BytesIO(out.getvalue()), data_only=False).worksheets[0]
    result = list(sheet.iter_rows(min_row=2, max_row=1 + len(rows), max_col=3))
    assert not any(cell.data_type == "f" or cell.hyperlink for row in result for cell in row)
    for row, cells in zip(rows, result, strict=True):
        for value, cell in zip(row, cells, strict=True):
            if isinstance(value, date):
                assert cell.value.date() == value
            elif isinstance(value, float):
                assert float(cell.value) == value
                assert isinstance(cell.value, str) == (abs(value) > 9.9e307)
            elif value != "":
                assert (cell.value, type(cell.value)) == (value, type(value))


@pytest.mark.parametrize("is_closed", [True, False])
def test_a_writer_leaves_no_file_behind(is_closed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: FBT001
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    writer = WorkbookWriter(io.BytesIO(), ["a"])
    writer.write([["x"]] * 1000)
    assert list(tmp_path.iterdir())
    if is_closed:
        writer.close()
    del writer
    assert list(tmp_path.iterdir()) == []


def test_moments_with_a_zone_and_days_before_excel_are_texts() -> None:
    out = io.BytesIO()
    writer = WorkbookWriter(out, ["a"])
    values = [datetime(2026, 11, 29, tzinfo=UTC), date(1799, 1, 1), timedelta(-1), float("nan"), 10**18]
    writer.write([value] for value in values)
    writer.close()
    rows, _ = read(out.getvalue())
    assert [row[0] for row in rows[1:]] == [str(value) for value in values]
