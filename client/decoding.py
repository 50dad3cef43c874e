"""A response's bytes → plain JSON, or an exception of our family where it is a problem, or nothing that we know."""

import math
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, NoReturn

import requests

from client.errors import Busy, Failed, InvalidAnswer, Refused
from wire import strict_json
from wire.media_types import PROBLEM, parse_content_type

_MAX_WAIT_SECONDS, _USUAL_WAIT_SECONDS = 30, 1
_TOO_MANY, _NOT_NOW = 429, 503
_ERRORS_FROM, _FAILURES_FROM = 400, 500


def tree(response: requests.Response, answer: bytes, kind: str, request_id: str) -> Any:
    if parse_content_type(response.headers.get("Content-Type", ""))[0] != kind:
        raise InvalidAnswer("Something else than the model service answered.", request_id)
    try:
        return strict_json.parse(answer)
    except (ValueError, RecursionError):
        raise InvalidAnswer("The answer is not JSON.", request_id) from None


def raise_for(response: requests.Response, answer: bytes, request_id: str) -> NoReturn:
    """Turn a problem into an exception of our family."""
    status = response.status_code
    if status < _ERRORS_FROM:
        raise InvalidAnswer("The service redirects elsewhere.", request_id)
    wait = _wait_seconds(response.headers.get("Retry-After", ""))
    busy = status == _TOO_MANY or (status == _NOT_NOW and wait is not None)
    try:
        problem = tree(response, answer, PROBLEM, request_id)
    except InvalidAnswer:
        if not busy:
            raise
        problem = {}  # a gateway before the service, in words of its own
    if not isinstance(problem, dict):
        raise InvalidAnswer("The problem does not have its shape.", request_id)
    detail, code = str(problem.get("detail", ""))[:500], str(problem.get("code", ""))[:64]
    request_id = str(problem.get("request_id", request_id))[:64]
    if busy:
        raise Busy(detail or "The service is busy.", request_id, _USUAL_WAIT_SECONDS if wait is None else wait)
    if status >= _FAILURES_FROM:
        raise Failed(detail, request_id, status=status, code=code)
    listed = problem.get("errors")
    errors = [
        {name: str(error.get(name, "")) for name in ("pointer", "column", "line", "code", "message")}
        for error in (listed if isinstance(listed, list) else [])
        if isinstance(error, dict)
    ]
    raise Refused(detail, request_id, status=status, code=code, errors=errors)  # type: ignore[arg-type] # the five keys


def _wait_seconds(said: str) -> int | None:
    """Return for how long Retry-After says to wait, as seconds or as a date; at most as long as anybody would."""
    if said.isdecimal():
        return min(int(said[:9]), _MAX_WAIT_SECONDS)
    try:
        at = parsedate_to_datetime(said)
    except ValueError:
        return None
    left = (at.replace(tzinfo=at.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
    return math.ceil(min(max(0, left), _MAX_WAIT_SECONDS))
