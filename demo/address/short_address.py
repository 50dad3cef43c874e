"""Keeps the address of a page below 4 kB: long parameters are packed into one, else the service stores them under an id.

A usual proxy refuses a long address, and a comment of 2,000 Chinese letters takes 18 kB when each is written as %E4%B8%AD.
"""

import base64
import json
import lzma
from typing import Any, Protocol
from urllib.parse import urlencode

from demo.address.parameters import LANGUAGE, MODEL, PACKED, STORED

_MAX_PLAIN_LENGTH = 1_000
"""A shorter query stays as it is: people can read it."""
_MAX_LENGTH = 3_800
_MAX_BYTES = 2**21
_FILTERS: list[dict[str, Any]] = [{"id": lzma.FILTER_LZMA1, "lc": 0, "lp": 1, "pb": 1, "dict_size": _MAX_BYTES}]
"""LZMA for units of two bytes, such as UTF-16: of Chinese it needs four fifths of what zlib makes of UTF-8."""


class TextStore(Protocol):
    """Holds packed parameters under an id; `LinkStore` does."""

    def put(self, text: str) -> str | None: ...

    def get(self, link_id: str) -> str | None: ...


class UnknownLink(Exception):
    """The service does not hold the parameters of a link, or the link is damaged."""


def shorten(parameters: dict[str, str], store: TextStore) -> dict[str, str]:
    """Return parameters with the same meaning whose query is shorter than 3,800 characters.

    If the store cannot take them, the packed parameters are returned although they are longer.
    """
    if len(urlencode(parameters)) <= _MAX_PLAIN_LENGTH:
        return parameters
    common, packed = _pack_all(parameters)
    short = common | {PACKED: packed}
    if len(urlencode(short)) <= _MAX_LENGTH:
        return short
    link_id = store.put(packed)
    return common | {STORED: link_id} if link_id else short


def store(parameters: dict[str, str], texts: TextStore) -> dict[str, str] | None:
    """Return parameters with the same meaning of which only model and language can be read; None if they are not stored."""
    common, packed = _pack_all(parameters)
    link_id = texts.put(packed)
    return common | {STORED: link_id} if link_id else None


def expand(parameters: dict[str, str], store: TextStore) -> dict[str, str]:
    """Return the parameters that were shortened; others are returned as they are. Raises UnknownLink."""
    packed = store.get(parameters[STORED]) if STORED in parameters else parameters.get(PACKED)
    if packed is None and STORED not in parameters:
        return parameters
    return without_shortened(parameters) | _unpack(packed or "")


def without_shortened(parameters: dict[str, str]) -> dict[str, str]:
    """Return the parameters that are not shortened."""
    return {name: text for name, text in parameters.items() if name not in {PACKED, STORED}}


def _pack_all(parameters: dict[str, str]) -> tuple[dict[str, str], str]:
    common = {name: text for name, text in parameters.items() if name in {MODEL, LANGUAGE}}
    return common, _pack({name: text for name, text in parameters.items() if name not in common})


def _pack(parameters: dict[str, str]) -> str:
    content = json.dumps(parameters, ensure_ascii=False, separators=(",", ":")).encode("utf-16-le", "surrogatepass")
    packed = lzma.compress(content, lzma.FORMAT_RAW, filters=_FILTERS)
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def _unpack(text: str) -> dict[str, str]:
    try:
        packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars="-_", validate=True)
        content = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=_FILTERS).decompress(packed, _MAX_BYTES)
        parameters = json.loads(content.decode("utf-16-le"))
    except (ValueError, lzma.LZMAError, EOFError, RecursionError) as error:
        raise UnknownLink from error
    if not isinstance(parameters, dict) or not all(isinstance(each, str) for each in parameters.values()):
        raise UnknownLink
    return parameters
