"""A TCP proxy whose network can swallow everything: connections stay open, and nothing arrives."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy.engine import make_url

_CHUNK = 65_536


class SwallowingProxy:
    """Forwards TCP connections to a Unix socket. `pause` keeps all bytes back, `resume` delivers them."""

    def __init__(self, target: Path) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._flowing = threading.Event()
        self._flowing.set()
        self._sockets: list[socket.socket] = []
        self.port: int = self._listener.getsockname()[1]
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    def pause(self) -> None:
        self._flowing.clear()

    def resume(self) -> None:
        self._flowing.set()

    def close(self) -> None:
        self._flowing.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._accepting.join()
        for each in (self._listener, *self._sockets):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                self._sockets.append(near)
                far = socket.socket(socket.AF_UNIX)
                self._sockets.append(far)
                far.connect(str(self._target))
                for source, target in ((near, far), (far, near)):
                    threading.Thread(target=self._forward, args=(source, target), daemon=True).start()

    def _forward(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(_CHUNK):
                self._flowing.wait()
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)


@contextmanager
def behind_proxy(url: str) -> Iterator[tuple[str, SwallowingProxy]]:
    """Yield the address of a PostgreSQL through a proxy, and the proxy."""
    address = make_url(url)
    proxy = SwallowingProxy(Path(str(address.query["host"])) / ".s.PGSQL.5432")
    try:
        yield address.set(host="127.0.0.1", port=proxy.port, query={}).render_as_string(hide_password=False), proxy
    finally:
        proxy.close()
