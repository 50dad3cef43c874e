"""Pictures for tests of the demo, written by hand: a PNG needs three chunks."""

import base64
import struct
import zlib
from typing import Any

from client import Card
from tests.support.demo_cards import card_of

GARMENTS = ("shirt", "trouser", "dress", "coat", "sandal", "sneaker", "bag")


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def make_png(width: int = 28, height: int = 28, shade: int = 0) -> bytes:
    """Return a grey PNG of one shade."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = (b"\0" + bytes([shade]) * width) * height
    parts = [_chunk(b"IHDR", header), _chunk(b"IDAT", zlib.compress(rows)), _chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def make_url(width: int = 28, height: int = 28, shade: int = 0) -> str:
    """Return a grey PNG as the value of a field."""
    return "data:image/png;base64," + base64.b64encode(make_png(width, height, shade)).decode()


PICTURE: dict[str, Any] = {
    "name": "picture",
    "type": "image",
    "label": "Photo",
    "width": 28,
    "height": 28,
    "colours": "grey",
}
VECTOR: dict[str, Any] = {"name": "embedding", "type": "vector", "length": 3, "from": "store"}
HOUR: dict[str, Any] = {"name": "hour", "type": "integer", "minimum": 0, "maximum": 23, "default": 9}


def garment_card(**more: Any) -> Card:
    """Return the card of a model with one picture and many labels."""
    labels = [{"value": name, "label": name.title()} for name in GARMENTS]
    output = {"kind": "classification", "labels": labels, "focus": "shirt"}
    examples = [{"name": f"e{shade}", "row": {"picture": make_url(shade=shade)}} for shade in (10, 20)]
    return card_of([PICTURE], output, **({"examples": examples} | more))


def advert_card(**more: Any) -> Card:
    """Return the card of a model with a picture, a vector and a number."""
    rows = [{"picture": make_url(shade=shade), "embedding": [0.5, -1.0, shade], "hour": 7} for shade in (30, 40)]
    return card_of([PICTURE, VECTOR, HOUR], **({"real_rows": rows} | more))


def garment_prediction(label: str, share: float) -> Any:
    """Return a prediction of a garment; all other labels are equally likely."""
    rest = (1 - share) / (len(GARMENTS) - 1)
    probabilities = {name: share if name == label else rest for name in GARMENTS}
    return {"decision": None, "warnings": [], "label": label, "probabilities": probabilities}


def garment_explanation(label: str = "sneaker", share: float = 0.93) -> Any:
    """Return an explanation of four patches, the lower right one the strongest."""
    amounts = {(0, 0): 0.1, (14, 0): -0.2, (0, 14): 0.0, (14, 14): 0.6}
    contributions = [
        {"field": "picture", "value": None, "contribution": amount, "region": [left, top, 14, 14]}
        for (left, top), amount in amounts.items()
    ]
    return {
        "base": 0.1,
        "output": share,
        "standard_error": 0.0,
        "contributions": contributions,
        "sentence": "It is a sneaker.",
        "prediction": garment_prediction(label, share),
        "usualness": None,
        "label": label,
        "strongest_region": [14, 14, 14, 14],
    }
