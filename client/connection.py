"""The connection to one service: its address, its key, its limits; one question and its answer, or its error."""

import itertools
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, BinaryIO

import requests

from client import arguments
from client.decoding import parse_json, raise_problem
from client.errors import InvalidAnswer
from client.row_values import to_json
from client.shape_check import ShapeError, check
from client.shapes.exports import ExportedFile
from client.transport import Limits, Session, prepare, send, stream
from wire.media_types import EVENTS, JSON, parse_content_type

OK, CREATED = 200, 201
MAX_SECONDS, _FILE_STALL_SECONDS = 600.0, 60.0
_MAX_FILE_BYTES = 2**30
_PROBLEM_PIECES = 4
_EVENT_STALL_SECONDS, _MAX_EVENT_SECONDS = 40.0, 86_400.0
_FILE_NAME = re.compile(r'attachment; filename="([A-Za-z0-9-][A-Za-z0-9._+-]{0,199})"')


class Connection:
    """Threads may share it. Its methods raise the ServiceErrors of client/errors.py."""

    def __init__(self, url: str, api_key: str | None, limits: Limits) -> None:
        self._url, self._limits = url.rstrip("/"), limits
        self.session = Session()
        self._headers = {"Accept": JSON, "Accept-Encoding": "identity"}
        if api_key:
            arguments.check_api_key(api_key)
            self._headers["Authorization"] = f"Bearer {api_key}"
        prepare(self.session, requests.Request("GET", self._url, headers=self._headers | {"X-Request-ID": ""}))

    def call(
        self,
        method: str,
        path: str,
        shape: Any,
        *,
        language: str = "en",
        body: Any = None,
        accept: set[int] | None = None,
        headers: dict[str, str] | None = None,
        max_seconds: float | None = None,
    ) -> Any:
        """Return the JSON of an answer, which has a shape. `max_seconds` is a deadline in place of that of all calls."""
        arguments.check_language(language)
        request_id = uuid.uuid4().hex
        sent = self._headers | {"X-Request-ID": request_id, "Accept-Language": language} | (headers or {})
        if body is not None:
            sent["Content-Type"] = JSON
        data = None if body is None else to_json(body)
        request = requests.Request(method, self._url + path, headers=sent, data=data)
        limits = self._limits
        if max_seconds is not None:
            limits = replace(limits, deadline_seconds=max_seconds, stall_seconds=max_seconds)
        response, content = send(self.session, request, limits)
        if response.status_code not in (accept or {OK}):
            raise_problem(response, content, request_id)
        answer = parse_json(response, content, JSON, request_id)
        try:
            check(answer, shape)
        except ShapeError as error:
            raise InvalidAnswer(f"The answer does not have its shape: {error}.", request_id) from None
        return answer

    @contextmanager
    def send_file(
        self, path: str, file: BinaryIO | bytes, media_type: str, answer_type: str, *, max_seconds: float = MAX_SECONDS
    ) -> Iterator[tuple[requests.Response, Iterator[bytes]]]:
        """Send a file. Give the response, whose body is of `answer_type`, and its pieces."""
        request_id = uuid.uuid4().hex
        headers = self._headers | {"X-Request-ID": request_id, "Content-Type": media_type, "Accept": answer_type}
        request = requests.Request("POST", self._url + path, headers=headers, data=file)
        with self._stream(request, _FILE_STALL_SECONDS, max_seconds) as (response, pieces):
            if response.headers.get("Content-Type") != answer_type:
                raise InvalidAnswer("Something else than the model service answered.", request_id)
            yield response, pieces

    def receive_file(self, path: str) -> ExportedFile:
        """Return a file, which may be made only now."""
        with self._open_file(path) as (name, media_type, pieces):
            return ExportedFile(name, media_type, b"".join(pieces))

    def receive_bytes(self, path: str, headers: dict[str, str]) -> bytes:
        """Return a body that is no JSON."""
        sent = self._headers | {"X-Request-ID": uuid.uuid4().hex, "Accept": "*/*"} | headers
        request = requests.Request("GET", self._url + path, headers=sent)
        response, content = send(self.session, request, self._limits)
        if response.status_code != OK:
            raise_problem(response, content, sent["X-Request-ID"])
        return content

    @contextmanager
    def open_events(self, path: str, headers: dict[str, str]) -> Iterator[Iterator[bytes]]:
        """Give the pieces of a stream of events as they come. Pings come too, so silence is a fault: it raises TooSlow."""
        sent = self._headers | {"X-Request-ID": uuid.uuid4().hex, "Accept": EVENTS} | headers
        request = requests.Request("GET", self._url + path, headers=sent)
        with self._stream(request, _EVENT_STALL_SECONDS, _MAX_EVENT_SECONDS) as (response, pieces):
            if parse_content_type(response.headers.get("Content-Type", ""))[0] != EVENTS:
                raise InvalidAnswer("Something else than the model service answered.", sent["X-Request-ID"])
            yield pieces

    def await_file(self, path: str) -> None:
        """Wait until a file has been made, and receive nothing of it."""
        with self._open_file(path):
            pass

    @contextmanager
    def _open_file(self, path: str) -> Iterator[tuple[str, str, Iterator[bytes]]]:
        """Give the name, the media type and the pieces of a file."""
        request_id = uuid.uuid4().hex
        headers = self._headers | {"X-Request-ID": request_id, "Accept": "*/*"}
        request = requests.Request("GET", self._url + path, headers=headers)
        with self._stream(request, MAX_SECONDS, MAX_SECONDS) as (response, pieces):
            name = _FILE_NAME.fullmatch(response.headers.get("Content-Disposition", ""))
            if name is None:
                raise InvalidAnswer("Something else than the model service answered.", request_id)
            yield name[1], response.headers.get("Content-Type", "").partition(";")[0], pieces

    @contextmanager
    def _stream(
        self, request: requests.Request, stall_seconds: float, max_seconds: float
    ) -> Iterator[tuple[requests.Response, Iterator[bytes]]]:
        limits = Limits(self._limits.connect_seconds, stall_seconds, max_seconds, _MAX_FILE_BYTES)
        with stream(self.session, request, limits) as (response, pieces):
            if response.status_code != OK:
                problem = b"".join(itertools.islice(pieces, _PROBLEM_PIECES))
                raise_problem(response, problem, str(request.headers["X-Request-ID"]))
            yield response, pieces
