"""One HTTP exchange: a total deadline, a limit of size, no redirect, no proxy, no retry that sleeps."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ProtocolError

from client.arguments import check_url_text
from client.errors import InvalidAnswer, TooSlow, Unavailable

_PART_BYTES = 64 * 1024
_CONNECTIONS = 32


@dataclass(frozen=True)
class Limits:
    """`stall_seconds` limits the wait for the next piece of an answer, `deadline_seconds` the whole exchange."""

    connect_seconds: float
    stall_seconds: float
    deadline_seconds: float
    max_bytes: int


class _Call:
    """The running exchange of a thread. It knows its socket, so that the deadline can cut it."""

    connected: socket.socket | None = None
    over = False

    def cut(self) -> None:
        self.over = True
        if self.connected is not None:
            with contextlib.suppress(OSError):  # it may have been closed a moment ago
                self.connected.shutdown(socket.SHUT_RDWR)


class _ThreadCall(threading.local):
    running: _Call | None = None


_thread_call = _ThreadCall()


class _RegisteredConnection:
    """A connection that tells the running call of its thread which socket it uses."""

    def request(self, *arguments: Any, **options: Any) -> Any:
        super().request(*arguments, **options)  # type: ignore[misc] # HTTPConnection comes next in the order of classes
        call = _thread_call.running
        if call is not None:
            call.connected = getattr(self, "sock", None)
            if call.over:  # it was cut before it had a socket
                call.cut()


class _PlainConnection(_RegisteredConnection, HTTPConnection):
    pass


class _SecureConnection(_RegisteredConnection, HTTPSConnection):
    pass


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class CuttableAdapter(HTTPAdapter):
    """An adapter of requests whose connections a deadline can cut."""

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}


class Session(requests.Session):
    """Ignores proxies and .netrc of the machine: they must not see the key. `close` cuts the running calls."""

    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False
        adapter = CuttableAdapter(pool_connections=1, pool_maxsize=_CONNECTIONS, max_retries=0)
        self.mount("http://", adapter)
        self.mount("https://", adapter)
        self.running: set[_Call] = set()
        self.closed = False

    def close(self) -> None:
        self.closed = True
        for call in self.running.copy():
            call.cut()
        super().close()


def prepare(session: Session, request: requests.Request) -> requests.PreparedRequest:
    """Return the request as it is sent. Raises Unavailable if its address is not valid."""
    try:
        session.get_adapter(request.url)  # raises unless the scheme is http or https
        prepared = session.prepare_request(request)
        str(urlsplit(prepared.url).hostname).encode("idna")  # the form in which DNS gets it
    except (requests.RequestException, UnicodeError):  # their messages may hold a header, and so the key
        request_id = str(request.headers["X-Request-ID"])
        raise Unavailable("The service has no address such as http://host:8000.", request_id) from None
    return prepared


def send(session: Session, request: requests.Request, limits: Limits) -> tuple[requests.Response, bytes]:
    """Send a request and return the response with its whole body. Raises Unavailable, TooSlow, InvalidAnswer."""
    request_id = str(request.headers["X-Request-ID"])
    prepared = prepare(session, request)
    timeout = (min(limits.connect_seconds, limits.deadline_seconds), limits.stall_seconds)
    with _deadline(session, limits.deadline_seconds) as call, _raise_service_errors(call, request_id):
        try:
            response = session.send(prepared, stream=True, allow_redirects=False, timeout=timeout)
        except requests.ConnectionError as error:
            # The service may have closed an idle connection just now. No answer had begun, and every call is pure.
            if not _was_dropped(error) or call.over:
                raise
            response = session.send(prepared, stream=True, allow_redirects=False, timeout=timeout)
        with response:
            body = b"".join(_pieces(response, limits.max_bytes, request_id))
        if call.over:  # a cut connection looks like the end of an answer that names no length
            raise TooSlow("The service did not answer in time.", request_id)
        return response, body


@contextmanager
def stream(
    session: Session, request: requests.Request, limits: Limits
) -> Iterator[tuple[requests.Response, Iterator[bytes]]]:
    """Send a request and give the response with its body piece by piece. Raises as `send` does."""
    request_id = str(request.headers["X-Request-ID"])
    prepared = prepare(session, request)
    timeout = (limits.connect_seconds, limits.stall_seconds)
    with _deadline(session, limits.deadline_seconds) as call, _raise_service_errors(call, request_id):
        with session.send(prepared, stream=True, allow_redirects=False, timeout=timeout) as response:
            yield response, _pieces(response, limits.max_bytes, request_id)
        if call.over:
            raise TooSlow("The service did not answer in time.", request_id)


@contextmanager
def _raise_service_errors(call: _Call, request_id: str) -> Iterator[None]:
    """Turn the errors of requests into ServiceErrors."""
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


def _pieces(response: requests.Response, max_bytes: int, request_id: str) -> Iterator[bytes]:
    size = 0
    for piece in response.iter_content(_PART_BYTES):
        size += len(piece)
        if size > max_bytes:
            raise InvalidAnswer(f"The answer is larger than {max_bytes:,} bytes.", request_id)
        yield piece


@contextmanager
def _deadline(session: Session, seconds: float) -> Iterator[_Call]:
    """Cut the call of this thread after some seconds. A timeout for each read would let an answer drip for ever."""
    call = _thread_call.running = _Call()
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
        _thread_call.running = None


def build_query(**parameters: str | None) -> str:
    """Return the query of an address with the parameters that are not None. Raises Refused for a lone surrogate."""
    present = {name: value for name, value in parameters.items() if value is not None}
    for name, value in present.items():
        check_url_text(name, value)
    return f"?{urlencode(present)}" if present else ""
