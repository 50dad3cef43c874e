"""A response's bytes → plain JSON, or an exception of our family where it is a problem, or nothing that we know.

Knows: responses, problems. Must not know: addresses, shapes of answers.
"""

import json
import math
from typing import Any, NoReturn

import requests

from client.errors import Busy, Failed, Nonsense, Refused

_LONGEST_WAIT_SECONDS = 30
_ERRORS_FROM, _FAILURES_FROM = 400, 500


def tree(response: requests.Response, answer: bytes, kind: str, request_id: str) -> Any:
    if response.headers.get("Content-Type", "").partition(";")[0].strip().lower() != kind:
        raise Nonsense("Something else than the model service answered.", request_id)
    try:
        return json.loads(answer, parse_constant=no_number, parse_float=finite)
    except (ValueError, RecursionError):
        raise Nonsense("The answer is not JSON.", request_id) from None


def no_number(name: str) -> NoReturn:
    raise ValueError(name)


def finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise ValueError(digits)
    return value


def raise_for(response: requests.Response, answer: bytes, request_id: str) -> NoReturn:
    """Turn a problem into an exception of our family."""
    status = response.status_code
    if status < _ERRORS_FROM:
        raise Nonsense("The service redirects elsewhere.", request_id)
    problem = tree(response, answer, "application/problem+json", request_id)
    if not isinstance(problem, dict):
        raise Nonsense("The problem does not have its shape.", request_id)
    detail, code = str(problem.get("detail", ""))[:500], str(problem.get("code", ""))[:64]
    request_id = str(problem.get("request_id", request_id))[:64]
    wait = response.headers.get("Retry-After", "")
    if status in {429, 503} and wait.isdecimal():
        raise Busy(detail, request_id, min(int(wait[:9]), _LONGEST_WAIT_SECONDS))
    if status >= _FAILURES_FROM:
        raise Failed(detail, request_id, status=status, code=code)
    listed = problem.get("errors")
    errors = [
        {name: str(error.get(name, "")) for name in ("pointer", "column", "line", "code", "message")}
        for error in (listed if isinstance(listed, list) else [])
        if isinstance(error, dict)
    ]
    raise Refused(detail, request_id, status=status, code=code, errors=errors)  # type: ignore[arg-type] # the five keys
