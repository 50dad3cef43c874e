"""Promises of Excel workbooks: a sheet is read as the CSV that it would be, told and bounded; what is written comes back."""

import csv
import io
import re
from datetime import UTC, date, datetime, time, timedelta
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
    with pytest.raises(PackedFileError) as error:
        read(saved_by_openpyxl([["a"], ["=1+1"]]))
    assert error.value.code == "formula_without_value"


def test_hidden_rows_are_read_and_counted() -> None:
    rows, sheet = read(workbook([["a"], [1], [2], [3]], hidden=[2, 3, 9]))
    assert [row[0] for row in rows][:4] == ["a", "1", "2", "3"]
    assert sheet.hidden_rows == 2


def test_the_first_visible_sheet_is_read_or_the_named_one() -> None:
    content = workbook([["a"]], sheets=["Old", "New", "Other"], hidden_sheets=["Old"])
    assert read(content)[0][1] == ["New"]
    assert read(content, "Other")[0][1] == ["Other"]
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
    "half a gigabyte of spaces": lambda xml: xml.replace(b"<sheetData>", b"<sheetData>" + b" " * (2**29)),
}


@pytest.mark.parametrize("change", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_sheet_is_refused(change: Any) -> None:
    with pytest.raises((PackedFileError, PackedFileTooLarge)):
        read(changed(workbook([["a", "b"], [1, 2], [3, 4]]), SHEET, change))


def test_texts_and_rows_have_limits() -> None:
    content = workbook([["a"], ["x"]])
    with pytest.raises(PackedFileTooLarge, match="texts and styles"):
        read(changed(content, "xl/sharedStrings.xml", lambda xml: xml + b" " * (2**26)))
    repeated = workbook([["a"], *[["x" * 30_000]] * 400])
    assert len(repeated) < 50_000
    with pytest.raises(PackedFileTooLarge, match="1,000,000 bytes"):
        read(repeated, limit=1_000_000)


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
@example([[1.7976931348623157e308, -1e308, 9.8e307]])
@given(st.lists(st.lists(VALUES, min_size=3, max_size=3), min_size=1, max_size=5))
def test_what_is_written_is_read_again_and_no_text_is_a_formula(rows: list[list[Any]]) -> None:
    out = io.BytesIO()
    writer = WorkbookWriter(out, ["a", "b", "c"])
    writer.write(rows)
    writer.close()
    sheet = openpyxl.load_workbook(io.BytesIO(out.getvalue()), data_only=False).worksheets[0]
    found = list(sheet.iter_rows(min_row=2, max_row=1 + len(rows), max_col=3))
    assert not any(cell.data_type == "f" or cell.hyperlink for row in found for cell in row)
    for row, cells in zip(rows, found, strict=True):
        for value, cell in zip(row, cells, strict=True):
            if isinstance(value, date):
                assert cell.value.date() == value
            elif isinstance(value, float):
                assert float(cell.value) == pytest.approx(value, rel=1e-15)
                assert isinstance(cell.value, str) == (abs(value) > 9.9e307)
            elif value != "":
                assert cell.value == value


def test_moments_with_a_zone_and_days_before_excel_are_texts() -> None:
    out = io.BytesIO()
    writer = WorkbookWriter(out, ["a"])
    values = [datetime(2026, 11, 29, tzinfo=UTC), date(1799, 1, 1), timedelta(-1), float("nan"), 10**18]
    writer.write([value] for value in values)
    writer.close()
    rows, _ = read(out.getvalue())
    assert [row[0] for row in rows[1:]] == [str(value) for value in values]
