"""The service, the pipeline and the demo's feed read the header of the same CSV alike."""

import io
from pathlib import Path
from typing import cast

import pytest

from client import Card
from demo.feed import feed_file
from pipeline import Unusable
from pipeline.formats.records import CsvRecords
from service.errors import InvalidFile
from service.files.csv_format.csv_text import CsvText
from wire.column_names import ColumnNames

CARD = cast(
    Card,
    {
        "name": "houses",
        "version": "1",
        "inputs": [{"name": "rooms", "type": "number"}, {"name": "town", "type": "text"}],
        "output": {"kind": "regression"},
    },
)
REQUIRED = ColumnNames(["rooms", "town", "value"])

# What a header is called → a file, its separator, and the names of its columns.
FILES: dict[str, tuple[str, str, list[str]]] = {
    "commas": ("rooms,town,value\n3,Łódź,5\n", ",", ["rooms", "town", "value"]),
    "semicolons": ("rooms;town;value\n3;Łódź;5\n", ";", ["rooms", "town", "value"]),
    "tabs": ("rooms\ttown\tvalue\n3\tŁódź\t5\n", "\t", ["rooms", "town", "value"]),
    "bars": ("rooms|town|value\n3|Łódź|5\n", "|", ["rooms", "town", "value"]),
    "carriage returns": ("rooms|town|value\r\n3|Łódź|5\r\n", "|", ["rooms", "town", "value"]),
    "carriage returns alone": ("rooms|town|value\r3|Łódź|5\r", "|", ["rooms", "town", "value"]),
    "a byte order mark": ("\ufeffrooms;town;value\n3;Łódź;5\n", ";", ["rooms", "town", "value"]),
    "spaces around names": (" rooms | town | value \n3|Łódź|5\n", "|", ["rooms", "town", "value"]),
    "quoted names": ('"rooms"|"town"|"value"\n3|Łódź|5\n', "|", ["rooms", "town", "value"]),
    "other signs in a quoted name": ('rooms|town|"a,b;c"|value\n3|Łódź|x|5\n', "|", ["rooms", "town", "a,b;c", "value"]),
    "a line end in a quoted name": (
        'rooms|"of\na day"|town|value\n3|x|Łódź|5\n',
        "|",
        ["rooms", "of\na day", "town", "value"],
    ),
    "two signs that fit": ("rooms,town,value,a;b;c\n3,Łódź,5,x\n", ",", ["rooms", "town", "value", "a;b;c"]),
    "another order": ("town|value|rooms\nŁódź|5|3\n", "|", ["town", "value", "rooms"]),
}


@pytest.mark.parametrize(("text", "separator", "names"), FILES.values(), ids=FILES)
def test_the_same_file_has_the_same_separator_and_names_in_all_three(
    text: str, separator: str, names: list[str], tmp_path: Path
) -> None:
    file = tmp_path / "houses.csv"
    file.write_bytes(text.encode())

    in_service = CsvText(file, REQUIRED, "")
    assert (in_service.separator, in_service.names) == (separator, names)

    in_pipeline = CsvRecords(io.BufferedReader(io.BytesIO(text.encode())), REQUIRED)
    assert (in_pipeline.separator, in_pipeline.names) == (separator, names)
    assert [record.reason for record in in_pipeline] == [""]

    [entry] = feed_file.read_feed_file(CARD, file.name, io.BytesIO(text.encode()))
    assert (entry.answer, str(entry.row["rooms"]), entry.row["town"]) == (5, "3", "Łódź")


@pytest.mark.parametrize(
    "text",
    ["rooms|town\n3|Łódź\n", "rooms value town\n1 2 3\n", "rooms:town:value\n3:Łódź:5\n", 'rooms|"town"x|value\n', '"'],
)
def test_a_file_that_does_not_name_all_columns_is_refused_by_all_three(text: str, tmp_path: Path) -> None:
    file = tmp_path / "houses.csv"
    file.write_bytes(text.encode())
    with pytest.raises(InvalidFile):
        CsvText(file, REQUIRED, "")
    with pytest.raises(Unusable):
        CsvRecords(io.BufferedReader(io.BytesIO(text.encode())), REQUIRED)
    with pytest.raises(feed_file.UnreadableFeed):
        feed_file.read_feed_file(CARD, file.name, io.BytesIO(text.encode()))


def test_a_file_of_one_column_has_its_name_whatever_signs_its_cells_have(tmp_path: Path) -> None:
    file = tmp_path / "comments.csv"
    file.write_bytes(b"comment\nfine\n")
    in_service = CsvText(file, ColumnNames(["comment"]), "")
    assert (in_service.separator, in_service.names) == (None, ["comment"])
    in_pipeline = CsvRecords(io.BufferedReader(io.BytesIO(file.read_bytes())), ColumnNames(["comment"]))
    assert in_pipeline.names == ["comment"]
    assert in_pipeline.separator == ",", "the added cells need a separator"
