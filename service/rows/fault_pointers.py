"""Positions of faults in the body of a request, as answers publish them: JSON pointers (RFC 6901)."""

from collections.abc import Iterable

from service.errors import Fault
from service.rows.strict_json import safe_text
from service.schemas import InputError


def pointer(fault: Fault) -> str:
    """Return the JSON pointer of a fault; a step longer than 64 characters is cut."""
    steps = [*fault.path, *(step for step in (fault.row, fault.field) if step is not None)]
    return "".join("/" + safe_text(str(step)).replace("~", "~0").replace("/", "~1") for step in steps)


def body_errors(faults: Iterable[Fault]) -> list[InputError]:
    """Return the faults of a body as answers publish them."""
    return [InputError(pointer=pointer(fault), code=fault.code, message=fault.message) for fault in faults]
