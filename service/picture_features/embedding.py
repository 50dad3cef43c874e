"""The embedding of a picture: 1,280 numbers of EfficientNet-lite0 that are alike for pictures that look alike.

The whole picture is squeezed into the square that the network sees, so nothing of it is cut off.
"""

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

LENGTH = 1280
_MODEL = Path(__file__).parents[2] / "data" / "efficientnet_lite0.onnx"
_SIDE = 224
_DECIMALS = 4
_MEAN = np.array([0.485, 0.456, 0.406], dtype=np.float32)
_DEVIATION = np.array([0.229, 0.224, 0.225], dtype=np.float32)


def embed(image: Image.Image) -> list[float]:
    """Return the embedding of a picture in RGB, rounded to four decimals."""
    pixels = np.asarray(image.resize((_SIDE, _SIDE), Image.Resampling.BICUBIC), dtype=np.float32) / np.float32(255)
    tensor = ((pixels - _MEAN) / _DEVIATION).transpose(2, 0, 1)[np.newaxis]
    (vectors,) = _session().run(["vector"], {"image": np.ascontiguousarray(tensor)})
    numbers: list[float] = (np.round(vectors[0].astype(np.float64), _DECIMALS) + 0.0).tolist()  # + 0.0: no negative zero
    return numbers


@cache
def _session() -> Any:
    """Return the network, which all threads share. It computes on the thread that asks."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(_MODEL.read_bytes(), options, providers=["CPUExecutionProvider"])
