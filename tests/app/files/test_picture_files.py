"""Promises of files with pictures and vectors: a zip of pictures with or without a table, Parquet, Arrow, CSV and Excel."""

import io
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pytest
from starlette.testclient import TestClient

from service.bundles.registry import Registry
from service.settings import Settings
from tests.support.picture_formulas import MIXED, SHADE, row_of, shade_answer, shade_png, zip_of
from tests.support.row_files import ask, read, recognised, text_of, written
from tests.support.service_app import serve
from tests.support.workbooks import workbook
from wire.row_values import data_url

ZIP = "application/zip"
BROKEN = shade_png(5, (90, 90))[:-30]


@pytest.fixture(scope="module")
def app() -> Iterator[TestClient]:
    yield from serve(Settings(), Registry.of([SHADE, MIXED]))


def values(answer: Any) -> list[float | None]:
    assert answer.status_code == 200, answer.text
    cells = [row["value"] for row in read(answer)]
    return [float(cell) if cell not in {"", None} else None for cell in cells]


def test_a_csv_in_a_zip_names_its_pictures_and_a_wrong_one_refuses_its_row_alone(app: TestClient) -> None:
    table = text_of(
        ["id", "Picture"],
        [
            ["1", "a.png"],
            ["2", "b/B.JPG"],
            ["3", "nowhere.png"],
            ["4", "broken.png"],
            ["5", ""],
            ["6", data_url(shade_png(9))],
        ],
        ";",
    )
    pictures = {"a.png": shade_png(10), "b/b.jpg": shade_png(128, format_="JPEG"), "broken.png": BROKEN, "more.png": b"x"}
    folder = {f"set/{name}": content for name, content in pictures.items()}
    body = zip_of({"set/rows.csv": table, **folder, "__MACOSX/set/._a.png": b"x", "set/.DS_Store": b"x"})
    answer = ask(app, "shade", body, ZIP)
    assert answer.headers["content-type"].startswith("text/csv")
    rows = read(answer)
    assert list(rows[0])[:2] == ["Picture", "id"]
    assert [row["Picture"] for row in rows] == ["a.png", "b/B.JPG", "nowhere.png", "broken.png", "", ""]
    jpeg = app.post("/v1/models/shade/predictions", json={"rows": [row_of(pictures["b/b.jpg"])]}).json()
    assert values(answer)[:2] == pytest.approx([shade_answer(10), jpeg["predictions"][0]["value"]], abs=1e-12)
    assert values(answer)[2:] == [None, None, None, pytest.approx(shade_answer(9))]
    codes = ["picture: missing_picture", "picture: broken_picture", "picture: missing_field"]
    assert [row["error_codes"] for row in rows] == ["", "", *codes, ""]
    assert rows[2]["error"] == "row 3, line 4, column picture: The zip archive has no picture of this name."
    described = recognised(answer)
    expected = {"format": "csv", "rows": 6, "columns": ["picture"], "ignored": ["id"], "compression": "zip", "pictures": 4}
    assert {name: described.get(name) for name in expected} == expected


@pytest.mark.parametrize("accept", ["json", "csv", "xlsx", "arrow", "parquet"])
def test_a_zip_of_pictures_alone_is_a_row_for_each_of_them(accept: str, app: TestClient) -> None:
    shades = range(0, 200, 2)
    body = zip_of({f"all/{shade}.png": shade_png(shade) for shade in shades} | {"all/photo.heic": b"?", "README.md": b"x"})
    answer = ask(app, "shade", body, ZIP, accept)
    assert answer.status_code == 200
    expected = [pytest.approx(shade_answer(shade)) for shade in shades]
    if accept == "json":
        predictions = answer.json()["predictions"]
        assert [each and each["value"] for each in predictions] == [*expected, None]
        assert answer.json()["errors"][0]["code"] == "unsupported_picture"
    elif accept != "xlsx":
        rows = read(answer)
        assert [row["file"] for row in rows] == [*(f"all/{shade}.png" for shade in shades), "all/photo.heic"]
        assert values(answer) == [*expected, None]
        assert [str(row["row"]) for row in rows] == list(map(str, range(1, 102)))
        assert next(iter(rows[0])) == "file"
        assert recognised(answer)["format"] == "pictures"


def test_a_parquet_file_in_a_zip_names_its_pictures_too(app: TestClient) -> None:
    table = pa.table({"id": [1, 2], "picture": [{"bytes": None, "path": "a.png"}, {"bytes": shade_png(3), "path": "b.png"}]})
    answer = ask(app, "shade", zip_of({"rows.parquet": written(table, "parquet"), "a.png": shade_png(2)}), ZIP, "parquet")
    assert values(answer) == [pytest.approx(shade_answer(2)), pytest.approx(shade_answer(3))]
    assert [row["picture"] for row in read(answer)] == ["a.png", "b.png"]


@pytest.mark.parametrize(
    ("members", "status", "code", "words"),
    [
        ({"a.csv": b"picture", "b.csv": b"picture", "1.png": b"x"}, 422, "several_files", "one CSV or Parquet"),
        ({"readme.md": b"x"}, 422, "several_files", "neither a table"),
        ({"rows.csv": b"id\n1", "1.png": b"x"}, 422, "missing_column", "lacks columns: picture"),
        ({"rows.parquet": b"PAR1", "1.png": b"x"}, 422, "damaged_file", "damaged"),
    ],
)
def test_an_archive_without_a_table_that_fits_is_refused(
    members: dict[str, bytes], status: int, code: str, words: str, app: TestClient
) -> None:
    answer = ask(app, "shade", zip_of(members), ZIP)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (status, code)
    assert words in answer.json()["detail"]


