"""The revisions of the protocol that the service speaks, and what each says about itself in a message.

Revision 2026-07-28 has no handshake: each request names its revision in a header and in its `_meta`. Earlier ones begin
with `initialize`. Neither needs a session, so the service keeps none.
https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http
"""

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from service.mcp.messages import (
    HEADER_MISMATCH,
    INVALID_PARAMS,
    METHOD_NOT_FOUND,
    UNSUPPORTED_REVISION,
    Message,
    ProtocolError,
)
from service.rows.strict_json import safe_text

MODERN = "2026-07-28"
HANDSHAKE = ("2025-11-25", "2025-06-18")
REVISIONS = (MODERN, *HANDSHAKE)
META = "io.modelcontextprotocol/"
_HEADER, _METHOD, _NAME = b"mcp-protocol-version", b"mcp-method", b"mcp-name"
_BASE64, _BASE64_END = "=?base64?", "?="
_BAD_REQUEST, _NOT_FOUND = 400, 404
Headers = Mapping[bytes, bytes]


def revision_of(message: Message, headers: Headers) -> str:
    """Return the revision of a message. Raises ProtocolError if it names none, an unknown one, or two different ones."""
    if _HEADER not in headers:
        if message.method == "initialize":
            return HANDSHAKE[0]
        raise ProtocolError(HEADER_MISMATCH, "The header MCP-Protocol-Version is missing.")
    revision = headers[_HEADER].decode("latin-1")
    if revision not in REVISIONS:
        data = {"supported": list(REVISIONS), "requested": safe_text(revision)}
        raise ProtocolError(UNSUPPORTED_REVISION, f"Use a revision of the protocol among {', '.join(REVISIONS)}.", data)
    if revision == MODERN and not message.is_notification:
        _check_modern(message, headers)
    elif message.meta.get(f"{META}protocolVersion", revision) != revision:
        raise ProtocolError(HEADER_MISMATCH, "The header MCP-Protocol-Version and the message name different revisions.")
    return revision


def negotiated(params: Mapping[str, Any]) -> str:
    """Return the revision that `initialize` agrees on: the one that the client names, or the newest with a handshake."""
    named = params.get("protocolVersion")
    return named if named in HANDSHAKE else HANDSHAKE[0]


def http_status(error: ProtocolError, message: Message | None, headers: Headers) -> int:
    """Return the status of an error. Before 2026-07-28 a request that could be read gets 200, and its error in the body."""
    if message is not None and headers.get(_HEADER, b"").decode("latin-1") in HANDSHAKE:
        return 200
    return _NOT_FOUND if error.code == METHOD_NOT_FOUND else _BAD_REQUEST


def _check_modern(message: Message, headers: Headers) -> None:
    """Raise ProtocolError if the headers, which proxies read, and the message, which we read, do not agree."""
    named = message.meta.get(f"{META}protocolVersion")
    if named is None or not isinstance(message.meta.get(f"{META}clientCapabilities"), dict):
        raise ProtocolError(INVALID_PARAMS, f"params._meta needs {META}protocolVersion and {META}clientCapabilities.")
    _require_equal("MCP-Protocol-Version", MODERN, named)
    _require_equal("Mcp-Method", _plain(headers.get(_METHOD)), message.method)
    if message.method == "tools/call":
        _require_equal("Mcp-Name", _plain(headers.get(_NAME)), message.params.get("name"))


def _require_equal(header: str, value: str | None, expected: Any) -> None:
    if value is None or value != expected:
        raise ProtocolError(HEADER_MISMATCH, f"The header {header} is missing, or differs from the message.")


def _plain(value: bytes | None) -> str | None:
    """Return the text of a header; texts beyond ASCII come as =?base64?…?=. None: it has none, or cannot be read."""
    text = None if value is None else value.decode("latin-1")
    if text is None or not (text.startswith(_BASE64) and text.endswith(_BASE64_END)):
        return text
    try:
        return base64.b64decode(text[len(_BASE64) : -len(_BASE64_END)], validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
