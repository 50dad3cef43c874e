"""Models by formula that take a picture, or a picture, a vector and a number; and pictures and archives for them."""

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from service.bundles.model import Model
from service.rows.columns import Columns
from service.schemas import Input, Regression
from tests.support.formula_models import model_of
from wire.row_values import data_url

Answer = Callable[[Columns], NDArray[np.float64]]


class ColumnsScorer:
    """Scores with a formula of all columns."""

    quick = True

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def score(self, columns: Columns) -> NDArray[np.float64]:
        return self._answer(columns).reshape(len(columns), -1)


def array_model(name: str, inputs: tuple[Input, ...], answer: Answer) -> Model:
    model = model_of(name, inputs, Regression(), lambda numbers: numbers[:, :1])
    return replace(model, scorer=ColumnsScorer(answer))


def _mean(columns: Columns, name: str) -> NDArray[np.float64]:
    cells = columns.arrays[name].reshape(len(columns), -1)
    return np.asarray(cells.mean(axis=1) + cells[:, 0] / 7)


PICTURE_INPUT = Input(name="picture", type="image", width=8, height=6, colours="grey")
SHADE = array_model("shade", (PICTURE_INPUT,), lambda columns: _mean(columns, "picture"))
"""Its answer tells each picture of `shade_png` from the others."""
MIXED_INPUTS = (
    Input(name="photo", type="image", width=5, height=5, colours="rgb"),
    Input(name="embedding", type="vector", length=3),
    Input(name="size", type="number"),
    Input(name="note", type="text", nullable=True),
)
MIXED = array_model(
    "mixed",
    MIXED_INPUTS,
    lambda columns: _mean(columns, "photo") + columns.arrays["embedding"] @ [1.0, 10.0, 100.0] + columns.numbers[:, 0],
)


def shade_png(shade: int, size: tuple[int, int] = (8, 6), format_: str = "PNG") -> bytes:
    """Return a picture of one grey, and one corner of another."""
    pixels = np.full((size[1], size[0]), shade, dtype=np.uint8)
    pixels[0, 0] = 255 - shade
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, format_)
    return buffer.getvalue()


def shade_answer(shade: int) -> float:
    """Return the answer of SHADE to `shade_png`, computed here."""
    return (47 * shade + 255 - shade) / 48 + (255 - shade) / 7


def row_of(content: bytes, **others: Any) -> dict[str, Any]:
    return {"picture": data_url(content)} | others


def zip_of(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()
