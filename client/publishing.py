"""Sends a folder with a fitted model to a service that publishes it, and reads the lines of its answer."""

import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, TypedDict, cast

from client.connection import Connection
from client.decoding import problem_error
from client.errors import InvalidAnswer
from client.shape_check import ShapeError, check
from wire import strict_json
from wire.media_types import JSON_LINES, ZIP
from wire.model_folder import layout

_MAX_SECONDS = 3600.0
_MAX_LINE_BYTES = 2**20
_SENTENCES = {
    "packages": "The packages of the model are checked, and installed if the service lacks some.",
    "sample": "The sample is read.",
    "model": "The model is opened.",
    "card": "The card is worked out.",
    "bundle": "The model is converted, compared with the original, and measured.",
    "switch": "The service takes the new version up.",
}
"""A step of the service in words. Later versions of it may have more steps."""


class Publication(TypedDict):
    """A model that is published."""

    model: str
    version: str
    summary: str
    """What was understood of the model and its sample, in lines."""
    served: bool
    """The service answers with this version already. If not, `Client.models` says why."""


def write_line(sentence: str) -> None:
    """Print a sentence."""
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()


def publish_folder(connection: Connection, folder: Path, report: Callable[[str], object]) -> Publication:
    """Send a folder and return what is published. Raises ServiceError, FileNotFoundError if it is no such folder."""
    with tempfile.TemporaryFile() as archive:
        _pack(folder, archive)
        archive.seek(0)
        report(f"{folder.name} is sent to the service.")
        sent = connection.send_file("/v1/models", archive, ZIP, JSON_LINES, max_seconds=_MAX_SECONDS)
        with sent as (response, pieces):
            return _read_lines(pieces, report, str(response.headers.get("X-Request-ID", ""))[:64])


def _pack(folder: Path, archive: IO[bytes]) -> None:
    for name in (layout.MANIFEST, layout.MODEL):
        if not (folder / name).is_file():
            raise FileNotFoundError(f"{folder} has no {name}: give a folder that hand_over wrote.")
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        for name in sorted(layout.FILES):
            if (folder / name).is_file():
                packed.write(folder / name, name)


def _read_lines(pieces: Iterator[bytes], report: Callable[[str], object], request_id: str) -> Publication:
    step = ""
    for line in _lines(pieces, request_id):
        try:
            state = strict_json.parse(line)
            state_name = state["state"]
            if state_name == "published":
                check(state, Publication)
                return cast(Publication, {name: state[name] for name in Publication.__annotations__})
        except (ValueError, RecursionError, TypeError, KeyError, ShapeError):
            raise InvalidAnswer("A line of the answer does not have its shape.", request_id) from None
        if state_name == "refused":
            raise _refusal(state, request_id)
        if state.get("step") != step:
            step = str(state.get("step"))
            report(_SENTENCES.get(step, step[:64]))
    raise InvalidAnswer("The answer broke off: whether the model is published is not known.", request_id)


def _refusal(state: dict[str, Any], request_id: str) -> Exception:
    problem = state.get("problem")
    if not isinstance(problem, dict) or type(problem.get("status")) is not int:
        return InvalidAnswer("The refusal does not have its shape.", request_id)
    return problem_error(problem, problem["status"], request_id)


def _lines(pieces: Iterator[bytes], request_id: str) -> Iterator[bytes]:
    rest = b""
    for piece in pieces:
        *lines, rest = (rest + piece).split(b"\n")
        yield from filter(None, lines)
        if len(rest) > _MAX_LINE_BYTES:
            raise InvalidAnswer("A line of the answer is too long.", request_id)
