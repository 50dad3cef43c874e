"""Promises of a base path: an app below it sees the same paths, whether the proxy keeps the prefix or cuts it."""

import asyncio
from typing import Any

import pytest

from wire.base_path import BasePath, read_base_path
from wire.settings_reader import WrongSettings


def call(path: str, base: str = "/api", kind: str = "http", query: bytes = b"") -> tuple[list[Any], list[Any]]:
    """Return the scopes that the app got and the messages that were sent."""
    scopes: list[Any] = []
    messages: list[Any] = []

    async def app(scope: Any, _receive: Any, _send: Any) -> None:
        scopes.append(scope)

    async def send(message: Any) -> None:
        messages.append(message)

    async def receive() -> Any:
        raise AssertionError("no body is read")

    scope = {"type": kind, "path": path, "query_string": query}
    asyncio.run(BasePath(app, base)(scope, receive, send))
    return scopes, messages


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize("path", ["/v1/models", "/api/v1/models"])
def test_a_prefix_that_is_kept_and_one_that_is_cut_give_the_same_request(path: str, kind: str) -> None:
    (scope,), messages = call(path, kind=kind)
    assert (scope["path"], scope["root_path"], messages) == ("/api/v1/models", "/api", [])


@pytest.mark.parametrize("path", ["/apix", "/apix/v1", "/x/api/v1", "/"])
def test_a_path_that_only_begins_alike_is_not_taken_for_the_prefix(path: str) -> None:
    (scope,), _ = call(path)
    assert scope["path"] == "/api" + path


def test_the_base_path_without_its_slash_leads_to_the_one_with_it() -> None:
    scopes, (start, _) = call("/team/models", "/team/models", query=b"lang=pl")
    assert scopes == []
    assert (start["status"], dict(start["headers"])[b"location"]) == (307, b"/team/models/?lang=pl")


def test_start_and_stop_pass_unchanged() -> None:
    (scope,), _ = call("", kind="lifespan")
    assert "root_path" not in scope


@pytest.mark.parametrize(
    ("text", "path"), [("", ""), ("/", ""), ("/api", "/api"), ("/api/", "/api"), ("/a/b-c.d", "/a/b-c.d")]
)
def test_a_base_path_has_no_slash_at_its_end(text: str, path: str) -> None:
    assert read_base_path("X_BASE_PATH", text) == path


@pytest.mark.parametrize("text", ["api", "//api", "/a//b", "/..", "/a/../b", "/a?b", "/ą", "http://host/api", "/a b", "/\n"])
def test_what_is_no_base_path_is_refused_by_the_name_of_its_setting(text: str) -> None:
    with pytest.raises(WrongSettings, match="X_BASE_PATH must look like"):
        read_base_path("X_BASE_PATH", text)
