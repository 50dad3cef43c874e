"""JSON in one parameter of the URL: compressed, then URL-safe base64."""

import base64
import json
import zlib
from typing import Any

MAX_LENGTH = 6000
_MAX_BYTES = 200_000
_MAX_MESSAGE_LENGTH = 40


def encode_json(tree: Any) -> str:
    """Return plain JSON as text for a URL."""
    content = json.dumps(tree, ensure_ascii=False, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(zlib.compress(content, 9)).decode().rstrip("=")


def decode_json(text: str) -> Any:
    """Return the JSON of a text. Raises ValueError if the text holds none, or is too long."""
    if len(text) > MAX_LENGTH:
        raise ValueError(text[:_MAX_MESSAGE_LENGTH])
    try:
        packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars="-_", validate=True)
        return json.loads(zlib.decompressobj().decompress(packed, _MAX_BYTES).decode())
    except (ValueError, zlib.error, RecursionError) as error:
        raise ValueError(text[:_MAX_MESSAGE_LENGTH]) from error
