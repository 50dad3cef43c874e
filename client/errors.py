"""What a call can end in, apart from an answer.

ServiceError
├── Unavailable   nobody answers: refused, reset, no such host
├── TooSlow       the deadline passed before the whole answer was there
├── Busy          come back in `retry_after_seconds`: status 429, and 503 with Retry-After
├── InvalidAnswer      an answer that is not the service's: wrong shape, wrong type, too large, a redirect
├── Refused       the service says no to this request: status 4xx, with `errors` naming places
└── Failed        the service could not do it: status 5xx
"""

from typing import TypedDict


class InputError(TypedDict):
    pointer: str
    column: str
    line: str
    code: str
    message: str


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
    def __init__(self, detail: str, request_id: str, *, status: int, code: str, errors: list[InputError]) -> None:
        super().__init__(detail, request_id)
        self.status = status
        self.code = code
        self.errors = errors


class Failed(ServiceError):
    def __init__(self, detail: str, request_id: str, *, status: int, code: str) -> None:
        super().__init__(detail, request_id)
        self.status = status
        self.code = code
