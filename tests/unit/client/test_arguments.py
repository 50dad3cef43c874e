"""Promises of the client about wrong arguments: one clear error, before anything is sent."""

import inspect
import io
import tempfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest
from requests.adapters import BaseAdapter

from client import Client, Refused, Unavailable

URL = "http://service.test"
ROW = {"carat": 0.7}
FILE = io.BytesIO(b"carat\n0.7\n")
FOLDER = tempfile.TemporaryDirectory()
for file in ("witryna.json", "model.pkl"):
    Path(FOLDER.name, file).touch()
METHODS: dict[str, dict[str, Any]] = {
    "models": {},
    "card": {"model": "toy"},
    "predict": {"model": "toy", "rows": [ROW]},
    "score_file": {"model": "toy", "file": FILE, "media_type": "text/csv", "decimal": "point"},
    "entity": {"model": "toy", "key": 17},
    "entity_picture": {"model": "toy", "key": 17},
    "entities": {"model": "toy"},
    "runs": {},
    "explain": {"model": "toy", "rows": [ROW]},
    "curves": {"model": "toy", "row": ROW, "fields": ["carat"]},
    "recommend": {"model": "toy", "row": ROW, "goal": {"decision": "approve"}},
    "evaluation": {"model": "toy"},
    "exports": {"model": "toy"},
    "download_export": {"model": "toy", "kind": "python"},
    "make_export": {"model": "toy", "kind": "python"},
    "compare": {"model": "toy", "row": ROW, "ways": ["live"]},
    "publish": {"folder": FOLDER.name},
}
"""Every method that takes arguments, with those that it needs."""
WITHOUT_ARGUMENTS = {"close", "ready"}
WITH_LANGUAGE = {name for name in METHODS if "language" in inspect.signature(getattr(Client, name)).parameters}
TEXTS = {"url", "api_key", "model", "language", "version", "after", "kind", "media_type", "decimal", "entity"}
MAY_BE_NONE = {"api_key", "version", "after", "kind", "fixed", "pinned", "decimal", "entity"}
NUMBERS = {"connect_timeout_seconds", "deadline_seconds", "size_limit_bytes"}
LISTS, DICTS = {"rows", "fields", "fixed", "ways"}, {"row", "goal", "pinned"}
VALUES: list[Any] = [None, "text", b"bytes", 5, 1.5, True, ["list"], {"a": "dict"}, io.StringIO("text"), object(), str]


class NothingSent(BaseAdapter):
    """Fails the test if a request is sent."""

    def send(self, *_arguments: Any, **_options: Any) -> NoReturn:
        pytest.fail("a request was sent")

    def close(self) -> None:
        pass


class Sent(Exception):
    """A request was sent, so its arguments were taken."""


class RaisesWhenSent(NothingSent):
    def send(self, *_arguments: Any, **_options: Any) -> NoReturn:
        raise Sent


def client_with(adapter: BaseAdapter) -> Client:
    client = Client(URL)
    client.session.mount(URL, adapter)
    return client


def call(client: Client, method: str, arguments: dict[str, Any]) -> None:
    answer = getattr(client, method)(**arguments)
    if method == "score_file":
        with answer:
            pass


def takes(argument: str, value: Any, method: str = "") -> bool:
    """Say whether an argument may have a value of this type. Written down by hand, not read from the client."""
    if value is None:
        needed = argument == "kind" and method in {"download_export", "make_export"}
        return (argument in MAY_BE_NONE and not needed) or (method, argument) == ("runs", "model")
    if argument in TEXTS:
        return isinstance(value, str)
    if argument in NUMBERS:
        return type(value) in ({int} if argument == "size_limit_bytes" else {int, float})
    if argument in LISTS:
        return isinstance(value, list)
    if argument in DICTS:
        return isinstance(value, dict)
    if argument == "report":
        return callable(value)
    fits: dict[str, set[type]] = {"folder": {str}, "key": {str, int, float}, "together": {bool}, "file": {bytes}}
    return type(value) in fits[argument]


def wrong_arguments() -> Iterator[tuple[str, str, Any]]:
    for method, arguments in METHODS.items():
        named = {name for name in inspect.signature(getattr(Client, method)).parameters if name not in {"self", "options"}}
        for argument in sorted(named | arguments.keys()):
            yield from ((method, argument, value) for value in VALUES if not takes(argument, value, method))


def test_every_public_method_is_tried() -> None:
    public = {name for name, _ in inspect.getmembers(Client, inspect.isfunction) if not name.startswith("_")}
    assert public == METHODS.keys() | WITHOUT_ARGUMENTS
    without = {"entity_picture", "score_file", "runs", "exports", "download_export", "make_export", "compare", "publish"}
    assert METHODS.keys() - WITH_LANGUAGE == without


