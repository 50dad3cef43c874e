"""Promises of the requests of a phone: only JSON of a small size from our own page is read, slowly or not."""

import asyncio
import json
from typing import Any

import pytest
from starlette.requests import Request

from demo.live import phone_requests
from demo.live.phone_requests import BadRequest, answer_json, caller_of, read_message, text_in

JSON = {"content-type": "application/json"}


def request(body: bytes = b"{}", headers: dict[str, str] = JSON, query: str = "", parts: int = 1) -> Request:
    pieces = [body[at : at + max(1, len(body) // parts)] for at in range(0, len(body), max(1, len(body) // parts))] or [b""]
    messages = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]
    messages[-1]["more_body"] = False

    async def receive() -> Any:
        return messages.pop(0)

    fields = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": "POST", "path": "/", "headers": fields, "query_string": query.encode()}
    return Request(scope | {"client": ("10.0.0.1", 5)}, receive)


def read(*arguments: Any, **options: Any) -> dict[str, Any]:
    return asyncio.run(read_message(request(*arguments, **options)))


def test_an_object_is_read_in_any_number_of_pieces() -> None:
    body = json.dumps({"comment": "ż" * 500}).encode()
    assert read(body, parts=40) == {"comment": "ż" * 500}


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"{}", {}, 415),
        (b"a=1", {"content-type": "application/x-www-form-urlencoded"}, 415),
        (b"{}", {"content-type": "text/plain"}, 415),
        (b"{}", JSON | {"sec-fetch-site": "cross-site"}, 403),
        (b"", JSON, 400),
        (b"[1]", JSON, 400),
        (b'"text"', JSON, 400),
        (b"{", JSON, 400),
        (b"\xff", JSON, 400),
        (b"[" * 60_000, JSON, 400),
        (b'{"a":"' + b"x" * 70_000 + b'"}', JSON, 413),
    ],
)
def test_another_body_is_refused(body: bytes, headers: dict[str, str], status: int) -> None:
    with pytest.raises(BadRequest) as refusal:
        read(body, headers)
    assert refusal.value.status == status


def test_a_body_that_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phone_requests, "_BODY_SECONDS", 0)

    async def never() -> Any:
        await asyncio.Event().wait()

    scope = {"type": "http", "method": "POST", "path": "/", "headers": [(b"content-type", b"application/json")]}
    with pytest.raises(BadRequest) as refusal:
        asyncio.run(read_message(Request(scope, never)))
    assert refusal.value.status == 408


def test_a_text_that_no_page_sends_is_refused() -> None:
    assert text_in({"case": "a"}, "case") == "a"
    assert text_in({"case": 5}, "case") == ""
    with pytest.raises(BadRequest):
        text_in({"case": "a" * 201}, "case")


def test_a_browser_is_counted_by_its_cookie_and_others_by_their_address() -> None:
    cookie = {"cookie": f"witryna-visitor={'A' * 22}"}
    assert caller_of(request(headers=cookie)) == "A" * 22
    assert caller_of(request(headers={"cookie": "witryna-visitor=x"})) == "10.0.0.1"


def test_a_text_without_a_form_in_utf_8_can_be_answered() -> None:
    assert b"?" in answer_json({"text": "\ud800"}).body
