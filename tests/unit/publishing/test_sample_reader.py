"""Promises about samples: any file that Files reads becomes the frame that pandas gives for the plain file."""

import gzip
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from service.publishing.drafting.findings import CannotDraft
from service.publishing.samples import columnar_sample
from service.publishing.samples.sample_reader import Sample, read_sample
from wire.cells.text_options import TextOptions

PLAIN = "city,price,rooms,sold,note\nŁódź,1500.5,3,True,a\nKraków,-0.25,,False,\nGdynia,12000,4,True,NA\n"
FRAME = pd.read_csv(io.StringIO(PLAIN))


def codes(sample: Sample) -> set[str]:
    return {finding.code for finding in sample.findings}


def write(folder: Path, name: str, content: bytes | str, encoding: str = "utf-8") -> Path:
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return file


def polish(text: str) -> str:
    """Return the CSV as a Polish spreadsheet writes it: semicolons, decimal commas, spaces between thousands."""
    text = text.replace(",", ";").replace(".", ",").replace("12000", "12\u00a0000")
    return f"sep=;\r\n{text}".replace("\n", "\r\n")


DIALECTS: dict[str, Callable[[Path], Path]] = {
    "plain": lambda folder: write(folder, "a.csv", PLAIN),
    "byte order mark": lambda folder: write(folder, "a.csv", PLAIN, "utf-8-sig"),
    "UTF-16": lambda folder: write(folder, "a.csv", PLAIN, "utf-16"),
    "windows-1250": lambda folder: write(folder, "a.csv", PLAIN, "cp1250"),
    "tabs": lambda folder: write(folder, "a.tsv", PLAIN.replace(",", "\t")),
    "pipes": lambda folder: write(folder, "a.txt", PLAIN.replace(",", "|")),
    "Polish": lambda folder: write(folder, "a.csv", polish(PLAIN)),
    "quotes": lambda folder: write(folder, "a.csv", PLAIN.replace("Kraków", '"Kraków"')),
    "empty column behind": lambda folder: write(folder, "a.csv", PLAIN.replace("\n", ",\n")),
    "blank lines": lambda folder: write(folder, "a.csv", "\n,,,,\n" + PLAIN.replace("Gdynia", "\n,,,,\nGdynia")),
    "gzip": lambda folder: write(folder, "a.csv.gz", gzip.compress(PLAIN.encode())),
    "zip": lambda folder: write(folder, "a.csv.zip", zipped(PLAIN.encode())),
}


def zipped(content: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("a.csv", content)
    return target.getvalue()


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_csv_of_any_dialect_is_the_frame_that_pandas_reads_from_the_plain_file(dialect: str, tmp_path: Path) -> None:
    sample = read_sample(DIALECTS[dialect](tmp_path))
    assert_frame_equal(sample.table, FRAME)
    assert sample.rows == 3


def test_an_encoding_and_a_decimal_comma_that_were_found_are_said(tmp_path: Path) -> None:
    assert codes(read_sample(write(tmp_path, "a.csv", PLAIN, "cp1250"))) == {"charset"}
    assert codes(read_sample(write(tmp_path, "b.csv", polish(PLAIN)))) == {"decimal_comma"}


@given(
    st.lists(
        st.tuples(
            st.floats(allow_nan=False, allow_infinity=False, width=32).map(float) | st.none(),
            st.integers(-(10**6), 10**6),
            st.text("abcŁó \"',;\n", min_size=1, max_size=6).map(lambda text: f"x{text}x"),
            st.booleans(),
        ),
        min_size=1,
        max_size=20,
    ),
    st.sampled_from([",", ";", "\t", "|"]),
)
def test_what_pandas_writes_is_what_pandas_reads(rows: list[tuple[Any, ...]], separator: str) -> None:
    from tempfile import TemporaryDirectory

    table = pd.DataFrame(rows, columns=["number", "count", "text", "flag"])
    text = table.to_csv(index=False, sep=separator)
    with TemporaryDirectory() as folder:
        sample = read_sample(write(Path(folder), "a.csv", text), options=TextOptions(decimal="point"))
    assert_frame_equal(sample.table, pd.read_csv(io.StringIO(text), sep=separator))


TYPED = pd.DataFrame(
    {
        "float32": np.array([0.5, 1, 2], dtype="float32"),
        "int16": np.array([1, 2, 3], dtype="int16"),
        "missing": pd.array([1, None, 3], dtype="Int64"),
        "flag": [True, False, True],
        "grade": pd.Categorical(["b", "a", "b"], categories=["b", "a", "c"], ordered=True),
        "day": pd.Series(["2026-01-01", None, "2026-03-01"]).astype("datetime64[us]"),
        "text": ["a", None, "c"],
    }
)


@pytest.mark.parametrize("max_rows", [2, 3])
@pytest.mark.parametrize("kind", ["parquet", "feather", "stream"])
def test_a_file_with_types_keeps_them_also_if_rows_are_drawn(kind: str, max_rows: int, tmp_path: Path) -> None:
    file = tmp_path / {"parquet": "a.parquet", "feather": "a.feather", "stream": "a.arrow"}[kind]
    if kind == "parquet":
        TYPED.to_parquet(file)
    elif kind == "feather":
        TYPED.to_feather(file)
    else:
        table = pa.Table.from_pandas(TYPED)
        with pa.OSFile(str(file), "wb") as sink, pa.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table)
    sample = read_sample(file, max_rows=max_rows)
    assert sample.rows == 3
    assert len(sample.table) == max_rows
    assert sample.table.dtypes.astype(str).to_dict() == TYPED.dtypes.astype(str).to_dict()
    expected = TYPED[TYPED["int16"].isin(sample.table["int16"])].reset_index(drop=True)
    assert_frame_equal(sample.table, expected)