@pytest.mark.parametrize(("method", "argument", "value"), list(wrong_arguments()))
def test_an_argument_of_a_wrong_type_is_a_type_error_that_names_it_and_nothing_is_sent(
    method: str, argument: str, value: Any
) -> None:
    with pytest.raises(TypeError, match=rf"^`{argument}` must be .*, not \w+\.$"):
        call(client_with(NothingSent()), method, METHODS[method] | {argument: value})


@pytest.mark.parametrize(
    ("argument", "value"),
    [(each, value) for each in ("url", "api_key", *sorted(NUMBERS)) for value in VALUES if not takes(each, value)],
)
def test_a_client_is_not_made_with_an_argument_of_a_wrong_type(argument: str, value: Any) -> None:
    with pytest.raises(TypeError, match=rf"^`{argument}` must be .*, not \w+\.$"):
        Client(**({"url": URL} | {argument: value}))


@pytest.mark.parametrize(
    ("method", "changes"),
    [
        ("predict", {"rows": (ROW,)}),
        ("predict", {"rows": [None]}),  # the service judges what is inside a list
        ("predict", {"version": np.str_("v1")}),
        ("entity", {"key": np.int64(17)}),
        ("entity", {"key": Decimal(17)}),
        ("score_file", {"file": b"carat\n0.7\n"}),
        ("score_file", {"options": "an option may have any name"}),
        ("publish", {"folder": Path(FOLDER.name), "report": print}),
        ("card", {"language": "pl-PL,pl;q=0.9,en;q=0.5"}),
    ],
    ids=lambda value: value if isinstance(value, str) else "-".join(value),
)
def test_what_means_the_same_as_a_type_is_taken(method: str, changes: dict[str, Any]) -> None:
    with pytest.raises(Sent):
        call(client_with(RaisesWhenSent()), method, METHODS[method] | changes)


def test_a_missing_argument_is_a_type_error_of_python() -> None:
    with pytest.raises(TypeError, match="missing a required argument: 'model'"):
        Client(URL).card()  # type: ignore[call-arg]


@pytest.mark.parametrize("method", sorted(WITH_LANGUAGE))
@pytest.mark.parametrize("language", ["", "pl\n", "\npl", "ż", "pl\0", "klingon!", "x" * 101, "\ud800"])
def test_a_text_that_is_no_language_is_refused_by_the_name_of_the_argument(method: str, language: str) -> None:
    with pytest.raises(Refused, match=r"^`language` must be a language such as en or pl"):
        call(client_with(NothingSent()), method, METHODS[method] | {"language": language})


@pytest.mark.parametrize("media_type", ["", "text/csv\n", "\ntext/csv", "text/żsv"])
def test_a_text_that_is_no_media_type_is_refused_by_the_name_of_the_argument(media_type: str) -> None:
    with pytest.raises(Refused, match=r"^`media_type` must be the media type of the file"):
        call(client_with(NothingSent()), "score_file", METHODS["score_file"] | {"media_type": media_type})


@pytest.mark.parametrize(
    ("method", "argument"),
    [
        ("card", "version"),
        ("evaluation", "version"),
        ("entities", "after"),
        ("runs", "after"),
        ("runs", "kind"),
        ("runs", "model"),
        ("score_file", "version"),
        ("score_file", "prefix"),
    ],
)
def test_a_text_with_half_a_character_is_refused_by_the_name_of_the_argument(method: str, argument: str) -> None:
    with pytest.raises(Refused, match=f"^`{argument}` holds half a character"):
        call(client_with(NothingSent()), method, METHODS[method] | {argument: "a\ud800"})


@pytest.mark.parametrize("limit", sorted(NUMBERS))
@pytest.mark.parametrize("value", [0, -1])
def test_a_limit_that_is_not_above_zero_is_a_value_error(limit: str, value: int) -> None:
    with pytest.raises(ValueError, match=f"`{limit}` must be above zero"):
        Client(URL, **{limit: value})  # type: ignore[arg-type] # each is a number


@pytest.mark.parametrize("limit", ["connect_timeout_seconds", "deadline_seconds"])
@pytest.mark.parametrize("value", [float("inf"), float("nan"), 1e300])
def test_a_wait_that_no_socket_can_be_told_is_a_value_error(limit: str, value: float) -> None:
    with pytest.raises(ValueError, match=f"`{limit}` must be above zero and at most"):
        Client(URL, **{limit: value})  # type: ignore[arg-type] # each is a number


def test_the_longest_wait_can_be_told_to_a_socket() -> None:
    client = Client("http://127.0.0.1:1", connect_timeout_seconds=1_000_000, deadline_seconds=1_000_000)
    with pytest.raises(Unavailable, match="cannot be reached"):
        client.ready()


def test_the_file_of_a_text_is_refused_before_it_is_read(tmp_path: Any) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("carat\n0.7\n")
    with path.open() as file, pytest.raises(TypeError, match="open for reading bytes"):
        call(client_with(NothingSent()), "score_file", METHODS["score_file"] | {"file": file})
