"""Promises about the memory of pictures in one request."""

import struct
import tracemalloc
import zlib

import numpy as np

from service.errors import Fault
from service.fields.arrays.image import ImageType
from service.pictures.model_picture import pixels_png
from service.rows.columns import Columns
from service.schemas import Input
from wire.row_values import data_url

TINY = data_url(pixels_png(np.zeros((1, 1), dtype=np.uint8)))


def test_many_tiny_pictures_for_a_large_model_are_refused_before_memory_is_taken() -> None:
    field = ImageType(Input(name="p", type="image", width=1024, height=1024, colours="rgb"))
    faults: list[Fault] = []
    tracemalloc.start()
    arrays = field.encode([TINY] * 10_000, faults)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [(fault.field, fault.code, fault.row) for fault in faults] == [("p", "picture_too_large", 85)]
    assert arrays.shape == (10_000, 1024, 1024, 3)
    assert peak < 10**6


def test_a_thousand_pictures_of_a_usual_size_are_taken() -> None:
    field = ImageType(Input(name="p", type="image", width=224, height=224, colours="rgb"))
    faults: list[Fault] = []
    assert field.encode([None] * 1000, faults).shape == (1000, 224, 224, 3)
    assert not faults


def test_more_pixels_than_a_request_may_have_are_refused_by_the_headers_of_the_pictures() -> None:
    header = b"\x00\x00\x00\rIHDR" + struct.pack(">IIBBBBB", 6000, 4000, 8, 2, 0, 0, 0)
    large = data_url(b"\x89PNG\r\n\x1a\n" + header + struct.pack(">I", zlib.crc32(header[4:])) + b"\0\0\0\0IDAT")
    field = ImageType(Input(name="p", type="image", width=28, height=28, colours="grey"))
    for rows, expected in [(10, ("broken_picture", 0)), (11, ("picture_too_large", 10)), (100, ("picture_too_large", 10))]:
        faults: list[Fault] = []
        field.encode([large] * rows, faults)
        assert (faults[0].code, faults[0].row) == expected
        assert len(faults) == (rows if rows == 10 else 1)


def test_copies_of_a_row_hold_its_arrays_once() -> None:
    pixels = np.arange(12, dtype=np.uint8).reshape(1, 2, 2, 3)
    copies = Columns(np.zeros((1, 1)), {}, {"p": pixels}).with_numbers(np.ones((500, 1))).arrays["p"]
    assert copies.shape == (500, 2, 2, 3)
    assert np.shares_memory(copies, pixels)
    assert copies[499].tobytes() == pixels[0].tobytes()
