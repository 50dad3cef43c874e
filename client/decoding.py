"""Turns the bytes of a response into JSON, or a problem into a ServiceError."""

import math
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, NoReturn

import requests

from client.errors import Busy, Failed, InvalidAnswer, Refused, RefusedFile, ServiceError
from wire import strict_json
from wire.media_types import PROBLEM, parse_content_type

_MAX_WAIT_SECONDS, _DEFAULT_WAIT_SECONDS = 30, 1
_TOO_MANY_REQUESTS, _UNAVAILABLE = 429, 503
_MIN_ERROR_STATUS, _MIN_FAILURE_STATUS = 400, 500
_MAX_NAME = 256
_MAX_DETAIL = 500
_INPUT_ERROR_KEYS = ("pointer", "column", "line", "code", "message")


def parse_json(response: requests.Response, body: bytes, media_type: str, request_id: str) -> Any:
    """Return the JSON of a body whose Content-Type is `media_type`. Raises InvalidAnswer."""
    if parse_content_type(response.headers.get("Content-Type", ""))[0] != media_type:
        raise InvalidAnswer("Something else than the model service answered.", request_id)
    try:
        return strict_json.parse(body)
    except (ValueError, RecursionError):
        raise InvalidAnswer("The answer is not JSON.", request_id) from None


def raise_problem(response: requests.Response, body: bytes, request_id: str) -> NoReturn:
    """Raise the ServiceError of a response that is no answer: a problem, a redirect, or something else."""
    status = response.status_code
    if status < _MIN_ERROR_STATUS:
        moved = response.is_redirect
        detail = "The service redirects elsewhere." if moved else f"The service answered with status {status} and no answer."
        raise InvalidAnswer(detail, request_id)
    wait = _wait_seconds(response.headers.get("Retry-After", ""))
    busy = status == _TOO_MANY_REQUESTS or (status == _UNAVAILABLE and wait is not None)
    try:
        problem = parse_json(response, body, PROBLEM, request_id)
    except InvalidAnswer:
        if not busy:
            raise
        problem = {}  # from a gateway before the service, which has another shape
    if not isinstance(problem, dict):
        raise InvalidAnswer("The problem does not have its shape.", request_id)
    if busy:
        detail, request_id = _detail(problem) or "The service is busy.", _request_id(problem, request_id)
        raise Busy(detail, request_id, _DEFAULT_WAIT_SECONDS if wait is None else wait)
    raise problem_error(problem, status, request_id)


def problem_error(problem: dict[str, Any], status: int, request_id: str) -> ServiceError:
    """Return the error that a problem describes: Failed from status 500 on, else Refused."""
    detail, code = _detail(problem), str(problem.get("code", ""))[:64]
    request_id = _request_id(problem, request_id)
    if status >= _MIN_FAILURE_STATUS:
        return Failed(detail, request_id, status=status, code=code)
    listed = problem.get("errors")
    errors = [
        {name: str(error.get(name, "")) for name in _INPUT_ERROR_KEYS}
        for error in (listed if isinstance(listed, list) else [])
        if isinstance(error, dict)
    ]
    file = _refused_file(problem.get("file"))
    return Refused(detail, request_id, status=status, code=code, errors=errors, file=file)  # type: ignore[arg-type] # the five keys


def _detail(problem: dict[str, Any]) -> str:
    return str(problem.get("detail", ""))[:_MAX_DETAIL]


def _request_id(problem: dict[str, Any], request_id: str) -> str:
    return str(problem.get("request_id", request_id))[:64]


def _refused_file(described: Any) -> RefusedFile:
    """Return what a problem says of a refused file. What does not fit is left out."""
    known = described if isinstance(described, dict) else {}
    columns, sheets = (
        [name for name in names if isinstance(name, str)] if isinstance(names := known.get(key), list) else []
        for key in ("columns", "sheets")
    )
    sheet, charset = (str(known.get(key) or "")[:_MAX_NAME] for key in ("sheet", "charset"))
    return {"columns": columns, "sheet": sheet, "sheets": sheets, "charset": charset}


def _wait_seconds(retry_after: str) -> int | None:
    """Return the seconds of a header Retry-After, which has seconds or a date; at most 30. None if it has neither."""
    if retry_after.isdecimal():
        return min(int(retry_after[:9]), _MAX_WAIT_SECONDS)
    try:
        at = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    left = (at.replace(tzinfo=at.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
    return math.ceil(min(max(0, left), _MAX_WAIT_SECONDS))
