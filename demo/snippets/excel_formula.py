"""Formulas of Excel that ask the service for the answer to a row. The function WEBSERVICE opens an address, and no more."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

_MAX_LITERAL = 255
_MAX_ADDRESS = 2_048
"""Limits of Excel. Source: the reference of the function WEBSERVICE, and the specifications and limits of Excel."""


def write_formulas(service_url: str, model: str, row: Mapping[str, Any], part: str) -> str | None:
    """Return two formulas, one a line: the number, and the decision or the label, whichever `part` names.

    Return None if the address is too long for Excel. `part` is empty for a model that only gives a number.
    """
    fields = [f"{quote(name, safe='')}={quote(_write(value), safe='')}" for name, value in row.items() if value is not None]
    number = _address(service_url, model, "number", fields)
    if len("".join(number)) > _MAX_ADDRESS:
        return None
    formulas = [f'=NUMBERVALUE(WEBSERVICE({_join(number)}),".")']
    if part:
        formulas.append(f"=WEBSERVICE({_join(_address(service_url, model, part, fields))})")
    return "\n".join(formulas)


def _address(service_url: str, model: str, part: str, fields: list[str]) -> list[str]:
    """Return an address in pieces: that of the answer, then each field."""
    path = f"{service_url.rstrip('/')}/v1/models/{model}/answers/{part}"
    return [path, *(f"{'&' if index else '?'}{field}" for index, field in enumerate(fields))]


def _join(pieces: list[str]) -> str:
    """Return pieces as literals of Excel, joined by its operator. A literal has at most 255 characters."""
    short = [piece[at : at + _MAX_LITERAL] for piece in pieces for at in range(0, len(piece), _MAX_LITERAL)]
    return " & ".join('"' + each.replace('"', '""') + '"' for each in short)


def _write(value: Any) -> str:
    """Return a value as the service reads it from an address."""
    return str(value).lower() if isinstance(value, bool) else value if isinstance(value, str) else repr(value)
