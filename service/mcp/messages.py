"""Messages of JSON-RPC 2.0: one request or notification in a body, its result, or its error."""

from typing import Any

import msgspec

from service.errors import InvalidInput, InvalidRequest
from service.rows.strict_json import decode, encode, safe_text

PARSE_ERROR, INVALID_MESSAGE, METHOD_NOT_FOUND, INVALID_PARAMS = -32700, -32600, -32601, -32602
HEADER_MISMATCH, UNSUPPORTED_REVISION = -32020, -32022
"""The codes that MCP defines itself."""
MessageId = str | int


class ProtocolError(Exception):
    """A message that cannot be answered: what JSON-RPC calls an error. The text is for people."""

    def __init__(self, code: int, message: str, data: Any = None) -> None:
        super().__init__(message)
        self.code, self.message, self.data = code, message, data


class Message(msgspec.Struct, frozen=True):
    """A request; without `id`, a notification. Members that later revisions add are ignored."""

    method: str
    jsonrpc: Any = None
    id: Any = msgspec.UNSET
    params: dict[str, Any] = {}

    @property
    def is_notification(self) -> bool:
        """Whether the sender expects no answer."""
        return self.id is msgspec.UNSET

    @property
    def meta(self) -> dict[str, Any]:
        """The data of the protocol in the parameters, or an empty dict."""
        meta = self.params.get("_meta")
        return meta if isinstance(meta, dict) else {}


_DECODER = msgspec.json.Decoder(Message)


def read_message(body: bytes) -> Message:
    """Return the one message of a body. Raises ProtocolError: no JSON, a batch, an answer, an id of another type."""
    try:
        message = decode(body, _DECODER)
    except InvalidRequest as error:
        raise ProtocolError(PARSE_ERROR, error.detail) from None
    except InvalidInput:
        raise _no_message() from None
    if message.jsonrpc != "2.0" or not (message.is_notification or type(message.id) in {str, int}):
        raise _no_message()
    return message


def _no_message() -> ProtocolError:
    return ProtocolError(
        INVALID_MESSAGE, "The body must be one request or notification of JSON-RPC 2.0, not a batch and not an answer."
    )


def unknown_method(method: str) -> ProtocolError:
    """Return the error for a method that the server does not have."""
    return ProtocolError(METHOD_NOT_FOUND, f"There is no method {safe_text(method)}.")


def result_body(message: Message, result: dict[str, Any]) -> bytes:
    """Return the answer to a request."""
    return encode({"jsonrpc": "2.0", "id": message.id, "result": result})


def error_body(message: Message | None, error: ProtocolError) -> bytes:
    """Return the answer to a message that has an error; None: it could not be read."""
    has_id = message is not None and type(message.id) in {str, int}
    body = {"code": error.code, "message": error.message} | ({} if error.data is None else {"data": error.data})
    return encode({"jsonrpc": "2.0", "id": message.id if message and has_id else None, "error": body})
