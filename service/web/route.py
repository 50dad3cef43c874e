"""One row of the table of routes, and what a handler of a direct route returns."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec
from starlette.types import Receive, Send
from starlette.types import Scope as AsgiScope

from service.bundles.model import Model
from service.errors import Forbidden, ServiceError, Unauthorized
from service.schemas import Card, Row
from service.settings import Scope
from service.web.body_reader import Headers
from service.web.container import Services

Schema = dict[str, Any]
JSON_HEADER = (b"content-type", b"application/json")


class Answer(msgspec.Struct, frozen=True):
    """The answer of a direct route. `version` goes into X-Model-Version."""

    body: bytes
    version: str
    headers: tuple[tuple[bytes, bytes], ...] = (JSON_HEADER,)


DirectHandler = Callable[[Services, Model, Headers, bytes], Awaitable[Answer]]
"""(container, model of the path, headers, whole body of JSON) → answer."""
UploadHandler = Callable[[Services, AsgiScope, Receive, Send], Awaitable[None]]
"""Reads a body that is not JSON, and sends the answer."""
FileHandler = Callable[[Services, Model, AsgiScope, Receive, Send], Awaitable[None]]
"""Reads a body that is a file of rows, and sends the answer."""


@dataclass(frozen=True, kw_only=True)
class ModelBody:
    """The body of a POST about a model: its JSON schema (None if the model has no such route) and a real example."""

    schema: Callable[[Card], Schema | None]
    example: Callable[[Card, Row], Schema]


@dataclass(frozen=True, kw_only=True)
class Route:
    """One route: who may call it, what limits it, what runs it, and how OpenAPI describes it.

    FastAPI runs `handler`. A `direct` handler runs without FastAPI, whose layers cost more time than a prediction.
    The body of every POST without `upload` is JSON; it is read whole, within limits, before the request takes a slot.
    """

    method: Literal["GET", "POST"]
    path: str
    handler: Callable[..., Any] | None = None
    direct: DirectHandler | None = None
    files: FileHandler | None = None
    """Takes bodies that are files of rows, by their Content-Type."""
    takes_tensors: bool = False
    """Bytes of tensors may follow the JSON of the body, and that of the answer."""
    upload: UploadHandler | None = None
    upload_type: str = ""
    """The media type of the body that `upload` reads."""
    scope: Scope | None = "read"
    """The scope that a key needs. None: the route needs no key."""
    confines: bool = False
    """Its handler shows a caller with the token of one meeting nothing of another one."""
    slots: Literal["requests", "streams", "publications", "exports", "pictures"] | None = "requests"
    """The slots that limit how many run at once; an `upload` takes one before its body arrives. None: no limit, and
    an answer also under load."""
    name: str
    """The start of the operation's id."""
    summary: str
    description: str = ""
    tag: str = "models"
    answer: str
    """The description of the answer."""
    answer_status: Literal[200, 201] = 200
    answer_schema: Schema | Callable[[Model], Schema | None]
    """The schema of the answer. For a route about a model, a function of the model; None if it has no such route."""
    media_type: str = "application/json"
    other_media_types: tuple[str, ...] = ()
    """Further types of the answer; a parameter chooses among them."""
    body: ModelBody | None = None
    request_schema: Schema | None = None
    """The schema of the body of a POST in JSON that is not about one model."""
    takes_fields: bool = False
    """The parameters of the address are fields of the model."""
    parameters: tuple[Schema, ...] = ()
    errors: tuple[type[ServiceError], ...] = (Unauthorized, Forbidden)
    other_answers: Mapping[str, Schema] = field(default_factory=dict)
    """Further answers by status, for OpenAPI."""

    @property
    def takes_meeting_token(self) -> bool:
        """Whether a caller with the token of one meeting may call it: it is about models alone, or confines the caller."""
        return self.confines or self.scope in {None, "read"}

    @property
    def operation_id(self) -> str:
        """Return the id of the operation in OpenAPI; programs that generate clients name methods by it."""
        return self.name if self.direct else re.sub(r"\W", "_", f"{self.name}{self.public_path}_{self.method.lower()}")

    @property
    def public_path(self) -> str:
        """Return the path as docs write it: without the converters of the framework."""
        return self.path.replace(":path}", "}")
