"""The content policy of HTML pages: scripts of this service alone, no frames, no other hosts."""

import base64
import hashlib
import re

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_INLINE_SCRIPT = re.compile(rb"<script>(.*?)</script>", re.DOTALL)
_CONTENT_TYPE, _HTML = b"content-type", b"text/html"
CONTENT_POLICY = "content_security_policy"
"""The key of the policy in the message that begins an answer, on its way to `HttpEntry`."""


class PagePolicy:
    """Gives HTML answers a policy that names the hash of each script inside the page; `HttpEntry` writes the header.

    Other answers pass unchanged: `HttpEntry` gives them a policy that allows nothing.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        start: Message | None = None
        pieces: list[bytes] = []

        async def send_with_policy(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and _is_html(message):
                start = message
                return
            if start is None:
                await send(message)
                return
            pieces.append(message.get("body", b""))
            if not message.get("more_body", False):
                page = b"".join(pieces)
                await send({**start, CONTENT_POLICY: _policy(page)})
                await send({"type": "http.response.body", "body": page})

        await self._app(scope, receive, send_with_policy)


def _is_html(start: Message) -> bool:
    return any(name.lower() == _CONTENT_TYPE and value.startswith(_HTML) for name, value in start["headers"])


def _policy(page: bytes) -> bytes:
    """Return the policy of a page. Swagger UI sets styles from its script, so styles may be inline."""
    hashes = [base64.b64encode(hashlib.sha256(script).digest()) for script in _INLINE_SCRIPT.findall(page)]
    scripts = b" ".join([b"'self'", *(b"'sha256-%s'" % each for each in hashes)])
    return (
        b"default-src 'none'; script-src %s; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        b"connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'" % scripts
    )
