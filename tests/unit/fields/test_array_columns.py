"""Promises of columns with pictures and vectors: every layout of Arrow gives the arrays of the same values in JSON."""

import io
import math
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image

from service.errors import InvalidFile
from service.fields.arrays.array_type import ArrayType
from service.fields.arrays.image import ImageType
from service.fields.arrays.vector import VectorType
from service.pictures.picture_file import WrongPicture
from service.schemas import Input
from wire.row_values import data_url

VECTOR = VectorType(Input(name="v", type="vector", length=3))
PICTURE = ImageType(Input(name="p", type="image", width=4, height=2, colours="grey"))
ROWS = [[1, 2, 3], None, [0, -1, 5]]
LISTS = [
    pa.list_(pa.float64()),
    pa.list_(pa.float16()),
    pa.list_(pa.int8()),
    pa.large_list(pa.float32()),
    pa.list_(pa.int64(), 3),
    pa.list_view(pa.int16()),
    pa.large_list_view(pa.float64()),
    pa.list_(pa.decimal128(5, 2)),
]


def png(shade: int = 200) -> bytes:
    buffer = io.BytesIO()
    Image.new("L", (4, 2), shade).save(buffer, "PNG")
    return buffer.getvalue()


def read(field: ArrayType, value: Any) -> Any:
    faults: list[Any] = []
    arrays = field.encode([value], faults)
    assert faults == []
    return arrays[0]


@pytest.mark.parametrize("kind", LISTS, ids=str)
def test_a_vector_has_the_same_numbers_in_every_layout(kind: pa.DataType) -> None:
    array = pa.array([[9, 9, 9], *ROWS], kind).slice(1)
    parsed = VECTOR.parse_arrow(array, None)
    assert parsed.values.tolist() == [[1, 2, 3], [0, 0, 0], [0, -1, 5]]
    assert (parsed.null.tolist(), parsed.faults) == ([False, True, False], {})


@pytest.mark.parametrize(
    ("value", "cell", "code"),
    [
        ([1, 2], "[1, 2]", "wrong_length"),
        ([], "[]", "wrong_length"),
        ([1, 2, 3, 4], "[1,2,3,4]", "wrong_length"),
        ([1, None, 3], "[1, null, 3]", "wrong_type"),
        ([1, math.inf, 3], "[1, Infinity, 3]", "not_finite"),
        ([1, math.nan, 3], "[1, NaN, 3]", "not_finite"),
        ([1, -math.inf, 3], "[1, -1e400, 3]", "not_finite"),
        (None, '["1", 2, 3]', "wrong_type"),
        (None, "[true, 2, 3]", "wrong_type"),
        (None, "[[1], 2, 3]", "wrong_type"),
        (None, "[1 2 3]", "wrong_type"),
        (None, "1,2,3", "wrong_type"),
        (None, '{"a": 1}', "wrong_type"),
        (None, "[" * 9000, "wrong_type"),
        (None, f"[{'9' * 500}, 1, 2]", "not_finite"),
    ],
)
def test_a_wrong_vector_has_one_code_in_cells_and_in_lists(value: Any, cell: str, code: str) -> None:
    good = [1, 2, 3]
    texts = VECTOR.parse_text(pa.array([cell, " [1, 2.0, 3] ", "", None]), None)
    assert {index: fault.code for index, fault in texts.faults.items()} == {0: code}
    assert (texts.values[1].tolist(), texts.null.tolist()) == (good, [False, False, True, True])
    if value is not None:
        lists = VECTOR.parse_arrow(pa.array([good, value, good], pa.list_(pa.float64())), None)
        assert {index: fault.code for index, fault in lists.faults.items()} == {1: code}
        assert lists.values[[0, 2]].tolist() == [good, good]


@pytest.mark.parametrize(
    "kind", [pa.list_(pa.string()), pa.list_(pa.bool_()), pa.string(), pa.float64(), pa.binary()], ids=str
)
def test_a_column_that_holds_no_vectors_refuses_the_file(kind: pa.DataType) -> None:
    with pytest.raises(InvalidFile):
        VECTOR.parse_arrow(pa.nulls(2, kind), None)


def test_a_picture_has_the_same_pixels_in_every_layout() -> None:
    content, expected = png(), read(PICTURE, data_url(png()))
    struct = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    columns = [
        pa.array([content, None], pa.binary()),
        pa.array([content, None], pa.large_binary()),
        pa.array([content, None], pa.binary_view()),
        pa.array([content, None], pa.binary(len(content))),
        pa.array([data_url(content), None], pa.string()),
        pa.array([{"bytes": content, "path": "a.png"}, {"bytes": None, "path": None}], struct),
        pa.array([{"bytes": content, "path": "a.png"}, None], struct),
    ]
    for column in columns:
        parsed = PICTURE.parse_arrow(column, None)
        assert np.array_equal(parsed.values[0], expected), column.type
        assert (parsed.null.tolist(), parsed.faults) == ([False, True], {}), column.type
    with pytest.raises(InvalidFile):
        PICTURE.parse_arrow(pa.array([[1.0]]), None)
    with pytest.raises(InvalidFile):
        PICTURE.parse_arrow(pa.array([{"bytes": content, "label": 3}]), None)


def test_a_cell_with_a_path_takes_the_picture_of_that_name() -> None:
    def find(cell: str) -> bytes:
        if cell != "a.png":
            raise WrongPicture("missing_picture", "none")
        return png(9)

    cells = pa.array([" a.png", "b.png", data_url(png(7)), ""])
    parsed = PICTURE.parse_text(cells, find)
    assert parsed.values[:, 0, 0].tolist() == [9, 0, 7, 0]
    assert ({index: fault.code for index, fault in parsed.faults.items()}, parsed.null[3]) == ({1: "missing_picture"}, True)
    assert {fault.code for fault in PICTURE.parse_text(cells, None).faults.values()} == {"unsupported_picture"}
    paths = pa.array([{"bytes": None, "path": "a.png"}, {"bytes": png(5), "path": "b.png"}])
    assert PICTURE.parse_arrow(paths, find).values[:, 0, 0].tolist() == [9, 5]
