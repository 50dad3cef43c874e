"""The errors that a call of the client raises.

ServiceError
├── Unavailable     no connection: refused, reset, no such host
├── TooSlow         the deadline passed before the whole answer arrived
├── Busy            try again after `retry_after_seconds`: status 429, and 503 with Retry-After
├── InvalidAnswer   not an answer of the service: wrong shape, wrong type, too large, a redirect
├── Refused         the service refuses this request: status 4xx; `errors` lists the faults
└── Failed          the service failed: status 5xx
"""

from typing import TypedDict


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


class ServiceError(Exception):
    """`detail` is a sentence; `request_id` finds the request in the service's log."""

    def __init__(self, detail: str, request_id: str = "") -> None:
        super().__init__(detail)
        self.detail = detail
        self.request_id = request_id


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
        self.file: RefusedFile = file or {"columns": [], "sheet": "", "sheets": []}


class Failed(ServiceError):
    def __init__(self, detail: str, request_id: str, *, status: int, code: str) -> None:
        super().__init__(detail, request_id)
        self.status = status
        self.code = code
