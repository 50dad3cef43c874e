"""python -m service: serves the models on SERVICE_HOST:SERVICE_PORT until it is told to stop.

A builder: it reads settings.
"""

import argparse
import gc
import logging
import os
import signal
import sys
import threading
from types import FrameType
from typing import Any

import uvicorn

from service.errors import StorageUnavailable
from service.settings import read_settings
from service.store.store import Store
from service.web.app import create_app
from service.web.connections import punctual
from wire.settings_reader import WrongSettings

GRACE_SECONDS = 15
_ALLOCATIONS_BETWEEN_COLLECTIONS = 100_000


class Server(uvicorn.Server):
    """Says "stopping" on /health/ready as soon as it is told to stop, and ends with exit code 0."""

    def __init__(self, config: uvicorn.Config, stopping: threading.Event) -> None:
        super().__init__(config)
        self.stopping = stopping

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self.stopping.set()
        super().handle_exit(sig, frame)


class OneLine(logging.Formatter):
    """One line an event: control characters in a message are escaped."""

    def format(self, record: logging.LogRecord) -> str:
        return super().format(record).encode("unicode_escape").decode("ascii")


def main() -> None:
    """Run until SIGINT or SIGTERM; requests under way are finished first."""
    argparse.ArgumentParser(
        prog="python -m service",
        description="Serves the models. It takes no arguments; its settings are SERVICE_… variables (docs/settings.md).",
    ).parse_args()
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
        app.services.stopping,
    )
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)  # uvicorn raises the signal again when it is done: then all is done
    logging.getLogger("service").info("listening on http://%s:%d", settings.host, settings.port)
    threading.Thread(target=_open, args=[app.services.store], name="open the store", daemon=True).start()
    _collect_garbage_rarely()
    server.run()
    sys.exit(0 if server.started else 1)


def _open(store: Store) -> None:
    """Make or migrate the database at the start; where it cannot be used, say so. Scoring does not need it."""
    try:
        store.prepare()
    except StorageUnavailable as error:
        logging.getLogger("service").error("the store: %s", error.detail)


def _collect_garbage_rarely() -> None:
    """What is loaded stays, and a request leaves no cycles: looking for them took a fifth of the time of 1,000 rows."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_ALLOCATIONS_BETWEEN_COLLECTIONS)


if __name__ == "__main__":
    main()
