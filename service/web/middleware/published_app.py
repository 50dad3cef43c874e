"""The service as other machines see it: below a base path, and open to the pages of named origins."""

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

from service.settings import Settings
from wire.base_path import BasePath

_METHODS = ("GET", "HEAD", "POST")
_REQUEST_HEADERS = ("Authorization", "Content-Type", "Idempotency-Key", "Meeting-Code", "X-Request-ID")
_ASSISTANT_HEADERS = ("MCP-Protocol-Version", "Mcp-Method", "Mcp-Name")
"""What an assistant in a page sends to /mcp."""
_ANSWER_HEADERS = ("Allow", "Content-Disposition", "Retry-After", "X-File", "X-Model-Version", "X-Request-ID")
"""The headers of answers that a script of another origin may read."""


def publish(app: ASGIApp, settings: Settings) -> ASGIApp:
    """Add the layers that the settings ask for. A preflight needs no key: it changes nothing and says nothing."""
    if origins := settings.origins():
        app = CORSMiddleware(
            app,
            allow_origins=origins,
            allow_methods=_METHODS,
            allow_headers=(*_REQUEST_HEADERS, *_ASSISTANT_HEADERS),
            expose_headers=_ANSWER_HEADERS,
        )
    return BasePath(app, settings.base_path) if settings.base_path else app
