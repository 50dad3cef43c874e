"""Promises of the client: the real one against the real app, and against servers that lie, drip and break."""

import contextlib
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from client import Busy, Client, Failed, InvalidAnswer, Refused, ServiceError, TooSlow, Unavailable

GOOD: dict[str, Any] = {
    "model": "toy",
    "version": "1",
    "source": "live",
    "predictions": [{"label": "a", "probabilities": {"a": 0.75, "b": 0.25}, "decision": None, "warnings": []}],
}
WATCHDOG_SECONDS = 60
"""Stops a test that would otherwise hang. No promise depends on it."""


def http(body: bytes, status: str = "200 OK", kind: str = "application/json", extra: str = "") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n{extra}\r\n"
    return head.encode() + body


Script = Callable[[socket.socket, threading.Event], None]


@contextmanager
def server(script: Script) -> Iterator[str]:
    """Serve each connection with a script, on loopback, until the block ends."""
    over = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.05)

    def serve() -> None:
        while not over.is_set():
            with contextlib.suppress(TimeoutError):
                connection, _ = listener.accept()
                with connection, contextlib.suppress(OSError):
                    connection.settimeout(5)
                    connection.recv(65536)
                    script(connection, over)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        over.set()
        thread.join()
        listener.close()


def says(answer: bytes) -> Script:
    return lambda connection, _over: connection.sendall(answer)


