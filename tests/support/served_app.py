"""An ASGI app in a thread of the test, on a port of this machine: with real connections and streams, and without a process."""

import threading
from collections import Counter
from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.support.server_process import free_port

READY_SECONDS = 30


class ServedApp:
    """Serves an app until `stop`, and a new one after `start`, at the same address. Counts the requests of each path."""

    def __init__(self, make_app: Callable[[], ASGIApp]) -> None:
        self._make_app, self._port = make_app, free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        self.requests: Counter[str] = Counter()
        self.start()

    def start(self) -> None:
        started = threading.Event()
        self._app = self._make_app()

        class Server(uvicorn.Server):
            async def startup(self, *arguments: object, **options: object) -> None:
                await super().startup(*arguments, **options)  # type: ignore[arg-type]
                started.set()

        config = uvicorn.Config(
            self._count, port=self._port, interface="asgi3", log_level="critical", timeout_graceful_shutdown=1
        )
        self._server = Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        assert started.wait(READY_SECONDS)

    def stop(self) -> None:
        """Close every connection and the port."""
        self._server.should_exit = True
        self._thread.join(READY_SECONDS)
        assert not self._thread.is_alive()

    async def _count(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            self.requests[scope["path"]] += 1
        await self._app(scope, receive, send)
