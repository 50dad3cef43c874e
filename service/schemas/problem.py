"""The problem that is every error, and the places that it names."""

import msgspec

from service.schemas.card import Published


class InputError(Published, frozen=True):
    """Where a value does not fit: a pointer into a JSON body, or a place in a file."""

    code: str
    message: str
    pointer: str | None = None
    """JSON pointer into the request's body: /rows/0/credit_limit."""
    row: int | None = None
    """1-based, the header not counted."""
    column: str | None = None
    line: int | None = None
    """The physical line of a text file, 1-based, where the file as a whole goes wrong."""


class Problem(Published, frozen=True):
    """RFC 9457, the one shape of every answer ≥ 400."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str
    errors: list[InputError] = msgspec.field(default_factory=list)
