"""All errors that a caller may see, as one family of exceptions.

    ServiceError
    ├── InvalidRequest      400  no JSON, or an unknown parameter
    ├── Unauthorized        401  no key, or an unknown one
    ├── Forbidden           403  a key without the scope, or another host name than localhost without keys
    │   └── ModelsNotAccepted  this service publishes no models that callers send
    ├── NotFound            404
    │   ├── UnknownModel
    │   ├── UnknownVersion
    │   ├── NoEvaluation    the bundle was made without one
    │   ├── UnknownEntity   nothing is stored for this key
    │   └── UnknownFeedback there is no feedback of this id
    ├── MethodNotAllowed    405
    ├── NotAcceptable       406  no answer of the type that Accept names
    ├── TooLarge            413
    ├── UnsupportedType     415  a type that the service does not read, or a compressed body
    ├── InvalidInput        422  rows that the card refuses; names row and field
    │   └── InvalidFile     a file that cannot be read as a whole; nothing of it is scored
    ├── CannotPublish       422  a model that was sent cannot be published
    ├── KeyReused           422  the Idempotency-Key belongs to another request
    ├── ModelFailed         500  the model raised, or its answer is not valid
    ├── Unexpected          500  any other exception
    ├── ModelUnavailable    503  the bundle is broken
    ├── StorageUnavailable  503  the database is locked, full, unreachable, damaged or not ours
    ├── Overloaded          503  too many requests at once; Retry-After says when to try again
    └── ModelTimeout        504

`service.export_errors` has those of the forms in which a model is taken away.
The position of a fault stays in parts until the answer is written: `service.web.problems` makes JSON pointers of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from wire.error_codes import (
    INVALID_INPUT,
    INVALID_REQUEST,
    MODEL_FAILED,
    NO_EVALUATION,
    TOO_LARGE,
    UNAUTHORIZED,
    UNKNOWN_ENTITY,
    UNKNOWN_MODEL,
    UNKNOWN_VERSION,
)


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a request: its position and its reason.

    In a JSON body the position is `path`, then `row`, then `field`: ("rows",), 0, "age" is /rows/0/age.
    In a file it is `row`, `field` (the column) and `line`; `path` says nothing there.
    """

    field: str | None
    code: str
    message: str
    row: int | None = None
    """The index of the row, 0-based."""
    path: tuple[str | int, ...] = ("rows",)
    line: int | None = None
    """The physical line of a text file, 1-based."""


class ServiceError(Exception):
    """An error that a caller may see. `detail` is a sentence for people: no path, no SQL, no long raw value."""

    status = 500
    code = "unexpected"
    title = "Something went wrong on our side"

    def __init__(self, detail: str = "", *, faults: list[Fault] | None = None) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.faults = faults or []
        self.headers: dict[str, str] = {}


class InvalidRequest(ServiceError):
    status, code, title = 400, INVALID_REQUEST, "The request cannot be read"


class Unauthorized(ServiceError):
    status, code, title = 401, UNAUTHORIZED, "A valid API key is needed"

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail)
        self.headers = {"WWW-Authenticate": "Bearer"}


class Forbidden(ServiceError):
    status, code, title = 403, "forbidden", "This is not allowed"


class ModelsNotAccepted(Forbidden):
    code, title = "models_not_accepted", "This service takes no models"


class NotFound(ServiceError):
    status, code, title = 404, "not_found", "There is nothing at this address"


class UnknownModel(NotFound):
    code, title = UNKNOWN_MODEL, "There is no model of this name"


class UnknownVersion(NotFound):
    code, title = UNKNOWN_VERSION, "This version of the model is not served"


class NoEvaluation(NotFound):
    code, title = NO_EVALUATION, "How good this model is was not measured"


class UnknownEntity(NotFound):
    code, title = UNKNOWN_ENTITY, "Nothing is stored under this key"


class UnknownFeedback(NotFound):
    code, title = "unknown_feedback", "There is no feedback of this id"


class MethodNotAllowed(ServiceError):
    status, code, title = 405, "method_not_allowed", "This address does not take this method"

    def __init__(self, detail: str = "", *, allow: str = "") -> None:
        super().__init__(detail)
        self.headers = {"Allow": allow} if allow else {}


class NotAcceptable(ServiceError):
    status, code, title = 406, "not_acceptable", "There is no answer of this type"


class TooLarge(ServiceError):
    status, code, title = 413, TOO_LARGE, "The request is too large"


class UnsupportedType(ServiceError):
    status, code, title = 415, "unsupported_type", "The request's type is not supported"


class InvalidInput(ServiceError):
    status, code, title = 422, INVALID_INPUT, "Some values cannot be scored"


class InvalidFile(InvalidInput):
    """`fault_code` says what is wrong with the file as a whole; `faults` name columns.

    `advice` is what a caller of HTTP can do; the nightly jobs take `problem`, the sentence without it, and name an option.
    """

    code, title = "invalid_file", "The file cannot be scored"

    def __init__(
        self,
        problem: str,
        *,
        advice: str = "",
        fault_code: str = "",
        line: int | None = None,
        faults: list[Fault] | None = None,
    ) -> None:
        detail = f"{problem} {advice}" if advice else problem
        whole = [Fault(None, fault_code, detail, line=line)] if fault_code else []
        super().__init__(detail, faults=[*whole, *(faults or [])])
        self.problem = problem
        self.columns: Sequence[str] = ()
        """The names of the columns that hold no field, if some are missing."""
        self.sheet: str | None = None
        self.sheets: Sequence[str] = ()
        """The sheet of a workbook that was read, and the names of all."""
        self.charset = ""
        """The encoding that the bytes of a CSV suggest."""


class CannotPublish(ServiceError):
    status, code, title = 422, "cannot_publish", "This model cannot be published"


class KeyReused(ServiceError):
    status, code, title = 422, "key_reused", "This Idempotency-Key belongs to another request"


class ModelFailed(ServiceError):
    code, title = MODEL_FAILED, "The model could not score these rows"


class Unexpected(ServiceError):
    pass


class ModelUnavailable(ServiceError):
    status, code, title = 503, "model_unavailable", "This model cannot be served"


class StorageUnavailable(ServiceError):
    status, code, title = 503, "storage_unavailable", "The storage is not available"


class Overloaded(ServiceError):
    status, code, title = 503, "overloaded", "Too many requests at once"

    def __init__(self, detail: str = "", *, retry_after_seconds: int = 1) -> None:
        super().__init__(detail)
        self.headers = {"Retry-After": str(retry_after_seconds)}


class ModelTimeout(ServiceError):
    status, code, title = 504, "model_timeout", "The model took too long"


class ClientGone(Exception):
    """The caller disconnected: no answer can be sent."""


class BrokenBundle(Exception):
    """A bundle that must not be served. The message is the reason, for people."""


class SlowBundle(BrokenBundle):
    """A bundle that was too slow to open. On a machine that is less busy it may be served."""


class RefusedModel(Exception):
    """A model of somebody that cannot be published. The message names what stands in the way and the way out."""


class BrokenStorage(Exception):
    """A database that must not be used. The message is the reason, for people."""


def family() -> dict[str, type[ServiceError]]:
    """Return code → class for every error that an answer can carry, the table of docs/errors.md."""

    def grow(parent: type[ServiceError]) -> list[type[ServiceError]]:
        return [parent, *(member for child in parent.__subclasses__() for member in grow(child))]

    return {member.code: member for member in grow(ServiceError)}
