"""JSON in one parameter: compressed, in letters that a URL may hold."""

import base64
import json
import zlib
from typing import Any

MAX_LENGTH = 6000
_MAX_BYTES = 200_000
_MAX_SHOWN = 40


def encode_json(tree: Any) -> str:
    """Return plain JSON as text for a URL."""
    content = json.dumps(tree, ensure_ascii=False, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(zlib.compress(content, 9)).decode().rstrip("=")


def decode_json(text: str) -> Any:
    """Return the JSON of a text. Raises ValueError where there is none, or too much of it."""
    if len(text) > MAX_LENGTH:
        raise ValueError(text[:_MAX_SHOWN])
    try:
        packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars="-_", validate=True)
        return json.loads(zlib.decompressobj().decompress(packed, _MAX_BYTES).decode())
    except (ValueError, zlib.error, RecursionError) as error:
        raise ValueError(text[:_MAX_SHOWN]) from error
