"""Workbooks for tests, written with XlsxWriter."""

import io
import zipfile
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import xlsxwriter


def workbook(rows: list[list[Any]], **options: Any) -> bytes:
    """Write the rows into each of `sheets`, then its name.

    `hidden` and `hidden_columns` are indices of rows and columns, `hidden_sheets` names.
    """
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"default_date_format": "yyyy-mm-dd hh:mm", "strings_to_formulas": False})
    span = book.add_format({"num_format": "[h]:mm:ss"})
    for name in options.get("sheets", ["Rows"]):
        sheet = book.add_worksheet(name)
        if name in options.get("hidden_sheets", []):
            sheet.hide()
        else:
            sheet.activate()
        for index, row in enumerate(rows):
            for column, value in enumerate(row):
                sheet.write(index, column, value, *([span] if isinstance(value, timedelta) else []))
        if options.get("has_name", True):
            sheet.write(len(rows), 0, name)
        for index in options.get("hidden", []):
            sheet.set_row(index, None, None, {"hidden": True})
        for index in options.get("hidden_columns", []):
            sheet.set_column(index, index, None, None, {"hidden": True})
    book.close()
    return out.getvalue()


def changed(content: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """Return a workbook with one part changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            text = old.read(name)
            new.writestr(name, change(text) if name == part else text)
    return out.getvalue()
