"""The errors that a call of the client raises.

ServiceError
├── Unavailable     no connection: refused, reset, no such host
├── TooSlow         the deadline passed before the whole answer arrived
├── Busy            try again after `retry_after_seconds`: status 429, and 503 with Retry-After
├── InvalidAnswer   not an answer of the service: wrong shape, wrong type, too large, a redirect
├── Refused         the service refuses this request: status 4xx; `errors` lists the faults
└── Failed          the service failed: status 5xx
"""

from typing import Any, TypedDict


class InputError(TypedDict):
    """One fault of the input, at a JSON pointer, or at a column and line of a file. Keys without a value are empty."""

    pointer: str
    column: str
    line: str
    code: str
    message: str


class RefusedFile(TypedDict):
    """What the service recognised of a file that it refused. Keys without a value are empty."""

    columns: list[str]
    """The names of its columns that hold no field, if some that the model needs are missing."""
    sheet: str
    sheets: list[str]
    """The sheet of a workbook that was read, and the names of all if there are several."""
    charset: str
    """The encoding that the bytes of a CSV suggest."""


_MAX_FAULTS, _MAX_MESSAGE_CHARACTERS = 5, 200


class ServiceError(Exception):
    """`detail` is a sentence; `request_id` finds the request in the service's log.

    `str(error)` is for people: the detail, and of a Refused also which fields are wrong and why.
    """

    def __init__(self, detail: str, request_id: str = "") -> None:
        super().__init__(detail)
        self.detail = detail
        self.request_id = request_id

    def __reduce__(self) -> tuple[Any, ...]:
        """Let a copy or a pickle have all attributes: an exception would be made anew from its text alone."""
        return _restore, (type(self), self.args, self.__dict__)


def _restore(kind: type[ServiceError], arguments: tuple[Any, ...], attributes: dict[str, Any]) -> ServiceError:
    error = kind.__new__(kind, *arguments)
    error.__dict__.update(attributes)
    return error


class Unavailable(ServiceError):
    pass


class TooSlow(ServiceError):
    pass


class InvalidAnswer(ServiceError):
    pass


class Busy(ServiceError):
    def __init__(self, detail: str, request_id: str, retry_after_seconds: int) -> None:
        super().__init__(detail, request_id)
        self.retry_after_seconds = retry_after_seconds


class Refused(ServiceError):
    def __init__(
        self,
        detail: str,
        request_id: str,
        *,
        status: int,
        code: str,
        errors: list[InputError],
        file: RefusedFile | None = None,
    ) -> None:
        super().__init__(detail, request_id)
        self.status = status
        self.code = code
        self.errors = errors
        self.file: RefusedFile = file or {"columns": [], "sheet": "", "sheets": [], "charset": ""}

    def __str__(self) -> str:
        """Return the detail and the first faults: `1 of 1 rows cannot be scored. /rows/0/carat: Expected a number.`"""
        shown = [sentence for error in self.errors[:_MAX_FAULTS] if (sentence := _describe(error)) != self.detail]
        more = len(self.errors) - _MAX_FAULTS
        return " ".join([self.detail, *shown, *([f"And {more} more."] if more > 0 else [])])


def _describe(error: InputError) -> str:
    """Return one fault with its place, if it has one."""
    line = f"line {error['line']}" if error["line"] else ""
    place = error["pointer"] or ", ".join(filter(None, [line, error["column"]]))
    message = error["message"][:_MAX_MESSAGE_CHARACTERS]
    return f"{place[:_MAX_MESSAGE_CHARACTERS]}: {message}" if place else message


class Failed(ServiceError):
    def __init__(self, detail: str, request_id: str, *, status: int, code: str) -> None:
        super().__init__(detail, request_id)
        self.status = status
        self.code = code
