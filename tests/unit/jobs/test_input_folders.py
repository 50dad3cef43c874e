"""Promises of a folder as the input of a nightly job: every file in it is read, ignored and counted, or refused by name."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from service.jobs.sources.inputs import open_source, read
from service.jobs.sources.partitions import WrongInput
from service.jobs.sources.source import RequiredColumns, Source


def open_folder(folder: Path) -> Source:
    return open_source(str(folder), RequiredColumns(["a"], frozenset()))


def rows_of(source: Source, *columns: str) -> list[dict[str, Any]]:
    return [row for batch in read(source, list(columns) or ["a", "b"]) for row in batch.to_pylist()]


def write(file: Path, *numbers: int, **more: Any) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table({"a": list(numbers), "b": ["x"] * len(numbers)} | more), file)


def test_files_are_read_by_the_names_of_their_columns(tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": [1], "b": ["x"], "c": [0.5]}), tmp_path / "1.parquet")
    pq.write_table(pa.table({"c": [0.5], "b": ["y"], "a": [2]}), tmp_path / "2.PARQUET")
    assert rows_of(open_folder(tmp_path)) == [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]
    pq.write_table(pa.table({"a": [1], "b": ["x"]}), tmp_path / "3.parquet")
    with pytest.raises(WrongInput, match=r"3\.parquet has other columns"):
        open_folder(tmp_path)


def test_parquet_is_recognised_by_its_content_whatever_the_name(tmp_path: Path) -> None:
    for number, name in enumerate(["0.parquet", "1.parq", "2.pq", "3.PARQUET", "part-00004", "part-00005.snappy"]):
        write(tmp_path / name, number)
    source = open_folder(tmp_path)
    assert [row["a"] for row in rows_of(source)] == [0, 1, 2, 3, 4, 5]
    assert source.rows == 6


def test_names_with_a_dot_or_an_underscore_at_the_start_are_ignored_and_counted(tmp_path: Path) -> None:
    write(tmp_path / "part-0.parquet", 1)
    write(tmp_path / ".part-0.parquet", 2)
    write(tmp_path / "_temporary" / "0" / "part-1.parquet", 3)
    (tmp_path / "_temporary" / "half-written.parquet").write_bytes(b"PAR1")
    (tmp_path / "_SUCCESS").touch()
    (tmp_path / ".part-0.parquet.crc").write_bytes(b"crc")
    source = open_folder(tmp_path)
    assert rows_of(source) == [{"a": 1, "b": "x"}]
    assert source.ignored_files == 5


def test_the_name_of_the_folder_itself_does_not_count(tmp_path: Path) -> None:
    write(tmp_path / "_staging" / ".today" / "part-0.parquet", 1)
    assert rows_of(open_folder(tmp_path / "_staging" / ".today")) == [{"a": 1, "b": "x"}]


@pytest.mark.parametrize("content", [b"", b"a,b\n1,x\n", b"PA", b"not PAR1"])
def test_a_file_that_is_no_parquet_is_refused_by_its_name(content: bytes, tmp_path: Path) -> None:
    write(tmp_path / "part-0.parquet", 1)
    (tmp_path / "more.csv").write_bytes(content)
    with pytest.raises(WrongInput, match=r"'more\.csv' in the folder is not a Parquet file"):
        open_folder(tmp_path)


def test_a_half_written_file_is_refused_by_its_name(tmp_path: Path) -> None:
    write(tmp_path / "part-0.parquet", 1)
    whole = (tmp_path / "part-0.parquet").read_bytes()
    (tmp_path / "part-1.parquet").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(WrongInput, match=r"part-1\.parquet cannot be read"):
        open_folder(tmp_path)


def test_a_link_to_nothing_is_refused_by_its_name(tmp_path: Path) -> None:
    write(tmp_path / "part-0.parquet", 1)
    (tmp_path / "part-1.parquet").symlink_to(tmp_path / "elsewhere.parquet")
    with pytest.raises(WrongInput, match=r"'part-1\.parquet' in the folder is not a Parquet file"):
        open_folder(tmp_path)


@pytest.mark.parametrize("name", ["_delta_log", ".hoodie", "metadata"])
def test_the_folder_of_a_table_format_is_refused_because_some_of_its_files_no_longer_count(
    name: str, tmp_path: Path
) -> None:
    write(tmp_path / "part-0.parquet", 1)
    (tmp_path / name).mkdir()
    (tmp_path / name / "00000.json").write_text("{}")
    with pytest.raises(WrongInput, match=name):
        open_folder(tmp_path)


@pytest.mark.parametrize("ignored", [0, 2])
def test_a_folder_without_a_file_to_read_is_refused(ignored: int, tmp_path: Path) -> None:
    for number in range(ignored):
        write(tmp_path / f".{number}.parquet", 1)
    with pytest.raises(WrongInput, match=f"has no Parquet file.*ignored: {ignored}" if ignored else "has no Parquet file"):
        open_folder(tmp_path)


def test_thousands_of_files_are_not_open_at_once(tmp_path: Path) -> None:
    import resource

    for number in range(60):
        write(tmp_path / f"{number:02}.parquet", number)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    open_now = len(list(Path("/dev/fd").iterdir()))
    resource.setrlimit(resource.RLIMIT_NOFILE, (open_now + 20, hard))
    try:
        assert len(rows_of(open_folder(tmp_path))) == 60
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


# Subfolders named key=value, as Hive, Spark and pandas write them


def test_the_keys_of_subfolders_are_columns(tmp_path: Path) -> None:
    write(tmp_path / "month=2026-10" / "region=PL" / "part-0.parquet", 1, 2)
    write(tmp_path / "month=2026-11" / "region=DE" / "part-0.parquet", 3)
    source = open_folder(tmp_path)
    assert source.columns == ["a", "b", "month", "region"]
    assert rows_of(source, "region", "a", "month") == [
        {"region": "PL", "a": 1, "month": "2026-10"},
        {"region": "PL", "a": 2, "month": "2026-10"},
        {"region": "DE", "a": 3, "month": "2026-11"},
    ]


def test_keys_alone_can_be_all_that_is_read(tmp_path: Path) -> None:
    write(tmp_path / "month=2026-10" / "part-0.parquet", 1, 2)
    assert rows_of(open_folder(tmp_path), "month") == [{"month": "2026-10"}] * 2


def test_a_value_is_read_as_spark_writes_it(tmp_path: Path) -> None:
    spark_names = {"__HIVE_DEFAULT_PARTITION__": None, "a%2Fb%3Dc": "a/b=c", "Łódź": "Łódź", "x=y": "x=y", "007": "007"}
    for name in spark_names:
        write(tmp_path / f"place={name}" / "part-0.parquet", 1)
    assert {row["place"] for row in rows_of(open_folder(tmp_path), "place")} == set(spark_names.values())


def test_pandas_and_the_job_read_the_same_from_what_pandas_has_written(tmp_path: Path) -> None:
    import pandas as pd

    table = pd.DataFrame({"a": [1, 2, 3], "b": ["x", "y", "z"], "month": ["2026-10", "2026-11", "2026-10"]})
    table.to_parquet(tmp_path / "out", partition_cols=["month"])
    expected = pd.read_parquet(tmp_path / "out").astype({"month": str}).to_dict("records")
    assert rows_of(open_folder(tmp_path / "out"), "a", "b", "month") == expected


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        (["2026-11/0.parquet"], "'2026-11' in the folder is not named key=value"),
        (["=x/0.parquet"], "'=x' in the folder is not named key=value"),
        (["month=1/month=2/0.parquet"], "names the key 'month' twice"),
        (["0.parquet", "month=1/1.parquet"], "has other columns than"),
        (["month=1/0.parquet", "year=1/0.parquet"], "has other columns than"),
    ],
)
def test_subfolders_whose_names_are_no_keys_are_refused(files: list[str], sentence: str, tmp_path: Path) -> None:
    for name in files:
        write(tmp_path / name, 1)
    with pytest.raises(WrongInput, match=sentence):
        open_folder(tmp_path)


def test_an_empty_subfolder_is_no_reason_to_refuse(tmp_path: Path) -> None:
    write(tmp_path / "0.parquet", 1)
    (tmp_path / "month=2005-09" / "day=1").mkdir(parents=True)
    (tmp_path / "old").mkdir()
    assert len(rows_of(open_folder(tmp_path))) == 1


def test_a_key_that_is_a_column_of_the_files_too_is_refused_only_if_it_is_needed(tmp_path: Path) -> None:
    write(tmp_path / "a=9" / "0.parquet", 1)
    source = open_folder(tmp_path)
    assert rows_of(source, "b") == [{"b": "x"}]
    with pytest.raises(WrongInput, match="column 'a' twice"):
        rows_of(source, "a")


def test_one_file_is_recognised_by_its_content_too(tmp_path: Path) -> None:
    write(tmp_path / "rows.csv", 1)
    assert rows_of(open_folder(tmp_path / "rows.csv")) == [{"a": 1, "b": "x"}]
    (tmp_path / "rows.dat").write_text("a,b\n1,x\n")
    with pytest.raises(WrongInput, match=r"'rows\.dat' is neither a Parquet file, nor"):
        open_folder(tmp_path / "rows.dat")
