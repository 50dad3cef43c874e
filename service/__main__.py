"""python -m service: serves the models on SERVICE_HOST:SERVICE_PORT until SIGINT or SIGTERM."""

import argparse
import asyncio
import contextlib
import ctypes
import gc
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

import uvicorn

from service.errors import StorageUnavailable
from service.settings import Settings, read_settings
from service.store.store import Store
from service.web.app import create_app
from service.web.connections import protocol_with_deadlines
from service.web.middleware.access_log import StandardErrorHandler
from service.web.middleware.published_app import publish
from tabular.scratch_folder import remove_leftovers
from wire.settings_reader import WrongSettings

_log = logging.getLogger("service")
_END_SECONDS = 3
"""The time for all that follows the last request, such as closing the store."""
_ALLOCATIONS_BETWEEN_COLLECTIONS = 100_000
_M_ARENA_MAX, _MALLOC_ARENAS = -8, 2
"""The parameter of mallopt(3) for the number of pools, and our number."""


class Server(uvicorn.Server):
    """Sets `stopping` at the first signal, so that /health/ready says so while the last requests end, and ends streams."""

    def __init__(
        self, config: uvicorn.Config, stopping: threading.Event, stop_seconds: float, end_streams: Callable[[], None]
    ) -> None:
        super().__init__(config)
        self.stopping = stopping
        self._stop_seconds, self._end_streams = stop_seconds, end_streams
        self._loop: asyncio.AbstractEventLoop | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen, and log the address."""
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)
        if self.started:
            _log.info("listening on http://%s:%d", self.config.host, self.config.port)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if not self.stopping.is_set():
            self.stopping.set()
            if self._loop is not None:
                self._loop.call_soon_threadsafe(self._end_streams)
            late_end = threading.Timer(self._stop_seconds + _END_SECONDS, os._exit, args=[1])
            late_end.daemon = True
            late_end.start()
        super().handle_exit(sig, frame)


class SingleLineFormatter(logging.Formatter):
    """Writes each event on one line: control characters in a message are escaped."""

    def format(self, record: logging.LogRecord) -> str:
        return super().format(record).encode("unicode_escape").decode("ascii")


def main() -> None:
    """Run until SIGINT or SIGTERM. Requests that have begun are answered first."""
    argparse.ArgumentParser(
        prog="python -m service",
        description="Serves the models. It takes no arguments; its settings are SERVICE_… variables (docs/settings.md).",
    ).parse_args()
    try:
        settings = read_settings(os.environ)
        app = create_app(settings)
    except WrongSettings as error:
        sys.exit(f"The service did not start. {error}")
    output = StandardErrorHandler()
    output.setFormatter(SingleLineFormatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[output])
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)  # its warnings are about what callers send
    config: dict[str, Any] = {
        "log_config": None,
        "access_log": False,
        "server_header": False,
        "date_header": False,
        "proxy_headers": False,
    }
    server = Server(
        uvicorn.Config(
            publish(app, settings),
            host=settings.host,
            port=settings.port,
            http=protocol_with_deadlines(settings.header_seconds, settings.body_stall_seconds),
            ws="none",
            timeout_keep_alive=settings.keep_alive_seconds,
            timeout_graceful_shutdown=settings.stop_seconds,
            **config,
        ),
        app.services.stopping,
        settings.stop_seconds,
        app.services.meeting_watches.stop,
    )
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)  # uvicorn raises the signal again at its end: nothing is left to do then
    _prepare(settings, [app.services.store, app.services.meetings])
    with contextlib.suppress(SystemExit):  # raised if the port is in use
        server.run()
    if not server.started:
        _log.error(
            "The service did not start. It cannot listen on %s:%d: the port may be in use.", settings.host, settings.port
        )
    logging.shutdown()
    # The interpreter would wait for each thread in which a model hangs, or abort while one loads.
    os._exit(0 if server.started else 1)


def _prepare(settings: Settings, stores: list[Store]) -> None:
    """Do what comes before the first request, and warn of what the settings allow."""
    remove_leftovers()
    threading.Thread(target=_open_stores, args=[stores], name="open the stores", daemon=True).start()
    _tune_memory()
    if settings.accepts_models:
        _log.warning(
            "SERVICE_ACCEPT_MODELS=yes: whoever has a key with the scope admin can publish models here. Their code runs in "
            "their own processes, and their packages are installed. Turn it off if nobody needs it."
        )


def _open_stores(stores: list[Store]) -> None:
    """Create or migrate the databases. If that fails, log it: predictions do not need them."""
    for store in stores:
        try:
            store.prepare()
        except StorageUnavailable as error:
            _log.error("the store: %s", error.detail)


def _tune_memory() -> None:
    """Give freed memory back to the system, and collect garbage rarely.

    glibc keeps a pool of freed memory for each thread, and the allocators of Arrow keep theirs: under load from many callers
    this took twice the memory. A request leaves no cycles, and the collector took a fifth of the time of 1,000 rows.
    """
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")  # read at the import of Arrow, with the first file
    with contextlib.suppress(AttributeError, OSError):  # not glibc
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, _MALLOC_ARENAS)
    gc.collect()
    gc.freeze()
    gc.set_threshold(_ALLOCATIONS_BETWEEN_COLLECTIONS)


if __name__ == "__main__":
    main()
