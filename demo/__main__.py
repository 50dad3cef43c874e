"""python -m demo: serves the pages on DEMO_HOST:DEMO_PORT until SIGINT or SIGTERM."""

import os
import signal
import sys
from pathlib import Path

import streamlit as st
import uvicorn
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from demo.settings import Settings, read_settings
from wire.settings_reader import WrongSettings

HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"content-security-policy", b"frame-ancestors 'none'"),
]


class SecurityHeaders:
    """Adds to every answer the headers that forbid content sniffing, referrers and framing."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), *HEADERS]
            await send(message)

        await self._app(scope, receive, send_with_headers)


def create_app(settings: Settings) -> st.App:
    """Build the ASGI app of the demo."""
    return st.App(
        Path(__file__).parent / "app.py",
        middleware=[Middleware(SecurityHeaders), Middleware(TrustedHostMiddleware, allowed_hosts=settings.hosts())],
    )


def main() -> None:
    """Serve until SIGINT or SIGTERM; exit with 1 if the server cannot start."""
    try:
        settings = read_settings(os.environ)
    except WrongSettings as error:
        sys.exit(f"The demo did not start. {error}")
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)  # uvicorn raises the signal again after its shutdown
    server = uvicorn.Server(
        uvicorn.Config(
            create_app(settings),
            host=settings.host,
            port=settings.port,
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=3,
        )
    )
    server.run()
    sys.exit(0 if server.started else 1)


if __name__ == "__main__":
    main()
