"""A page of another origin, with a frame in it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from markupsafe import escape

HEIGHT_PIXELS = 760


@contextmanager
def serving_frames() -> Iterator[int]:
    """Serve on 127.0.0.1 and `localhost`, which are two origins, pages whose frame has the address in `?frame=`. Give the port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            address = parse_qs(urlsplit(self.path).query).get("frame", [""])[0]
            frame = f'<iframe title="demo" src="{escape(address)}" width="100%" height="{HEIGHT_PIXELS}"></iframe>'
            content = f"<!doctype html><title>Intranet</title><h1>Intranet</h1>{frame}".encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Keep the tests quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
