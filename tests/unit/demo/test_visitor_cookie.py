"""Promises of the visitor's cookie: each browser gets an unguessable id once, with a page and with nothing else."""

import asyncio
from typing import Any

import pytest

from demo.web.visitor_cookie import VISITOR, VisitorCookie, is_visitor_id


def headers_of(*, accept: str = "text/html,*/*;q=0.8", status: int = 200, cookie: str = "", **scope: Any) -> list[str]:
    """Return the cookies that an answer sets."""
    sent: list[Any] = []

    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": status, "headers": []})

    async def send(message: Any) -> None:
        sent.append(message)

    request = {
        "type": "http",
        "method": "GET",
        "headers": [(b"accept", accept.encode()), (b"cookie", cookie.encode())],
    } | scope
    asyncio.run(VisitorCookie(app)(request, None, send))  # type: ignore[arg-type] # no body is read
    return [value.decode() for name, value in sent[0]["headers"] if name == b"set-cookie"]


def test_a_page_gives_each_browser_an_id_of_its_own_that_scripts_cannot_read() -> None:
    (one,), (other,) = headers_of(), headers_of()
    assert one.startswith(f"{VISITOR}=")
    assert one != other
    assert is_visitor_id(one.partition("=")[2].partition(";")[0])
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(one.split("; "))
    assert "Secure" not in one
    assert headers_of(scheme="https")[0].endswith("; Secure")
    assert "Path=/demo" in headers_of(root_path="/demo")[0]


def test_a_browser_that_has_an_id_keeps_it() -> None:
    value = headers_of()[0].partition(";")[0]
    assert headers_of(cookie=f"other=1; {value}") == []


@pytest.mark.parametrize(
    "cookie", ["", f"{VISITOR}=short", f"{VISITOR}=" + "a" * 23, f"{VISITOR}=../../etc/passwd.......", "\x80="]
)
def test_an_id_that_is_none_of_ours_is_replaced(cookie: str) -> None:
    assert len(headers_of(cookie=cookie)) == 1


def test_a_page_that_is_in_the_cache_of_the_browser_gives_an_id_too() -> None:
    assert len(headers_of(status=304)) == 1


def test_scripts_pictures_and_other_methods_give_no_id() -> None:
    assert headers_of(accept="*/*") == []
    assert headers_of(method="POST") == []
