"""An unguessable id in a cookie: what a visitor writes survives a reload, and nobody else sees it."""

import re
import secrets
from http.cookies import CookieError, SimpleCookie

from starlette.types import ASGIApp, Message, Receive, Scope, Send

VISITOR, MEETING = "witryna-visitor", "witryna-meeting"
"""The names of the cookies: the id of the browser, and the code of the meeting that it takes part in."""
_ID = re.compile(r"[A-Za-z0-9_-]{22}")
_ID_BYTES = 16
_MAX_AGE_SECONDS = 30 * 86_400


def is_visitor_id(text: str) -> bool:
    """Return whether a text can be an id of ours."""
    return _ID.fullmatch(text) is not None


class VisitorCookie:
    """Gives each browser that opens a page an id of its own, for a month. The id says nothing about the person."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _asks_for_page(scope) or is_visitor_id(_read_id(scope)):
            await self._app(scope, receive, send)
            return

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                cookie = build_cookie(scope, VISITOR, secrets.token_urlsafe(_ID_BYTES))
                message["headers"] = [*message.get("headers", []), (b"set-cookie", cookie)]
            await send(message)

        await self._app(scope, receive, send_with_cookie)


def _read_id(scope: Scope) -> str:
    """Return the id that the browser sent, or an empty text."""
    cookie = SimpleCookie()
    for name, value in scope["headers"]:
        if name == b"cookie":
            try:
                cookie.load(value.decode("latin-1"))
            except CookieError:
                return ""
    return cookie[VISITOR].value if VISITOR in cookie else ""


def _asks_for_page(scope: Scope) -> bool:
    """Return whether a browser opens a page. The answer may be 304, without a type: the page is in the browser's cache."""
    accepted = dict(scope["headers"]).get(b"accept", b"")
    return scope["method"] == "GET" and b"text/html" in accepted


def build_cookie(scope: Scope, name: str, value: str, max_age_seconds: int = _MAX_AGE_SECONDS) -> bytes:
    """Return the header that sets a cookie which no script reads and no other site sends."""
    path = scope.get("root_path") or "/"
    secure = "; Secure" if scope.get("scheme") == "https" else ""
    return f"{name}={value}; Path={path}; Max-Age={max_age_seconds}; HttpOnly; SameSite=Lax{secure}".encode()
