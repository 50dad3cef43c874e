"""The outermost layer of the app. Plain ASGI, because it surrounds requests of 0.1 ms."""

import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.errors import ClientGone, InvalidRequest
from service.web import problems
from service.web.container import Services
from service.web.middleware.access_log import log_request
from service.web.middleware.page_policy import CONTENT_POLICY
from service.web.middleware.request_ids import RequestIds

_SAFE_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),  # answers hold data of persons
]
_WITH_CACHE = _SAFE_HEADERS[:-1]
"""For an answer that says itself what caches may do."""
_NO_CONTENT = b"default-src 'none'; frame-ancestors 'none'"
_SINGLE_HEADERS = frozenset({b"host", b"authorization", b"content-type", b"content-encoding", b"content-length"}) | {
    b"inference-header-content-length",
    b"origin",
    b"meeting-code",
    b"mcp-protocol-version",
    b"mcp-method",
    b"mcp-name",
}
"""Headers whose second value another program could read in place of the first."""
_POLICY_VIOLATION = 1008
"""The WebSocket close code of RFC 6455. Before the handshake ends a server answers it with HTTP status 403."""


class IncompleteAnswer(Exception):
    """The answer of a request ends before its end."""


class HttpEntry:
    """Gives each HTTP request an id, answers its errors as problems, logs and counts it. Refuses all that is not HTTP."""

    def __init__(self, router: ASGIApp, lifespan: ASGIApp, services: Services) -> None:
        self._router, self._lifespan = router, lifespan
        self.services = services
        self._request_ids = RequestIds()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._answer_other(scope, receive, send)
            return
        start = time.perf_counter()
        headers = dict(scope["headers"])
        request_id = self._request_ids.of(headers)
        scope["request_id"], scope["headers_by_name"] = request_id.decode(), headers
        status = 0

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                policy = (b"content-security-policy", message.pop(CONTENT_POLICY, _NO_CONTENT))
                own = message["headers"]
                safe = _WITH_CACHE if any(name == b"cache-control" for name, _ in own) else _SAFE_HEADERS
                message["headers"] = [*own, (b"x-request-id", request_id), *safe, policy]
            await send(message)

        try:
            if len(headers) < len(scope["headers"]):
                _refuse_repeated(scope["headers"])
            await self._router(scope, receive, send_with_headers)
        except ClientGone:
            pass
        except Exception as error:  # noqa: BLE001 - each becomes an answer, or breaks the connection
            response = problems.answer_exception(error, scope)
            if status:  # the answer has begun: the connection must break, so that no caller takes a part for the whole
                raise IncompleteAnswer from None  # the server logs it; `error` may name a value of the caller
            await response(scope, receive, send_with_headers)
        finally:
            seconds = time.perf_counter() - start
            route = getattr(scope.get("route"), "path", "none")
            self.services.metrics.observe(route, status, seconds)
            log_request(scope, route, status, seconds)

    async def _answer_other(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass start and stop on, and refuse everything else: keys and limits do not apply to it."""
        if scope["type"] == "lifespan":
            await self._lifespan(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
        else:
            raise RuntimeError(f"The service takes no {scope['type']} connections.")


def _refuse_repeated(headers: list[tuple[bytes, bytes]]) -> None:
    """Raise InvalidRequest if a header that has one value is sent twice."""
    names = [name for name, _ in headers]
    for name in _SINGLE_HEADERS:
        if names.count(name) > 1:
            raise InvalidRequest(f"The header {name.decode()} is sent twice.")
