"""The id of each request: the caller's own, or a new one."""

import itertools
import re
import secrets

_ALLOWED = re.compile(rb"[A-Za-z0-9._-]{1,64}")


class RequestIds:
    """Gives each request an id. A new id is a random prefix of this process and a count."""

    def __init__(self) -> None:
        self._prefix = secrets.token_hex(6).encode() + b"-"
        self._count = itertools.count(1)

    def of(self, headers: dict[bytes, bytes]) -> bytes:
        """Return X-Request-ID if it is safe to repeat in headers and logs, else a new id."""
        request_id = headers.get(b"x-request-id")
        return request_id if request_id and _ALLOWED.fullmatch(request_id) else self._prefix + b"%x" % next(self._count)
