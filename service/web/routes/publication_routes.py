"""POST /v1/models: a model that is sent is published in a process of its own, while lines of JSON say how far it is."""

import asyncio
import contextlib
import errno
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TypeVar, get_args

import anyio
import anyio.to_thread
from starlette.types import Receive, Scope, Send

from service.errors import (
    BrokenBundle,
    CannotPublish,
    ModelsNotAccepted,
    ModelUnavailable,
    Overloaded,
    ServiceError,
    UnknownModel,
    UnsupportedType,
)
from service.publications.finished_bundle import take_bundle
from service.publications.publishing_process import MAX_SECONDS, Message, PublishingProcess, publishing_process
from service.rows.strict_json import encode
from service.schemas import PublicationState
from service.web import problems
from service.web.container import Services
from service.web.file_answers import cancelled_with_caller
from tabular.scratch_folder import ScratchFolder
from wire.media_types import JSON_LINES, ZIP, parse_content_type
from wire.model_folder.publication_steps import Step

T = TypeVar("T")
_UNPACKED_RATIO = 4
"""A folder may take so many times the bytes of the largest file, unpacked."""
_LINE_SECONDS = 5.0
"""A line comes at least so often: programs between here and the caller take silence for an end."""
_SWITCH_SECONDS = 60.0
_POLL_SECONDS = 0.05
_MAX_SUMMARY, _MAX_REFUSAL = 10_000, 1000
_MAX_STEPS = len(get_args(Step))
_log = logging.getLogger("service.publications")


async def publish_model(services: Services, scope: Scope, receive: Receive, send: Send) -> None:
    """Publish the folder in the body, if the settings say so."""
    if not services.settings.accepts_models:
        raise ModelsNotAccepted("SERVICE_ACCEPT_MODELS is off: publish the model with python -m service.models add.")
    headers = scope["headers_by_name"]
    if parse_content_type(headers.get(b"content-type", b"").decode("latin-1"))[0] != ZIP:
        raise UnsupportedType(f"Send the folder as a zip archive: Content-Type: {ZIP}.")
    async with services.bodies.spool(headers, receive) as file, cancelled_with_caller(receive):
        answer = _Answer(send)
        try:
            async with asyncio.timeout(MAX_SECONDS), _scratch_folder() as scratch:
                await _publish(services, file.path, scratch, answer)
        except TimeoutError:
            await answer.refuse(CannotPublish(f"It takes longer than {MAX_SECONDS / 60:g} minutes."), scope)
        except ServiceError as error:
            await answer.refuse(error, scope)


class _Answer:
    """The lines of an answer. A refusal before the first line is an answer with its own status."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._has_begun = False

    async def write(self, state: PublicationState, *, is_last: bool = False) -> None:
        if not self._has_begun:
            self._has_begun = True
            fields = [(b"content-type", JSON_LINES.encode()), (b"x-accel-buffering", b"no")]
            await self._send({"type": "http.response.start", "status": 200, "headers": fields})
        await self._send({"type": "http.response.body", "body": encode(state) + b"\n", "more_body": not is_last})

    async def refuse(self, error: ServiceError, scope: Scope) -> None:
        """Write the last line of a model that is not published. Raises `error` if no line is written yet."""
        if not self._has_begun:
            raise error
        problem = problems.problem_of(error, scope)
        await self.write(PublicationState(state="refused", problem=problem), is_last=True)


@contextlib.asynccontextmanager
async def _scratch_folder() -> AsyncIterator[Path]:
    scratch = ScratchFolder()
    try:
        yield scratch.path
    finally:
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(scratch.remove)


async def _publish(services: Services, archive: Path, scratch: Path, answer: _Answer) -> None:
    """Publish a folder and write the lines about it. Raises CannotPublish, Overloaded if the disk is full."""
    max_bytes = services.settings.max_file_bytes * _UNPACKED_RATIO
    async with publishing_process(archive, scratch, max_bytes) as process:
        first = last = await _next(process)
        for _ in range(_MAX_STEPS):
            if not last.step:
                break
            state = PublicationState(state="working", step=last.step, model=first.name)
            last = await _with_lines(asyncio.ensure_future(_next(process)), state, answer)
    await _take(services, scratch, first.name, last.version)
    _log.warning("a caller has published %s, version %s", first.name, last.version)
    state = PublicationState(state="working", step="switch", model=first.name)
    served = await _with_lines(asyncio.ensure_future(_is_served(services, first.name, last.version)), state, answer)
    summary = "".join(letter for letter in last.summary[:_MAX_SUMMARY] if letter.isprintable() or letter == "\n")
    published = PublicationState(state="published", model=first.name, version=last.version, summary=summary, served=served)
    await answer.write(published, is_last=True)


async def _next(process: PublishingProcess) -> Message:
    """Return the next message of the process. Raises CannotPublish if it is a refusal."""
    message = await process.next_message()
    if message.refusal:
        _log.info("a model that a caller sent is refused")
        raise CannotPublish("".join(filter(str.isprintable, message.refusal[:_MAX_REFUSAL])))
    return message


async def _with_lines(work: "asyncio.Future[T]", state: PublicationState, answer: _Answer) -> T:
    """Return the result of `work`. Until then, write a line again and again."""
    try:
        while not work.done():
            await answer.write(state)
            await asyncio.wait([work], timeout=_LINE_SECONDS)
        return work.result()
    finally:
        work.cancel()


async def _take(services: Services, scratch: Path, name: str, version: str) -> None:
    """Move the finished bundle into the folder of bundles. Once begun, this ends, also without the caller."""
    bundles = Path(services.settings.bundles)
    try:
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(take_bundle, scratch / "bundles", bundles, name, version)
    except BrokenBundle as error:
        raise CannotPublish(f"The model cannot be published: {error}.") from error
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise Overloaded("The disk has no space for this model.") from error
        raise CannotPublish("The folder of the bundles cannot be written.") from error


async def _is_served(services: Services, name: str, version: str) -> bool:
    """Wait until this service answers with a version; return whether it does."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_SWITCH_SECONDS):
            while True:
                with contextlib.suppress(UnknownModel, ModelUnavailable):
                    if services.registry.get(name).card.version == version:
                        return True
                await asyncio.sleep(_POLL_SECONDS)
    return False
