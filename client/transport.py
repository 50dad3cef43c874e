"""One HTTP exchange: a total deadline, a cap on its size, no redirect, no proxy, no retry that sleeps."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ProtocolError

from client.errors import InvalidAnswer, TooSlow, Unavailable

_PART_BYTES = 64 * 1024
_CONNECTIONS = 32


class _Call:
    """The running exchange of a thread: it knows its socket, so that the deadline can cut it."""

    wire: socket.socket | None = None
    over = False

    def cut(self) -> None:
        self.over = True
        if self.wire is not None:
            with contextlib.suppress(OSError):  # it may have been closed a moment ago
                self.wire.shutdown(socket.SHUT_RDWR)


class _Calls(threading.local):
    running: _Call | None = None


_calls = _Calls()


class _Watched:
    """A connection that tells the running call of its thread which socket it uses."""

    def request(self, *arguments: Any, **options: Any) -> Any:
        super().request(*arguments, **options)  # type: ignore[misc] # HTTPConnection comes next in the order of classes
        call = _calls.running
        if call is not None:
            call.wire = getattr(self, "sock", None)
            if call.over:  # it was cut before it had a socket
                call.cut()


class _PlainConnection(_Watched, HTTPConnection):
    pass


class _SecureConnection(_Watched, HTTPSConnection):
    pass


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class WatchedAdapter(HTTPAdapter):
    """requests' own adapter over connections that a deadline can cut."""

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}


class Session(requests.Session):
    """Ignores proxies, .netrc and other habits of the machine: they must not see the key. Closing it cuts what runs."""

    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False
        adapter = WatchedAdapter(pool_connections=1, pool_maxsize=_CONNECTIONS, max_retries=0)
        self.mount("http://", adapter)
        self.mount("https://", adapter)
        self.running: set[_Call] = set()
        self.closed = False

    def close(self) -> None:
        self.closed = True
        for call in self.running.copy():
            call.cut()
        super().close()


def prepared(session: Session, request: requests.Request) -> requests.PreparedRequest:
    """Return the request as it goes out. Raises Unavailable where the address is none."""
    try:
        session.get_adapter(request.url)  # is it http?
        outgoing = session.prepare_request(request)
        str(urlsplit(outgoing.url).hostname).encode("idna")  # as it will be looked up
    except (requests.RequestException, UnicodeError):  # what they say may hold a header, and so the key
        request_id = str(request.headers["X-Request-ID"])
        raise Unavailable("The service has no address such as http://host:8000.", request_id) from None
    return outgoing


def exchange(
    session: Session,
    request: requests.Request,
    *,
    connect_timeout_seconds: float,
    deadline_seconds: float,
    size_limit_bytes: int,
) -> tuple[requests.Response, bytes]:
    """Send a request and return the whole answer. Raises Unavailable, TooSlow, InvalidAnswer, with the request id."""
    request_id = str(request.headers["X-Request-ID"])
    outgoing = prepared(session, request)
    timeout = (min(connect_timeout_seconds, deadline_seconds), deadline_seconds)
    with _deadline(session, deadline_seconds) as call, _in_our_words(call, request_id):
        try:
            response = session.send(outgoing, stream=True, allow_redirects=False, timeout=timeout)
        except requests.ConnectionError as error:
            # A kept connection may have been closed just now. No answer had begun, and every call here is pure.
            if not _was_dropped(error) or call.over:
                raise
            response = session.send(outgoing, stream=True, allow_redirects=False, timeout=timeout)
        with response:
            answer = b"".join(_pieces(response, size_limit_bytes, request_id))
        if call.over:  # a cut connection looks like the end of an answer that names no length
            raise TooSlow("The service did not answer in time.", request_id)
        return response, answer


@contextmanager
def streamed(
    session: Session,
    request: requests.Request,
    *,
    connect_timeout_seconds: float,
    stall_seconds: float,
    deadline_seconds: float,
    size_limit_bytes: int,
) -> Iterator[tuple[requests.Response, Iterator[bytes]]]:
    """Send a request and give its answer piece by piece; each next one within `stall_seconds`. Raises as `exchange` does."""
    request_id = str(request.headers["X-Request-ID"])
    outgoing = prepared(session, request)
    timeout = (connect_timeout_seconds, stall_seconds)
    with _deadline(session, deadline_seconds) as call, _in_our_words(call, request_id):
        with session.send(outgoing, stream=True, allow_redirects=False, timeout=timeout) as response:
            yield response, _pieces(response, size_limit_bytes, request_id)
        if call.over:
            raise TooSlow("The service did not answer in time.", request_id)


@contextmanager
def _in_our_words(call: _Call, request_id: str) -> Iterator[None]:
    try:
        yield
    except requests.RequestException as error:
        if call.over or isinstance(error, requests.ReadTimeout):
            raise TooSlow("The service did not answer in time.", request_id) from error
        if isinstance(error, requests.ConnectionError | requests.Timeout):
            raise Unavailable("The service cannot be reached.", request_id) from error
        raise InvalidAnswer("The answer broke off or is not HTTP.", request_id) from error


def _was_dropped(error: requests.ConnectionError) -> bool:
    return bool(error.args) and isinstance(error.args[0], ProtocolError)


def _pieces(response: requests.Response, limit: int, request_id: str) -> Iterator[bytes]:
    size = 0
    for piece in response.iter_content(_PART_BYTES):
        size += len(piece)
        if size > limit:
            raise InvalidAnswer(f"The answer is larger than {limit:,} bytes.", request_id)
        yield piece


@contextmanager
def _deadline(session: Session, seconds: float) -> Iterator[_Call]:
    """Cut the thread's call when the time is over: a timeout for each read would let a dripping answer live."""
    call = _calls.running = _Call()
    session.running.add(call)
    if session.closed:
        call.over = True
    timer = threading.Timer(seconds, call.cut)
    timer.daemon = True
    timer.start()
    try:
        yield call
    finally:
        timer.cancel()
        session.running.discard(call)
        _calls.running = None
