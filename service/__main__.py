"""python -m service: serves the models on SERVICE_HOST:SERVICE_PORT until it is told to stop.

Knows: uvicorn and signals. Must not know: models, routes. A builder: it reads settings.
"""

import asyncio
import logging
import os
import signal
import sys
import threading
from types import FrameType
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from service.app import create_app
from service.settings import WrongSettings, read_settings

GRACE_SECONDS = 15


class Server(uvicorn.Server):
    """Says "stopping" on /health/ready as soon as it is told to stop, and ends with exit code 0."""

    def __init__(self, config: uvicorn.Config, stopping: threading.Event) -> None:
        super().__init__(config)
        self.stopping = stopping

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self.stopping.set()
        super().handle_exit(sig, frame)


def punctual(header_seconds: float, stall_seconds: float) -> type[HttpToolsProtocol]:
    """Return uvicorn's protocol with deadlines: for the headers as a whole, and for each next part of a body."""

    class Punctual(HttpToolsProtocol):
        _due: asyncio.TimerHandle | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            self._expect_within(header_seconds)

        def on_message_begin(self) -> None:
            self._expect_within(header_seconds)
            super().on_message_begin()

        def on_headers_complete(self) -> None:
            self._expect_within(stall_seconds)
            super().on_headers_complete()

        def on_body(self, body: bytes) -> None:
            self._expect_within(stall_seconds)
            super().on_body(body)

        def on_message_complete(self) -> None:
            self._expect_nothing()
            super().on_message_complete()

        def connection_lost(self, exc: Exception | None) -> None:
            self._expect_nothing()
            super().connection_lost(exc)

        def _expect_within(self, seconds: float) -> None:
            self._expect_nothing()
            self._due = self.loop.call_later(seconds, self.transport.close)

        def _expect_nothing(self) -> None:
            if self._due is not None:
                self._due.cancel()
                self._due = None

    return Punctual


class OneLine(logging.Formatter):
    """One line an event: control characters in a message are escaped."""

    def format(self, record: logging.LogRecord) -> str:
        return super().format(record).encode("unicode_escape").decode("ascii")


def main() -> None:
    """Run until SIGINT or SIGTERM; requests under way are finished first."""
    try:
        settings = read_settings(os.environ)
        app = create_app(settings)
    except WrongSettings as error:
        sys.exit(f"The service did not start. {error}")
    output = logging.StreamHandler()
    output.setFormatter(OneLine("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[output])
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    config: dict[str, Any] = {
        "log_config": None,
        "access_log": False,
        "server_header": False,
        "date_header": False,
        "proxy_headers": False,
    }
    server = Server(
        uvicorn.Config(
            app,
            host=settings.host,
            port=settings.port,
            http=punctual(settings.header_seconds, settings.body_stall_seconds),
            ws="none",
            timeout_graceful_shutdown=GRACE_SECONDS,
            **config,
        ),
        app.stopping,
    )
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)  # uvicorn raises the signal again when it is done: then all is done
    logging.getLogger("service").info("listening on http://%s:%d", settings.host, settings.port)
    server.run()
    sys.exit(0 if server.started else 1)


if __name__ == "__main__":
    main()
