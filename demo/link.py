"""A case as the query parameters of a link, and back.

Knows: cards, cases. Must not know: Streamlit. A link carries only what was changed since the start. A field whose name
means something else in a link (or begins with a dot) is written with a dot in front.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from client import Card
from demo import cases, values
from demo.cases import Case

MODEL, LANGUAGE, START = "model", "lang", "start"
_TAKEN = {MODEL, LANGUAGE, START, "embed", "embed_options"}
"""Streamlit keeps the last two for itself, in upper and lower case."""


@dataclass(frozen=True)
class Misread:
    """A part of a link that means nothing here: `label` is what people call it."""

    label: str
    text: str


def write(card: Card, case: Case) -> dict[str, str]:
    """Return the parameters that bring back this case."""
    parameters = {MODEL: case.model}
    if case.start != cases.DEFAULTS:
        parameters[START] = case.start
    for field in cases.changed(card, case):
        parameters[_parameter(field["name"])] = values.written(case.row[field["name"]])
    return parameters


def read(card: Card, parameters: Mapping[str, str]) -> tuple[Case, list[Misread]]:
    """Return the case of a link as far as the card knows it, and what was not understood."""
    misread = []
    start = parameters.get(START)
    if start is not None and not cases.knows(card, start):
        misread.append(Misread(START, start))
    case = cases.begun(card, start)
    fields = {field["name"]: field for field in card["inputs"]}
    for parameter, text in parameters.items():
        if parameter in {MODEL, LANGUAGE, START}:
            continue
        field = fields.get(parameter.removeprefix("."))
        if field is None or _parameter(field["name"]) != parameter:
            misread.append(Misread(parameter, text))
            continue
        try:
            case = case.with_value(field["name"], values.parsed(field, text))
        except ValueError:
            misread.append(Misread(values.label(field), text))
    return case, misread


def _parameter(name: str) -> str:
    return f".{name}" if name.lower() in _TAKEN or name.startswith(".") else name