def drips(start: bytes) -> Script:
    def script(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(start)
        while not over.wait(0.05):
            connection.sendall(b"x")

    return script


def ask(url: str, **options: Any) -> Any:
    options = {"deadline_seconds": WATCHDOG_SECONDS, "connect_timeout_seconds": WATCHDOG_SECONDS} | options
    return Client(url, **options).predict("toy", [{"x": 1}])


@pytest.mark.parametrize("name", ["../evil", "A", "", "a/b", "x" * 65, "a?b"])
def test_a_name_that_is_no_model_name_never_becomes_an_address(name: str) -> None:
    with pytest.raises(Refused):
        Client("http://127.0.0.1:1").predict(name, [])


def test_a_good_answer_comes_back_whole() -> None:
    with server(says(http(json.dumps(GOOD).encode()))) as url:
        assert ask(url) == GOOD


def test_nobody_there_is_unavailable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(Unavailable):
        ask(f"http://127.0.0.1:{port}")


@pytest.mark.parametrize(
    "script",
    [
        lambda _connection, over: over.wait(),
        drips(b"HTTP/1.1 200 OK\r\nX-Drip: "),
        drips(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n"),
        drips(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"),
    ],
    ids=["says nothing", "drips headers", "drips a body", "drips an endless body"],
)
def test_a_slow_answer_is_cut_at_the_total_deadline(script: Script) -> None:
    with server(script) as url, pytest.raises(TooSlow):
        ask(url, deadline_seconds=0.6)


def changed(**changes: Any) -> bytes:
    return json.dumps(GOOD | changes).encode()


def prediction(**changes: Any) -> bytes:
    return changed(predictions=[GOOD["predictions"][0] | changes])


NONSENSE = {
    "a login page": http(b"<html>Please log in</html>", kind="text/html"),
    "broken JSON": http(b'{"model": '),
    "NaN": http(b'{"model": NaN}'),
    "a number too large": http(prediction().replace(b"0.75", b"1e999")),
    "no version": http(json.dumps({name: value for name, value in GOOD.items() if name != "version"}).encode()),
    "another model": http(changed(model="other")),
    "too few predictions": http(changed(predictions=[])),
    "too many predictions": http(changed(predictions=GOOD["predictions"] * 2)),
    "a probability above one": http(prediction(probabilities={"a": 1.5, "b": -0.5})),
    "a probability as text": http(prediction(probabilities={"a": "0.75"})),
    "a probability as true": http(prediction(probabilities={"a": True})),
    "label and value": http(prediction(value=3.0)),
    "warnings of another kind": http(prediction(warnings=["careful"])),
    "a list": http(b"[]"),
    "a redirect": http(b"", status="302 Found", extra="Location: http://127.0.0.1:1/\r\n"),
    "no problem but plain text": http(b"oops", status="500 Oops", kind="text/plain"),
    "more than the cap": http(json.dumps(GOOD | {"more": "x" * 3_000_000}).encode()),
    "cut short": http(json.dumps(GOOD).encode())[:-20],
    "deep nesting": http(b"[" * 100_000),
}


@pytest.mark.parametrize("answer", NONSENSE.values(), ids=NONSENSE)
def test_no_number_comes_from_an_answer_that_is_not_the_services(answer: bytes) -> None:
    with server(says(answer)) as url, pytest.raises((InvalidAnswer, Unavailable)):
        ask(url, size_limit_bytes=1_000_000)


def test_garbage_instead_of_http_is_an_error_of_ours() -> None:
    with server(says(b"\x00\x01garbage\r\n\r\n")) as url, pytest.raises(ServiceError):
        ask(url)


PROBLEM = {"type": "t", "title": "t", "status": 0, "detail": "Sorry.", "code": "c", "request_id": "id-1"}


@pytest.mark.parametrize(
    ("status", "extra", "error"),
    [
        ("503 Busy", "Retry-After: 99999\r\n", Busy),
        ("429 Busy", "Retry-After: 2\r\n", Busy),
        ("429 Busy", "", Busy),
        ("429 Busy", "Retry-After: soon\r\n", Busy),
        ("503 Busy", "Retry-After: Wed, 21 Oct 2099 07:28:00 GMT\r\n", Busy),
        ("503 Busy", "Retry-After: Wed, 21 Oct 2015 07:28:00 GMT\r\n", Busy),
        ("503 Down", "Retry-After: Wed, 99 Oct 2015\r\n", Failed),
        ("503 Down", "", Failed),
        ("500 Oops", "", Failed),
        ("401 No", "", Refused),
    ],
)
def test_a_problem_becomes_the_error_of_its_kind_with_the_request_id(
    status: str, extra: str, error: type[ServiceError]
) -> None:
    answer = http(json.dumps(PROBLEM).encode(), status, "application/problem+json", extra)
    requests = []

    def answer_once(connection: socket.socket, _over: threading.Event) -> None:
        requests.append(connection)
        connection.sendall(answer)

    with server(answer_once) as url, pytest.raises(error) as raised:
        ask(url)
    assert len(requests) == 1, "the caller decides whether and when to try again"
    assert type(raised.value) is error
    assert raised.value.request_id == "id-1"
    if isinstance(raised.value, Busy):
        assert 0 <= raised.value.retry_after_seconds <= 30


def faults(count: int) -> list[dict[str, str]]:
    return [{"pointer": f"/rows/{row}/carat", "code": "wrong_type", "message": "Expected a number."} for row in range(count)]


@pytest.mark.parametrize(
    ("errors", "text"),
    [
        ([], "Sorry."),
        (faults(1), "Sorry. /rows/0/carat: Expected a number."),
        (
            faults(7),
            "Sorry. /rows/0/carat: Expected a number. /rows/1/carat: Expected a number. /rows/2/carat: Expected a number. "
            "/rows/3/carat: Expected a number. /rows/4/carat: Expected a number. And 2 more.",
        ),
        ([{"line": 3, "column": "carat", "code": "c", "message": "Twice."}], "Sorry. line 3, carat: Twice."),
        ([{"column": "carat", "code": "c", "message": "It is missing."}], "Sorry. carat: It is missing."),
        ([{"code": "empty_file", "message": "Sorry."}], "Sorry."),  # the detail once
        ([{"pointer": "/rows", "code": "c", "message": "x" * 1000}], "Sorry. /rows: " + "x" * 200),
    ],
)
def test_the_text_of_a_refusal_names_the_fields_and_what_is_wrong_with_them(errors: list[Any], text: str) -> None:
    answer = http(json.dumps(PROBLEM | {"errors": errors}).encode(), "422 No", "application/problem+json")
    with server(says(answer)) as url, pytest.raises(Refused) as raised:
        ask(url)
    assert str(raised.value) == text
    assert raised.value.detail == "Sorry."


@pytest.mark.parametrize(
    ("status", "text"),
    [
        ("204 No Content", "The service answered with status 204 and no answer."),
        ("202 Accepted", "The service answered with status 202 and no answer."),
        ("302 Found", "The service redirects elsewhere."),
        ("304 Not Modified", "The service answered with status 304 and no answer."),
    ],
)
def test_a_status_that_no_answer_has_is_named(status: str, text: str) -> None:
    where = "Location: /elsewhere\r\n" if status.startswith("302") else ""
    with server(says(http(b"", status, extra=where))) as url, pytest.raises(InvalidAnswer) as raised:
        ask(url)
    assert str(raised.value) == text


def test_a_gateway_that_says_in_its_own_words_that_there_are_too_many_is_busy() -> None:
    answer = http(b"slow down", "429 Too Many", "text/plain", "Retry-After: 7\r\n")
    with server(says(answer)) as url, pytest.raises(Busy) as raised:
        ask(url)
    assert (raised.value.detail, raised.value.retry_after_seconds) == ("The service is busy.", 7)


@pytest.mark.parametrize(
    "url",
    ["service", "localhost:8000", "", "http://", "ftp://host", "http://host:99999", "http://[", "http://.x", "http://a..b"],
)
def test_an_address_that_is_none_is_an_error_of_ours_at_once(url: str) -> None:
    with pytest.raises(ServiceError, match="no address"):
        Client(url)


@pytest.mark.parametrize("key", ["a-very-secret-key\n", "\na-very-secret-key", "a-very-\0secret-key", "a-very-secret-kłucz"])
def test_a_key_that_no_request_can_carry_is_refused_and_told_to_nobody(key: str) -> None:
    with pytest.raises(Refused, match="API key") as raised:
        Client("http://127.0.0.1:1", key)
    assert raised.value.status == 401
    assert "secret" not in repr(raised.value)
    assert raised.value.__cause__ is raised.value.__context__ is None


def test_a_client_that_is_closed_ends_its_calls_in_other_threads() -> None:
    heard, ended = threading.Event(), threading.Event()

    def hang(_connection: socket.socket, over: threading.Event) -> None:
        heard.set()
        over.wait()

    with server(hang) as url:
        client = Client(url, deadline_seconds=600)

        def call() -> None:
            with pytest.raises(ServiceError):
                client.predict("toy", [{"x": 1}])
            with pytest.raises(ServiceError):
                client.predict("toy", [{"x": 1}])
            ended.set()

        calling = threading.Thread(target=call, daemon=True)
        calling.start()
        assert heard.wait(WATCHDOG_SECONDS)
        client.close()
        assert ended.wait(WATCHDOG_SECONDS), "a call of a closed client waits for the service"


def test_the_key_goes_to_the_service_and_nowhere_else() -> None:
    heard: list[bytes] = []

    def listen(connection: socket.socket, _over: threading.Event) -> None:
        heard.append(b"asked")
        connection.sendall(http(json.dumps(GOOD).encode()))

    with server(listen) as url:
        client = Client(url, "a-very-secret-key")
        client.predict("toy", [{"x": 1}])
    assert heard
    assert "secret" not in repr(client) + str(vars(client.session))