def test_pictures_alone_are_refused_by_a_model_that_needs_more(app: TestClient) -> None:
    problem = ask(app, "mixed", zip_of({"1.png": shade_png(1)}), ZIP).json()
    assert problem["errors"][0]["code"] == "several_files"
    assert "put a CSV into the archive" in problem["detail"]


def test_the_answer_never_repeats_the_bytes_of_a_picture(app: TestClient) -> None:
    content = shade_png(77, (300, 200))
    struct = pa.array([{"bytes": content, "path": "x/y.png"}])
    for kind in ("arrow", "parquet"):
        for column, paths in ((pa.array([content]), None), (pa.array([data_url(content)]), None), (struct, "x/y.png")):
            answer = ask(app, "shade", written(pa.table({"picture": column, "id": [1]}), kind), kind, query="?inputs=keep")
            assert values(answer)[0] is not None
            assert read(answer)[0].get("picture") == paths
            assert read(answer)[0]["id"] == 1
    kept = ask(app, "shade", text_of(["picture"], [[data_url(content)]]), "csv", query="?inputs=keep")
    assert "picture" not in read(kept)[0]


def mixed_table(rows: int) -> pa.Table:
    return pa.table(
        {
            "photo": [shade_png(shade) for shade in range(rows)],
            "embedding": pa.array([[shade, 0.5, -1] for shade in range(rows)], pa.list_(pa.float32())),
            "size": [float(shade) for shade in range(rows)],
            "day": list(range(rows)),
        }
    )


def test_pictures_vectors_and_numbers_are_scored_together_and_bad_ones_refuse_their_rows(app: TestClient) -> None:
    table = mixed_table(150)
    rows = [row | {"photo": data_url(row["photo"])} for row in table.drop_columns("day").to_pylist()]
    predictions = app.post("/v1/models/mixed/predictions", json={"rows": rows}).json()["predictions"]
    expected = [each["value"] for each in predictions]
    for kind in ("arrow", "parquet"):
        assert values(ask(app, "mixed", written(table, kind), kind)) == expected
    cells = [[row["photo"], str(row["embedding"]), row["size"]] for row in rows]
    names = ["photo", "embedding", "size"]
    assert values(ask(app, "mixed", text_of(names, cells), "csv")) == expected
    assert values(ask(app, "mixed", workbook([names, *cells], has_name=False), "xlsx", "arrow")) == expected
    bad = pa.array([[1.0], None, [0, float("nan"), 1], *table["embedding"].to_pylist()[3:]], pa.list_(pa.float64()))
    broken = table.set_column(1, "embedding", bad).set_column(0, "photo", pa.array([b"", *table["photo"].to_pylist()[1:]]))
    answer = read(ask(app, "mixed", written(broken, "parquet"), "parquet"))
    assert [row["value"] for row in answer] == [None, None, None, *expected[3:]]
    codes = ["photo: unsupported_picture; embedding: wrong_length", "embedding: missing_field", "embedding: not_finite"]
    assert [row["error_codes"] for row in answer[:4]] == [*codes, None]


def test_a_column_of_another_type_refuses_the_file(app: TestClient) -> None:
    for name, column in (("embedding", pa.array([["a"]] * 2)), ("photo", pa.array([1, 2]))):
        table = mixed_table(2)
        table = table.set_column(table.schema.get_field_index(name), name, column)
        problem = ask(app, "mixed", written(table, "parquet"), "parquet").json()
        assert (problem["errors"][0]["column"], problem["errors"][0]["code"]) == (name, "wrong_type")


def test_a_file_of_pictures_is_decoded_in_small_parts(app: TestClient) -> None:
    table = pa.table({"picture": [shade_png(1)] * 1000})
    answer = ask(app, "shade", written(table, "arrow"), "arrow")
    sizes = [batch.num_rows for batch in pa.ipc.open_stream(io.BytesIO(answer.content))]
    assert (sum(sizes), max(sizes)) == (1000, 64)


def test_a_picture_that_is_too_large_refuses_its_row_and_a_long_cell_says_how_to_send_it(app: TestClient) -> None:
    good, large = shade_png(4), b"\x89PNG" + bytes(11 * 2**20)
    pictures = pa.array([good, large, good])
    expected = [pytest.approx(shade_answer(4)), None, pytest.approx(shade_answer(4))]
    for kind in ("arrow", "parquet"):
        answer = ask(app, "shade", written(pa.table({"picture": pictures}), kind), kind)
        assert values(answer) == expected
        assert read(answer)[1]["error_codes"] == "picture: picture_too_large"
    assert values(ask(app, "shade", zip_of({"1.png": good, "2.png": large, "3.png": good}), ZIP)) == expected
    problem = ask(app, "shade", text_of(["picture"], [[data_url(bytes(200_000))]]), "csv").json()
    assert (problem["errors"][0]["code"], problem["errors"][0]["line"]) == ("long_cell", 2)
    assert problem["detail"].endswith("Send large pictures in a zip archive, or as bytes in Parquet or Arrow.")
