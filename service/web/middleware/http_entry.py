"""Around every request: an id, the callers' keys, a bound on requests at once, one log line, figures for /metrics.

Plain ASGI, since it runs around requests of 0.1 ms.
"""

import hashlib
import itertools
import os
import re
import secrets
import threading
import time
from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.errors import ClientGone, Forbidden, Unauthorized
from service.rows.strict_json import encode
from service.settings import Scope as KeyScope
from service.web import problems
from service.web.dependencies import Slots
from service.web.routes.prediction_routes import Predictions
from service.web.routes.question_routes import Question

_GOOD_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_LOCAL_HOSTS = frozenset({b"localhost", b"127.0.0.1", b"[::1]"})
_ALL_SCOPES: frozenset[KeyScope] = frozenset({"read", "feedback", "admin"})
_STEPS = 5
_SAFE_HEADERS = [(b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"no-referrer")]


class Figures:
    """What /metrics tells: requests by route and status, and their seconds."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter("witryna_requests", "Requests answered", ["route", "status"], registry=self.registry)
        self._seconds = Histogram(
            "witryna_request_seconds",
            "Seconds to the answer",
            ["route"],
            buckets=(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
            registry=self.registry,
        )
        self._known: dict[tuple[str, int], tuple[Counter, Histogram]] = {}

    def observe(self, route: str, status: int, seconds: float) -> None:
        pair = self._known.get((route, status))
        if pair is None:
            pair = self._requests.labels(route, status), self._seconds.labels(route)
            self._known[route, status] = pair
        pair[0].inc()
        pair[1].observe(seconds)


class Traffic:
    """The outermost ASGI layer."""

    def __init__(
        self,
        app: ASGIApp,
        predictions: Predictions,
        questions: Mapping[str, Question],
        *,
        figures: Figures,
        stopping: threading.Event,
        keys: Mapping[str, frozenset[KeyScope]],
        slots: Slots,
    ) -> None:
        self._app = app
        self.predictions = predictions
        self._direct: dict[str, Predictions | Question] = {"predictions": predictions, **questions}
        self.stopping = stopping
        """Set when the process is told to stop: /health/ready says so from then on."""
        self._figures = figures
        # Keys are looked up by their hash: how long a look-up takes then says nothing about a key.
        self._keys = {_fingerprint(secret.encode()): scopes for secret, scopes in keys.items()}
        self._slots = slots
        self._prefix = secrets.token_hex(6).encode() + b"-"
        self._count = itertools.count(1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start = time.perf_counter()
        headers = dict(scope["headers"])
        request_id = headers.get(b"x-request-id", b"")
        if not _GOOD_ID.fullmatch(request_id):
            request_id = self._prefix + b"%x" % next(self._count)
        scope["request_id"] = request_id.decode()
        extra = [(b"x-request-id", request_id), *_SAFE_HEADERS]
        status = 0

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], *extra]
            await send(message)

        try:
            await self._admit(scope, headers, receive, answer)
        except ClientGone:
            pass
        except Exception as error:
            response = problems.respond(error, scope)
            if status:
                raise  # the answer has begun: the connection must break, so that nobody takes a half for the whole
            await response(scope, receive, answer)
        finally:
            self._note(scope, status, time.perf_counter() - start)

    async def _admit(self, scope: Scope, headers: dict[bytes, bytes], receive: Receive, send: Send) -> None:
        scope["caller"] = _ALL_SCOPES
        if scope["path"].startswith("/health/"):
            await self._ask_framework(scope, receive, send)
            return
        self._identify(scope, headers)
        name, direct = self._directly(scope["path"])
        if direct is None:
            with self._slots:
                await self._ask_framework(scope, receive, send)
        else:
            scope["route"] = direct
            await direct(name, scope, receive, send)

    async def _ask_framework(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a HEAD as its GET; the server, which knows what was asked, leaves the body out."""
        asked = {**scope, "method": "GET"} if scope["method"] == "HEAD" else scope
        try:
            await self._app(asked, receive, send)
        finally:
            scope["route"] = asked.get("route")

    def _directly(self, path: str) -> tuple[str, Predictions | Question | None]:
        """Return the model and what answers about it, for /v1/models/{model}/{question}; else nothing."""
        steps = path.split("/")
        if len(steps) != _STEPS or not path.startswith("/v1/models/") or not steps[3]:
            return "", None
        return steps[3], self._direct.get(steps[4])

    def _identify(self, scope: Scope, headers: dict[bytes, bytes]) -> None:
        if not self._keys:
            host = headers.get(b"host", b"")
            name = host.rpartition(b":")[0] if not host.endswith(b"]") and b":" in host else host
            if name.lower() not in _LOCAL_HOSTS:
                # Without keys only this machine's own pages may ask: a foreign name here is DNS rebinding.
                raise Forbidden("Without API keys the service answers to localhost only.")
            return
        kind, _, secret = headers.get(b"authorization", b"").partition(b" ")
        scopes = self._keys.get(_fingerprint(secret.strip())) if kind.lower() == b"bearer" else None
        if scopes is None:
            raise Unauthorized
        scope["caller"] = scopes

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "none")
        self._figures.observe(route, status, seconds)
        line = {
            "at": time.time(),
            "method": scope["method"],
            "route": route,
            "status": status,
            "ms": int(seconds * 1e6) / 1000,
            "request_id": scope["request_id"],
        }
        write_line(encode(line) + b"\n")


def write_line(line: bytes) -> None:
    """Write one access line to standard error, unbuffered and whole. JSON has no control characters."""
    os.write(2, line)


def _fingerprint(secret: bytes) -> bytes:
    return hashlib.sha256(secret).digest()
