"""Check what a presenter prepares."""

import base64
import binascii
import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from service.bundles.model import Model
from service.errors import Fault, InvalidInput, ModelUnavailable, UnknownModel, UnknownVersion
from service.meetings.json_checks import MAX_ROW_BYTES, json_faults
from service.meetings.text_checks import text_faults
from service.questions.row_variants import base_of
from service.schemas.meetings.meeting import Look, MeetingCase, MeetingContent, StateChange
from wire.media_types import find_logo_type

Path = tuple[str | int, ...]
FindModel = Callable[[str, str | None], Model]
"""`Registry.get`: name and version → model."""

MAX_CASES, MAX_REASONS = 200, 12
_MAX_MODELS, _MAX_PAGES = 100, 30
_MAX_TITLE, _MAX_NAME, _MAX_NOTES, _MAX_NOTE, _MAX_REASON, _MAX_VERSION = 120, 80, 5000, 2000, 100, 64
_MAX_LOGO_BYTES = 200 * 1024
_CASE_ID = re.compile(r"[a-z0-9-]{1,32}")
_PAGE = re.compile(r"[a-z0-9-]{1,32}")
_ACCENT = re.compile(r"#[0-9a-fA-F]{6}")


def check_content(content: MeetingContent, find_model: FindModel, path: Path = ()) -> None:
    """Raise InvalidInput for content that cannot be stored; `path` is its place in the request.

    A row is checked for its model if the planned version is served; else it is stored as it is.
    """
    faults = [
        *_text_and_list_faults(content, path),
        *_look_faults(content.look, (*path, "look")),
        *_model_faults(content.models, find_model, (*path, "models")),
    ]
    earlier: set[str] = set()
    for index, case in enumerate(content.cases[:MAX_CASES]):
        faults += _case_faults(case, earlier, find_model, (*path, "cases", index))
        earlier.add(case.id)
    if faults:
        raise InvalidInput("The meeting cannot be stored.", faults=faults)


def check_state(state: StateChange, content: MeetingContent) -> None:
    """Raise InvalidInput for a case that is not in the run sheet, and for a phase or a part that the case does not have."""
    case = next((each for each in content.cases if each.id == state.case), None)
    if state.case is not None and case is None:
        fault = Fault("case", "unknown_case", "There is no case of this id in the run sheet.", path=())
    elif case is None and (state.phase != "waiting" or state.show is not None):
        fault = Fault("case", "missing_field", "Name the case that is shown.", path=())
    elif case is not None and state.show is not None and state.show not in case.show:
        fault = Fault("show", "unknown_part", "The run sheet does not show this of the case.", path=())
    else:
        return
    raise InvalidInput("The meeting cannot show this.", faults=[fault])


def _text_and_list_faults(content: MeetingContent, path: Path) -> Iterator[Fault]:
    if not content.title.strip():
        yield Fault("title", "missing_field", "Give the meeting a title.", path=path)
    yield from text_faults(content.title, _MAX_TITLE, (*path, "title"))
    yield from text_faults(content.notes, _MAX_NOTES, (*path, "notes"), lines=True)
    limits = {"models": _MAX_MODELS, "pages": _MAX_PAGES, "reasons": MAX_REASONS, "cases": MAX_CASES}
    for name, limit in limits.items():
        if len(getattr(content, name)) > limit:
            yield Fault(name, "too_long", f"This list may have {limit} entries.", path=path)
    for index, page in enumerate(content.pages[:_MAX_PAGES]):
        if not _PAGE.fullmatch(page):
            yield Fault(None, "invalid_text", "Expected the path of a page, such as try.", path=(*path, "pages", index))
    for index, reason in enumerate(content.reasons[:MAX_REASONS]):
        yield from text_faults(reason, _MAX_REASON, (*path, "reasons", index))


def _look_faults(look: Look, path: Path) -> Iterator[Fault]:
    if look.name is not None:
        yield from text_faults(look.name, _MAX_NAME, (*path, "name"))
    if look.accent is not None and not _ACCENT.fullmatch(look.accent):
        yield Fault("accent", "invalid_text", "Expected a colour such as #0a7d55.", path=path)
    if look.logo is None:
        return
    data = logo_bytes(look.logo.data)
    if data is None:
        yield Fault("data", "invalid_text", "Expected a file in Base64.", path=(*path, "logo"))
    elif len(data) > _MAX_LOGO_BYTES:
        yield Fault("data", "too_long", f"A logo may have {_MAX_LOGO_BYTES:,} bytes.", path=(*path, "logo"))
    elif find_logo_type(data) != look.logo.media_type:
        yield Fault("data", "wrong_type", f"The file is no {look.logo.media_type}.", path=(*path, "logo"))


def logo_bytes(data: str) -> bytes | None:
    """Return the bytes of a logo, or None if `data` is not Base64."""
    try:
        return base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        return None


def _model_faults(names: list[str], find_model: FindModel, path: Path) -> Iterator[Fault]:
    for index, name in enumerate(names[:_MAX_MODELS]):
        try:
            find_model(name, None)
        except UnknownModel:
            yield Fault(None, "unknown_model", "There is no model of this name.", path=(*path, index))
        except ModelUnavailable:
            continue  # it may be served again before the meeting


def _case_faults(case: MeetingCase, earlier: set[str], find_model: FindModel, path: Path) -> Iterator[Fault]:
    if not _CASE_ID.fullmatch(case.id):
        yield Fault("id", "invalid_text", "Expected 1 to 32 of a-z, 0-9 and -.", path=path)
    elif case.id in earlier:
        yield Fault("id", "duplicate_case", "Another case has this id.", path=path)
    yield from text_faults(case.name, _MAX_TITLE, (*path, "name"))
    yield from text_faults(case.note, _MAX_NOTE, (*path, "note"), lines=True)
    yield from text_faults(case.version or "", _MAX_VERSION, (*path, "version"))
    if len(set(case.show)) < len(case.show):
        yield Fault("show", "duplicate_field", "A part is named twice.", path=path)
    if case.compare_with is not None and case.compare_with not in earlier:
        yield Fault("compare_with", "unknown_case", "Expected the id of an earlier case.", path=path)
    yield from _row_faults(case, find_model, path)


def _row_faults(case: MeetingCase, find_model: FindModel, path: Path) -> Iterator[Fault]:
    try:
        find_model(case.model, None)
        model = find_model(case.model, case.version)
    except UnknownModel:
        yield Fault("model", "unknown_model", "There is no model of this name.", path=path)
        return
    except (UnknownVersion, ModelUnavailable):
        yield from json_faults(case.row, "row", path, MAX_ROW_BYTES)
        yield from text_faults(case.what_if_field or "", _MAX_TITLE, (*path, "what_if_field"))
        return
    if case.what_if_field is not None and case.what_if_field not in {field.name for field in model.card.inputs}:
        yield Fault("what_if_field", "unknown_field", "The model has no such field.", path=path)
    try:
        base_of(model.checks, case.row)
    except InvalidInput as error:
        yield from (replace(fault, path=(*path, *fault.path)) for fault in error.faults)
