"""The header Idempotency-Key of what is stored once."""

import re

from starlette.requests import Request

from service.errors import InvalidRequest
from service.web.route import Schema

_PATTERN = re.compile(r"[!-~]{8,128}")
IDEMPOTENCY_KEY: Schema = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "schema": {"type": "string", "pattern": f"^{_PATTERN.pattern}$"},
}
"""The header in OpenAPI."""


def read_idempotency_key(request: Request) -> str:
    """Return the key of a request. Raises InvalidRequest."""
    key = request.headers.get("idempotency-key", "")
    if not _PATTERN.fullmatch(key):
        raise InvalidRequest("Send the header Idempotency-Key: 8 to 128 characters of ASCII, another one for each entry.")
    return key
