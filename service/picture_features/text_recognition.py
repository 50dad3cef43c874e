"""Finds texts on a picture and reads them, with PP-OCRv6 through rapidocr. The models are in its wheel.

The only module that imports rapidocr. It is an optional dependency, imported on first use.
"""

import threading
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Point = tuple[float, float]

_DETECTION_SIDE = 736
"""The longest side of the picture in which texts are searched. They are read from the picture itself."""
_MIN_SCORE = 0.5
_POLISH_LETTERS = frozenset("ąćęłńóśźżĄĆĘŁŃÓŚŹŻ")
_EXTENDED_LATIN = (("\u0100", "\u024f"), ("\u1e00", "\u1eff"))
_readers = threading.local()


class NotInstalled(Exception):
    """The packages that read texts are not installed. The message says how to install them."""


@dataclass(frozen=True)
class FoundText:
    """A line of text. `box`: its four corners, clockwise from the top left, as shares of width and height."""

    text: str
    box: tuple[Point, ...]
    score: float


def read_texts(image: Image.Image) -> list[FoundText]:
    """Return the lines of text on a picture in RGB, from top to bottom and from left to right. Raises NotInstalled."""
    found = _reader()(np.ascontiguousarray(np.asarray(image)[:, :, ::-1]))
    if found.txts is None or found.boxes is None:
        return []
    size = np.array([image.width, image.height], dtype=np.float64)
    lines = []
    for text, box, score in zip(found.txts, found.boxes, found.scores, strict=True):
        corners = np.round(np.clip(np.asarray(box, dtype=np.float64) / size, 0, 1), 4).tolist()
        lines.append(FoundText(text.strip(), tuple((x, y) for x, y in corners), round(float(score), 3)))
    return lines


def _reader() -> Any:
    """Return the reader of this thread: rapidocr's object keeps the options of its last call."""
    if not hasattr(_readers, "reader"):
        _readers.reader = _open_reader()
    return _readers.reader


def _open_reader() -> Any:
    folder = _models_folder()
    import cv2
    from rapidocr import RapidOCR

    cv2.setNumThreads(1)
    threads = "EngineConfig.onnxruntime"
    reader: Any = RapidOCR(
        params={
            "Global.log_level": "error",
            "Global.use_cls": False,
            "Global.text_score": _MIN_SCORE,
            f"{threads}.intra_op_num_threads": 1,
            f"{threads}.inter_op_num_threads": 1,
            "Det.model_path": str(folder / "PP-OCRv6_det_small.onnx"),
            "Det.limit_type": "max",
            "Det.limit_side_len": _DETECTION_SIDE,
            "Rec.model_path": str(folder / "PP-OCRv6_rec_small.onnx"),
        }
    )
    recognizer = reader._load_rec_model()
    recognizer.postprocess_op = _KnownLetters(recognizer.postprocess_op)
    return reader


class _KnownLetters:
    """Decodes what the network says of a line without the letters that no Polish or English text has, such as Š and Ž."""

    def __init__(self, decode: Any) -> None:
        self._decode = decode
        self._foreign = [index for index, letter in enumerate(decode.character) if _is_foreign(letter)]

    def __call__(self, shares: NDArray[np.float32], *options: Any, **named: Any) -> Any:
        shares[..., self._foreign] = 0
        return self._decode(shares, *options, **named)


def _is_foreign(letter: str) -> bool:
    """Return whether a letter is of the Latin alphabet with a sign, but of neither Polish nor Western Europe."""
    return len(letter) == 1 and letter not in _POLISH_LETTERS and any(low <= letter <= high for low, high in _EXTENDED_LATIN)


def _models_folder() -> Path:
    """Return the folder of the models in the wheel. Raises NotInstalled.

    With the paths of its models given, rapidocr never downloads.
    """
    package = find_spec("rapidocr")
    if package is None or package.origin is None:
        raise NotInstalled("Reading texts on pictures needs more packages: install the group pictures of pyproject.toml.")
    return Path(package.origin).parent / "models"
