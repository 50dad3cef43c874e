"""Promises of scored files of pictures as the page Files holds them: names first, reasons in words, a row with its picture."""

import base64
import io
from collections.abc import Iterator
from functools import partial
from typing import Any

import pyarrow as pa
import pytest
from starlette.testclient import TestClient

from client import Card
from demo.files import file_summary, row_fault_text, scored_file
from demo.files.scored_file import ALL_ROWS, REFUSED, ScoredFile
from demo.text.translation import Translation
from demo.uploads.row_pictures import gives_pictures, picture_columns, read_pictures
from service.bundles.registry import Registry
from service.settings import Settings
from tests.support.in_process_client import client_of
from tests.support.picture_formulas import SHADE, shade_png, zip_of
from tests.support.row_files import MEDIA, text_of, written
from tests.support.service_app import serve

ZIP = "application/zip"
PICTURES = [shade_png(shade) for shade in (10, 20, 30)]


@pytest.fixture(scope="module")
def app() -> Iterator[TestClient]:
    yield from serve(Settings(), Registry.of([SHADE]))


@pytest.fixture(scope="module")
def card(app: TestClient) -> Card:
    return client_of(app).card("shade")


def scored(app: TestClient, card: Card, body: bytes, media_type: str) -> ScoredFile:
    with client_of(app).score_file("shade", io.BytesIO(body), media_type) as (recognised, pieces):
        table = scored_file.read_answer(pieces, lambda _rows: None)
    return ScoredFile.of_answer("pictures", recognised, card, table)


def read(file: ScoredFile, card: Card, body: bytes, media_type: str, number: int) -> dict[str, bytes]:
    columns = picture_columns(card, file.recognised)
    return read_pictures(io.BytesIO(body), media_type, columns, scored_file.read_cells(file, number), number)


def test_a_picture_of_a_row_comes_from_the_uploaded_file(app: TestClient, card: Card) -> None:
    names = ["b/1.png", "b/2.png", "b/3.png"]
    alone = zip_of(dict(zip(names, PICTURES, strict=True)))
    table = text_of(["Picture", "id"], [["3.png", "x"], ["1.png", "y"]])
    pictures = pa.table({"picture": PICTURES})
    urls = pa.table({"picture": [f"data:image/png;base64,{base64.b64encode(each).decode()}" for each in PICTURES]})
    structs = pa.table({"picture": [{"bytes": content, "path": "1.png"} for content in PICTURES]})
    cases: list[tuple[bytes, str, int, bytes]] = [
        (alone, ZIP, 2, PICTURES[1]),
        (zip_of({"b/rows.csv": table} | dict(zip(names, PICTURES, strict=True))), ZIP, 1, PICTURES[2]),
        (written(pictures, "parquet", row_group_size=2), MEDIA["parquet"], 3, PICTURES[2]),
        (written(structs, "parquet"), MEDIA["parquet"], 2, PICTURES[1]),
        (written(pictures, "arrow"), MEDIA["arrow"], 1, PICTURES[0]),
        (written(urls, "parquet", row_group_size=1), MEDIA["parquet"], 2, PICTURES[1]),
        (written(urls, "arrow"), MEDIA["arrow"], 3, PICTURES[2]),
    ]
    for body, media_type, number, expected in cases:
        assert read(scored(app, card, body, media_type), card, body, media_type, number) == {"picture": expected}


def test_the_names_of_pictures_come_first_and_reasons_are_words(app: TestClient, card: Card) -> None:
    body = zip_of({"1.png": PICTURES[0], "2.png": b"no picture", "3.heic": b"x"})
    file = scored(app, card, body, ZIP)
    rows = scored_file.select_rows(card, file.table, ALL_ROWS, "file")
    assert rows.column_names[:3] == ["row", "file", "value"]
    assert rows["file"].to_pylist() == ["1.png", "2.png", "3.heic"]
    assert read(file, card, body, ZIP, 1) == {"picture": PICTURES[0]}
    for language, words in (("en", "is no PNG"), ("pl", "nie jest obrazem")):
        describe: Any = partial(row_fault_text.describe_row_errors, card, tr=Translation(language))
        refused = scored_file.replace_error_codes(file, scored_file.select_rows(card, file.table, REFUSED, "file"), describe)
        assert refused.column_names[:3] == ["row", "file", "error"]
        assert all(words in text and "None" not in text for text in refused["error"].to_pylist())
    assert file_summary.describe_format(file.recognised, Translation("en"))[:2] == ["3 rows", "ZIP"]


def test_a_picture_that_cannot_be_found_again_is_left_out(app: TestClient, card: Card) -> None:
    body = zip_of({"rows.csv": text_of(["picture"], [["nowhere.png"], [""]]), "1.png": PICTURES[0]})
    file = scored(app, card, body, ZIP)
    assert read(file, card, body, ZIP, 1) == read(file, card, body, ZIP, 2) == {}
    assert read(file, card, b"damaged", ZIP, 1) == {}
    error = row_fault_text.describe_row_errors(
        card, "picture: missing_picture", "", {"picture": "nowhere.png"}, Translation("en")
    )
    assert error == "picture “nowhere.png” is not in the archive, or is there twice"


def test_a_file_says_whether_it_gives_the_picture_of_a_row_back(app: TestClient, card: Card) -> None:
    url = f"data:image/png;base64,{base64.b64encode(PICTURES[0]).decode()}"
    cells = text_of(["picture", "id"], [[url, "x"]])
    named = zip_of({"rows.csv": text_of(["picture"], [["1.png"]]), "1.png": PICTURES[0]})
    cases: list[tuple[bytes, str, bool]] = [
        (cells, MEDIA["csv"], False),
        (zip_of({"rows.csv": cells}), ZIP, False),
        (named, ZIP, True),
        (written(pa.table({"picture": [url]}), "parquet"), MEDIA["parquet"], True),
    ]
    for body, media_type, expected in cases:
        file = scored(app, card, body, media_type)
        columns, row = picture_columns(card, file.recognised), scored_file.read_cells(file, 1)
        assert gives_pictures(media_type, columns, row) == expected
        assert bool(read(file, card, body, media_type, 1)) == expected