def test_a_workbook_is_the_frame_that_pandas_reads(tmp_path: Path) -> None:
    from datetime import date

    import xlsxwriter

    file = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet("data")
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for at, name in enumerate(["price", "rooms", "code", "day", "sold"]):
            sheet.write(0, at, name)
        for row, (price, rooms, code, sold) in enumerate([(1.5, 2, "007", True), (2.5, 3, "008", False)], start=1):
            sheet.write(row, 0, price)
            sheet.write(row, 1, rooms)
            sheet.write_string(row, 2, code)
            sheet.write_datetime(row, 3, date(2026, 1, row), day)
            sheet.write_boolean(row, 4, sold)
    table = read_sample(file).table
    expected = pd.DataFrame({"price": [1.5, 2.5], "rooms": [2, 3], "code": ["007", "008"], "sold": [True, False]})
    assert_frame_equal(table.drop(columns="day"), expected)
    assert table["day"].dtype.kind == "M"
    assert table["day"].dt.strftime("%Y-%m-%d").tolist() == ["2026-01-01", "2026-01-02"]


@pytest.mark.parametrize("name", ["a.csv", "a.parquet"])
def test_of_very_many_rows_some_are_drawn_the_same_each_time(name: str, tmp_path: Path) -> None:
    table = pd.DataFrame({"x": np.arange(5000), "y": np.arange(5000) / 7})
    file = tmp_path / name
    table.to_parquet(file) if name.endswith("parquet") else table.to_csv(file, index=False)
    first, second = read_sample(file, max_rows=500), read_sample(file, max_rows=500)
    assert_frame_equal(first.table, second.table)
    assert (len(first.table), first.rows) == (500, 5000)
    assert codes(first) == {"drawn"}
    assert "500 of 5,000 rows" in first.findings[0].sentence
    assert first.table["x"].is_monotonic_increasing
    assert first.table["x"].mean() == pytest.approx(2500, abs=250)
    assert codes(read_sample(file)) == set()


def test_words_for_missing_values_count_if_the_user_says_so(tmp_path: Path) -> None:
    file = write(tmp_path, "a.csv", "x,y\n1,?\n-,2\n3,n/a\n")
    table = read_sample(file, options=TextOptions(missing="words")).table
    assert table["x"].tolist()[::2] == [1, 3]
    assert table.isna().to_numpy().tolist() == [[False, True], [True, False], [False, True]]


def test_rows_with_too_many_cells_are_left_out_and_said(tmp_path: Path) -> None:
    sample = read_sample(write(tmp_path, "a.csv", "x,y\n1,2\n1,2,3\n4,5\n"))
    assert sample.table["x"].tolist() == [1, 4]
    assert codes(sample) == {"wrong_cells"}


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.csv", b"", "empty"),
        ("a.csv", b"x,y\n", "no row"),
        ("a.csv", b'x;y\n1,5;"1.234"\n2,5;"0.5"\n', "--decimal point or --decimal comma"),
        ("a.csv", b'x,y\n"1,234",2\n', "--thousands"),
        ("a.csv", b"x,y\n\x00\x00", "zero bytes"),
        ("a.parquet", b"PAR1 and no more", "cannot be read"),
        ("a.arrow", b"no stream", "cannot be read"),
        ("a.csv.gz", b"no gzip", "gzip"),
        ("a.xlsx", b"no workbook", "workbook"),
        ("a.csv", b'x,y\n"1,2\n', "quote"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_a_sentence(
    name: str, content: bytes, words: str, tmp_path: Path
) -> None:
    with pytest.raises(CannotDraft, match=words) as caught:
        read_sample(write(tmp_path, name, content))
    assert str(caught.value).endswith(".")
    assert str(tmp_path) not in str(caught.value)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CannotDraft, match=r"no file 'a\.csv'"):
        read_sample(tmp_path / "a.csv")


def test_of_long_cells_as_many_rows_are_drawn_as_memory_has_place_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(columnar_sample, "MAX_BYTES", 20_000)
    monkeypatch.setattr(columnar_sample, "_BATCH_BYTES", 5000)
    photos = np.random.default_rng(1).integers(0, 256, (100, 1000), dtype=np.uint8)
    pd.DataFrame({"photo": [each.tobytes() for each in photos]}).to_parquet(tmp_path / "photos.parquet")
    sample = read_sample(tmp_path / "photos.parquet")
    assert (sample.rows, codes(sample)) == (100, {"drawn"})
    assert 15 <= len(sample.table) <= 20
    assert set(sample.table["photo"]) < {each.tobytes() for each in photos}
