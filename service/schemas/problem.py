"""The shape of every error answer, and the positions that it names."""

import msgspec

from service.schemas.shape import Published


class InputError(Published, frozen=True):
    """A value that does not fit: a pointer into a JSON body, or a position in a file."""

    code: str
    message: str
    pointer: str | None = None
    """A JSON pointer into the body of the request: /rows/0/credit_limit."""
    row: int | None = None
    """The number of the row, from 1, without the header."""
    column: str | None = None
    line: int | None = None
    """The physical line of a text file, from 1, if the fault concerns the whole file."""


class RefusedFile(Published, frozen=True):
    """What was recognised of a file that was refused."""

    columns: list[str] = msgspec.field(default_factory=list)
    """The names of its columns that hold no field, if some that the model needs are missing."""
    sheet: str | None = None
    """The sheet of a workbook that was read."""
    sheets: list[str] = msgspec.field(default_factory=list)
    """The names of all sheets of a workbook that has several."""
    charset: str | None = None
    """The encoding that the bytes of a CSV suggest, such as windows-1250."""


class Problem(Published, frozen=True):
    """The body of every answer with a status ≥ 400 (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str
    errors: list[InputError] = msgspec.field(default_factory=list)
    file: RefusedFile | None = None
    reason: str | None = None
    """Why a model cannot be had in a form."""
    nearest: str | None = None
    """The kind of the nearest form that works."""
    error: str | None = None
    """`detail` and the first places in one sentence: what clients of the Open Inference Protocol read."""
