"""Errors → answers: RFC 9457 problems, also for the errors of the framework; and what the log says about a failure."""

import errno
import logging
import traceback
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from service.errors import Forbidden, InvalidFile, InvalidRequest, MethodNotAllowed, NotFound, ServiceError, Unexpected
from service.export_errors import CannotExport
from service.rows.fault_pointers import body_errors
from service.rows.strict_json import encode, safe_text
from service.schemas import InputError, Problem, RefusedFile
from wire.media_types import PROBLEM

_UNEXPECTED_DETAIL = "Something went wrong on our side. The request id helps us to find it."
_MAX_COLUMNS = 1000
_INFERENCE_PATH = "/v2"
_MAX_PLACES = 3
_log = logging.getLogger("service")
_FRAMEWORK: dict[int, type[ServiceError]] = {403: Forbidden, 404: NotFound, 405: MethodNotAllowed}


def problem_response(error: ServiceError, scope: Scope) -> Response:
    """Return the answer for an error, in the shape of all answers ≥ 400."""
    return Response(encode(problem_of(error, scope)), error.status, headers=error.headers, media_type=PROBLEM)


def problem_of(error: ServiceError, scope: Scope) -> Problem:
    """Return what is said of an error."""
    places = input_errors(error)
    return Problem(
        type=f"/errors/{error.code}",
        title=error.title,
        status=error.status,
        detail=error.detail,
        code=error.code,
        request_id=scope.get("request_id", ""),
        errors=places,
        file=_refused_file(error) if isinstance(error, InvalidFile) else None,
        reason=error.reason or None if isinstance(error, CannotExport) else None,
        nearest=error.nearest if isinstance(error, CannotExport) else None,
        error=_sentence(error, places) if _is_inference(scope) else None,
    )


def _is_inference(scope: Scope) -> bool:
    """Tell whether an address is one of the Open Inference Protocol, whose clients read `error` alone."""
    path: str = scope["path"].removeprefix(scope.get("root_path", ""))
    return path == _INFERENCE_PATH or path.startswith(f"{_INFERENCE_PATH}/")


def _sentence(error: ServiceError, places: list[InputError]) -> str:
    return " ".join([error.detail, *(f"{place.pointer}: {place.message}" for place in places[:_MAX_PLACES])])


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
    return body_errors(error.faults)


def _refused_file(error: InvalidFile) -> RefusedFile | None:
    """Return what a caller can choose from: the columns of a file that lacks some, the sheets of a workbook."""
    columns = [name for name in error.columns[:_MAX_COLUMNS] if safe_text(name) == name]
    sheets = [name for name in error.sheets if safe_text(name) == name] if len(error.sheets) > 1 else []
    if not (columns or sheets or error.charset):
        return None
    return RefusedFile(columns=columns, sheet=error.sheet, sheets=sheets, charset=error.charset or None)


def answer_framework_error(request: Request, error: Exception) -> Response:
    """Answer what FastAPI and Starlette raise themselves, such as 404 and 405."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class alone
    service_error = _FRAMEWORK.get(error.status_code, InvalidRequest if error.status_code < 500 else Unexpected)()  # noqa: PLR2004
    service_error.headers |= dict(error.headers or {})
    return problem_response(service_error, request.scope)


def answer_exception(error: Exception, scope: Scope) -> Response:
    """Answer any exception, and log what `logged` logs."""
    return problem_response(logged(error, scope), scope)


def logged(error: Exception, scope: Scope) -> ServiceError:
    """Return what a caller may see of an exception.

    The cause of a status of 500 and above is logged; the caller gets only the id of the request.
    """
    service_error = error if isinstance(error, ServiceError) else Unexpected(_UNEXPECTED_DETAIL)
    cause = error.__cause__ if service_error is error else error
    if cause is not None and service_error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        _log.error("request %s failed\n%s", scope.get("request_id"), report_failure(cause))
    return service_error


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


def report_failure(error: BaseException) -> str:
    """Return where an exception and its causes were raised, and their classes, the first cause first, without messages.

    Messages repeat values of persons: SQLAlchemy the parameters of a statement, Arrow a cell, a model its row.
    """
    return "\n".join(
        "".join(traceback.format_tb(each.__traceback__)) + _name(each) for each in reversed(list(_with_causes(error)))
    )


def _with_causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception, its cause, and so on. Exceptions can be the causes of each other."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)


def _name(error: BaseException) -> str:
    name = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    number = error.errno if isinstance(error, OSError) else None
    return name if number is None else f"{name}: {errno.errorcode.get(number, number)}"
