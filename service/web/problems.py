"""Errors → answers: RFC 9457 problems, also for the errors of the framework."""

import logging
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from service.errors import (
    Fault,
    Forbidden,
    InvalidFile,
    InvalidRequest,
    MethodNotAllowed,
    NotFound,
    ServiceError,
    Unexpected,
)
from service.rows.strict_json import encode, safe_text
from service.schemas import InputError, Problem, RefusedFile
from wire.media_types import PROBLEM

_UNEXPECTED_DETAIL = "Something went wrong on our side. The request id helps us to find it."
_MAX_COLUMNS = 1000
_log = logging.getLogger("service")
_FRAMEWORK: dict[int, type[ServiceError]] = {403: Forbidden, 404: NotFound, 405: MethodNotAllowed}


def problem_response(error: ServiceError, scope: Scope) -> Response:
    """Return the answer for an error, in the shape of all answers ≥ 400."""
    problem = Problem(
        type=f"/errors/{error.code}",
        title=error.title,
        status=error.status,
        detail=error.detail,
        code=error.code,
        request_id=scope.get("request_id", ""),
        errors=input_errors(error),
        file=_refused_file(error) if isinstance(error, InvalidFile) else None,
    )
    return Response(encode(problem), error.status, headers=error.headers, media_type=PROBLEM)


def input_errors(error: ServiceError) -> list[InputError]:
    """Return the faults of an error as answers publish them: JSON pointers, or columns and lines of a file."""
    if isinstance(error, InvalidFile):
        return [
            InputError(
                column=None if fault.field is None else safe_text(fault.field),
                row=None if fault.row is None else fault.row + 1,
                code=fault.code,
                message=fault.message,
                line=fault.line,
            )
            for fault in error.faults
        ]
    return [InputError(pointer=pointer(fault), code=fault.code, message=fault.message) for fault in error.faults]


def _refused_file(error: InvalidFile) -> RefusedFile | None:
    """Return what a caller can choose from: the columns of a file that lacks some, the sheets of a workbook."""
    columns = [name for name in error.columns[:_MAX_COLUMNS] if safe_text(name) == name]
    sheets = [name for name in error.sheets if safe_text(name) == name] if len(error.sheets) > 1 else []
    return RefusedFile(columns=columns, sheet=error.sheet, sheets=sheets) if columns or sheets else None


def pointer(fault: Fault) -> str:
    """Return the JSON pointer (RFC 6901) of a fault; a step longer than 64 characters is cut."""
    steps = [*fault.path, *(step for step in (fault.row, fault.field) if step is not None)]
    return "".join("/" + safe_text(str(step)).replace("~", "~0").replace("/", "~1") for step in steps)


def answer_framework_error(request: Request, error: Exception) -> Response:
    """Answer what FastAPI and Starlette raise themselves, such as 404 and 405."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class alone
    service_error = _FRAMEWORK.get(error.status_code, InvalidRequest if error.status_code < 500 else Unexpected)()  # noqa: PLR2004
    service_error.headers |= dict(error.headers or {})
    return problem_response(service_error, request.scope)


def answer_exception(error: Exception, scope: Scope) -> Response:
    """Answer any exception. An unexpected one is logged; the caller gets only its request id."""
    service_error = error if isinstance(error, ServiceError) else Unexpected(_UNEXPECTED_DETAIL)
    cause = error.__cause__ if service_error is error else error
    if cause is not None:
        _log.error("request %s failed", scope.get("request_id"), exc_info=cause)
    return problem_response(service_error, scope)


def answer_service_error(request: Request, error: Exception) -> Response:
    """Answer an error of `service.errors` that a handler raised under FastAPI."""
    return answer_exception(error, request.scope)


def openapi_responses(*errors: type[ServiceError]) -> dict[int | str, Any]:
    """Return the `responses` of a route for OpenAPI."""
    schema = {"schema": {"$ref": "#/components/schemas/Problem"}}
    responses: dict[int | str, Any] = {}
    for error in errors:
        responses[str(error.status)] = {"description": error.title, "content": {PROBLEM: schema}}
    return responses
