"""Promises of packed inputs of jobs: a workbook and a compressed CSV give the rows of the CSV that they hold."""

from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from service.jobs.sources.inputs import open_source, read
from service.jobs.sources.partitions import WrongInput
from service.jobs.sources.source import RequiredColumns
from tests.support.packed_files import packed_as
from wire.cells.text_options import TextOptions

TEXT = "client;a;month\n1;0,5;2005-09-30\n2;1500,25;2005-10-01\n"
ROWS = [
    {"client": "1", "a": "0,5", "month": "2005-09-30"},
    {"client": "2", "a": "1500,25", "month": "2005-10-01"},
]
"""The cells stay as they are written; the source says how to read them."""


def rows_of(file: Path, sheet: str | None = None) -> list[dict[str, Any]]:
    required = RequiredColumns(["client", "a"], frozenset(["a"]), "client", text=TextOptions(sheet=sheet))
    return [row for batch in read(open_source(str(file), required), ["client", "a", "month"]) for row in batch.to_pylist()]


def write_workbook(file: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Notes"
    book.active.append(["nothing"])
    sheet = book.create_sheet("Clients")
    for row in (["client", "a", "month"], [1, 0.5, date(2005, 9, 30)], [2, 1500.25, date(2005, 10, 1)]):
        sheet.append(row)
    book.save(file)
    book.close()


@pytest.mark.parametrize("name", ["clients.csv.gz", "clients.CSV.ZIP", "clients.csv.zst"])
def test_a_compressed_csv_gives_the_rows_of_the_csv(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(packed_as(name.rpartition(".")[2].lower(), TEXT.encode()))
    assert rows_of(tmp_path / name) == ROWS


def test_a_named_sheet_gives_the_rows_of_the_csv(tmp_path: Path) -> None:
    write_workbook(tmp_path / "clients.xlsx")
    with_points = [row | {"a": row["a"].replace(",", ".")} for row in ROWS]
    assert rows_of(tmp_path / "clients.xlsx", "Clients") == with_points


def test_columns_are_found_by_label_and_by_option(tmp_path: Path) -> None:
    (tmp_path / "clients.csv").write_text("Kunde;AMOUNT;a-b;month\n1;0,5;9;2005-09-30\n2;1500,25;9;2005-10-01\n")
    required = RequiredColumns(
        ["client", "a"], frozenset(["a"]), "client", labels={"a": ["Amount", "Kwota"]}, columns={"client": "Kunde"}
    )
    source = open_source(str(tmp_path / "clients.csv"), required)
    assert [row for batch in read(source, ["client", "a", "month"]) for row in batch.to_pylist()] == ROWS
    assert source.matched == {"client": "Kunde", "a": "AMOUNT"}


def test_two_columns_for_one_field_name_the_option(tmp_path: Path) -> None:
    (tmp_path / "clients.csv").write_text("client;A;Amount\n1;2;3\n")
    required = RequiredColumns(["client", "a"], frozenset(["a"]), "client", labels={"a": ["Amount"]})
    with pytest.raises(WrongInput, match=r"Several columns could be a: A, Amount\. Say --field a=COLUMN"):
        open_source(str(tmp_path / "clients.csv"), required)


def test_a_sheet_that_is_not_there_names_the_option(tmp_path: Path) -> None:
    write_workbook(tmp_path / "clients.xlsx")
    with pytest.raises(WrongInput, match=r"Notes, Clients\..*In this command: --sheet NAME"):
        rows_of(tmp_path / "clients.xlsx", "Orders")


@pytest.mark.parametrize("name", ["clients.csv.gz", "clients.csv.zip", "clients.csv.zst", "clients.xlsx"])
def test_a_damaged_file_is_refused_in_a_sentence(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"not packed at all")
    with pytest.raises(WrongInput, match=r"[A-Z].*\."):
        rows_of(tmp_path / name)


@pytest.mark.parametrize("name", ["clients.gz", "clients.json.gz", "clients.xls", "clients"])
def test_another_name_is_told_which_names_there_are(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"x")
    with pytest.raises(WrongInput, match=r"is neither a Parquet file, nor a CSV file .* nor an Excel workbook"):
        rows_of(tmp_path / name)
