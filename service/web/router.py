"""The path of each request: route, key, body, slot, handler."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qsl

from starlette.routing import compile_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.errors import Forbidden, InvalidRequest, MethodNotAllowed
from service.rows.strict_json import safe_text
from service.web.container import Services
from service.web.middleware.api_keys import ApiKeys, Caller
from service.web.route import Route
from wire.media_types import kind_of, parse_content_type

_JSON = b"application/json"
_DOCS_SCOPE = "read"
_NOBODY = Caller(frozenset())
"""The caller of a route that needs no key."""
_MAX_PARAMETERS = 100
_MAX_CACHED_PATHS = 1024
"""The matches of so many paths are cached: matching takes longer than scoring a row."""


@dataclass(frozen=True, slots=True)
class _Match:
    """The routes of a path by method, and the model that the path names."""

    routes: dict[str, Route]
    model: str
    version: str | None
    """The version that the path names, if it names one."""
    is_open: bool
    """No key is needed."""

    def route(self, method: str) -> Route:
        """Return the route of a method; a HEAD is answered as its GET. Raises MethodNotAllowed."""
        route = self.routes.get("GET" if method == "HEAD" else method)
        if route is None:
            raise MethodNotAllowed(allow=", ".join(self.routes))
        return route


class Router:
    """Runs the routes of a table. What the table does not hold (the docs page, unknown paths) goes to the framework."""

    def __init__(self, routes: Sequence[Route], framework: ASGIApp, services: Services) -> None:
        self._patterns = [(compile_path(route.path)[0], route) for route in routes]
        self._framework, self._services = framework, services
        self._keys = ApiKeys(services.settings.keys())
        self._slots: dict[str | None, AbstractContextManager[None]] = {
            "requests": services.requests,
            "streams": services.streams,
            "publications": services.publications,
            "exports": services.export_slots,
            "pictures": services.picture_slots,
            None: nullcontext(),
        }
        self._match = lru_cache(_MAX_CACHED_PATHS)(self._match_path)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = scope["headers_by_name"]
        names = _parameter_names(scope["query_string"]) if scope["query_string"] else []
        match = self._match(scope["path"].removeprefix(scope.get("root_path", "")))
        caller = await self._caller_of(headers) if match is None or not match.is_open else _NOBODY
        if match is None:
            if _DOCS_SCOPE not in caller.scopes:
                raise Forbidden(f"This key lacks the scope {_DOCS_SCOPE}.")
            with self._services.requests:
                await self._run_framework(scope, receive, send)
            return
        route = match.route(scope["method"])
        if route.scope is not None and route.scope not in caller.scopes:
            raise Forbidden(f"This key lacks the scope {route.scope}.")
        if caller.meeting is not None and not route.takes_meeting_token:
            raise Forbidden("The token of one meeting does not allow this.")
        scope["route"], scope["caller"] = route, caller
        if route.direct is not None:
            await self._run_direct(route, match, scope, receive, send)
            return
        if names and route.scope is not None and not route.takes_fields:
            _refuse_unknown(names, route)
        if route.upload is not None:
            with self._slots[route.slots]:
                await route.upload(self._services, scope, receive, send)
            return
        if route.method == "POST":
            body = await self._services.bodies.read_json(scope, headers, receive)
            receive = _replay_body(body, receive)
        with self._slots[route.slots]:
            await self._run_framework(scope, receive, send)

    async def _caller_of(self, headers: dict[bytes, bytes]) -> Caller:
        """Return who calls. Raises Unauthorized, Forbidden, StorageUnavailable."""
        caller = self._keys.caller_of(headers)
        return await self._services.presenter_secrets.caller_of(caller) if isinstance(caller, bytes) else caller

    def _match_path(self, path: str) -> _Match | None:
        matches = [(match, route) for pattern, route in self._patterns if (match := pattern.match(path))]
        if not matches:
            return None
        routes: dict[str, Route] = {}
        for _, route in matches:  # as in the framework, the first route of a method counts
            routes.setdefault(route.method, route)
        return _Match(
            routes,
            matches[0][0].groupdict().get("model", ""),
            matches[0][0].groupdict().get("version"),
            is_open=all(route.scope is None for _, route in matches),
        )

    async def _run_direct(self, route: Route, match: _Match, scope: Scope, receive: Receive, send: Send) -> None:
        """Look the model up once, read the body, take a slot, answer."""
        services, headers = self._services, scope["headers_by_name"]
        assert route.direct is not None  # noqa: S101 - the caller has looked
        model = services.registry.get(match.model, match.version)
        if route.files is not None and _is_file(headers.get(b"content-type", b"")):
            await route.files(services, model, scope, receive, send)
            return
        body = await services.bodies.read_json(
            scope, headers, receive, takes_files=route.files is not None, takes_tensors=route.takes_tensors
        )
        with self._slots[route.slots]:
            call = route.direct(services, model, headers, body)
            del body  # the route alone keeps it, and frees it once it is read
            answer = await call
        length, version = str(len(answer.body)).encode(), answer.version.encode()
        fields = [*answer.headers, (b"content-length", length), (b"x-model-version", version)]
        await send({"type": "http.response.start", "status": 200, "headers": fields})
        await send({"type": "http.response.body", "body": answer.body})

    async def _run_framework(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a HEAD as its GET; the server, which knows the method, leaves the body out. A stream asks for `is_head`."""
        inner = {**scope, "method": "GET", "is_head": True} if scope["method"] == "HEAD" else scope
        try:
            await self._framework(inner, receive, send)
        finally:
            scope["route"] = scope.get("route") or inner.get("route")


def _parameter_names(query: bytes) -> list[str]:
    """Return the names of the parameters. Raises InvalidRequest if one comes twice: programs differ in which they take."""
    try:
        names = [
            name for name, _ in parse_qsl(query.decode("latin-1"), keep_blank_values=True, max_num_fields=_MAX_PARAMETERS)
        ]
    except ValueError:
        raise InvalidRequest(f"An address may have {_MAX_PARAMETERS} parameters.") from None
    repeated = next((name for name in names if names.count(name) > 1), None)
    if repeated is not None:
        raise InvalidRequest(f"The parameter {safe_text(repeated)} comes twice.")
    return names


def _refuse_unknown(names: list[str], route: Route) -> None:
    """Raise InvalidRequest for a parameter that the route does not have: the caller believes that it has an effect."""
    known = [parameter["name"] for parameter in route.parameters if parameter["in"] == "query"]
    unknown = next((name for name in names if name not in known), None)
    if unknown is not None:
        listed = f"Its parameters: {', '.join(known)}." if known else "It has no parameters."
        raise InvalidRequest(f"This address has no parameter {safe_text(unknown)}. {listed}")


def _is_file(content_type: bytes) -> bool:
    """Tell whether a Content-Type names a file of rows. Almost always it is JSON and nothing has to be parsed."""
    if content_type == _JSON:
        return False
    media_type, _ = parse_content_type(content_type.decode("latin-1"))
    return kind_of(media_type) not in {None, "json"}


def _replay_body(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that yields a body that was already read, then the messages of the server."""
    pending: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive_replayed() -> Message:
        return pending.pop() if pending else await receive()

    return receive_replayed
