"""One picture → its stored fields, the details that people see, and a preview.

`compute` measures an opened picture. The same picture always gives the same result, on each thread and each machine with the
same packages.
"""

import io
from dataclasses import dataclass
from typing import Any

from PIL import Image

from service.picture_features import colours, embedding, pixel_measures, text_measures
from service.picture_features.prices import find_price
from service.picture_features.text_recognition import read_texts
from service.schemas import Row

METHOD = "1: PP-OCRv6 small, EfficientNet-lite0"
"""How pictures are measured. What another method computed is computed again: change it with any change of a result."""
MAX_SIDE = 1600
"""The longest side of the picture that is measured, in pixels."""
FIELDS = (
    *("embedding", "text_share", "words", "language", "has_price", "price", "currency", "brightness", "contrast"),
    *("sharpness", "colourfulness", "main_colour"),
)
_PREVIEW_SIDE = 480
_PREVIEW_QUALITY = 85


@dataclass(frozen=True)
class PictureFeatures:
    """`fields`: field → value. `details`: digest, size, texts with their boxes, colours. `preview`: a small JPEG."""

    fields: Row
    details: dict[str, Any]
    preview: bytes


def compute(image: Image.Image, digest: str) -> PictureFeatures:
    """Measure a picture in RGB, whose longest side is at most MAX_SIDE. Raises NotInstalled without the group `pictures`."""
    texts = read_texts(image)
    lines = [text.text for text in texts]
    price = find_price(lines)
    shares = colours.named_shares(image)
    fields: Row = {
        "embedding": embedding.embed(image),
        "text_share": text_measures.text_share([text.box for text in texts]),
        "words": text_measures.count_words(lines),
        "language": text_measures.find_text_language(lines),
        "has_price": price is not None,
        "price": price.amount if price else None,
        "currency": price.currency if price else "none",
        **pixel_measures.measure(image),
        "main_colour": max(shares, key=lambda name: shares[name]),
    }
    details = {
        "digest": digest,
        "width": image.width,
        "height": image.height,
        "texts": [{"text": each.text, "box": [list(point) for point in each.box], "score": each.score} for each in texts],
        "colours": [{"colour": colour, "share": share} for colour, share in colours.palette(image)],
    }
    return PictureFeatures(fields, details, preview(image))


def preview(image: Image.Image) -> bytes:
    """Return a picture as a small JPEG without metadata."""
    small = image.copy()
    small.thumbnail((_PREVIEW_SIDE, _PREVIEW_SIDE), Image.Resampling.LANCZOS)
    file = io.BytesIO()
    small.save(file, "JPEG", quality=_PREVIEW_QUALITY, optimize=True)
    return file.getvalue()
