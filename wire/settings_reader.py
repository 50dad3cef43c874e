"""Reads the settings of a program from environment variables into a dataclass, and checks every value.

@dataclass(frozen=True, kw_only=True)
class Settings:
    port: Annotated[int, Range(1, 65_535)] = 8000

settings = read_settings(Settings, "SERVICE_", os.environ)   # SERVICE_PORT=8001 → Settings(port=8001)
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from typing import Annotated, Any, Literal, TypeVar, get_args, get_origin, get_type_hints

S = TypeVar("S")

_NUMBERS = {int: re.compile(r"[+-]?\d{1,20}", re.ASCII), float: re.compile(r"[+-]?(\d+\.?\d*|\.\d+)", re.ASCII)}

_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:\d{1,5})?|https?://\[[0-9a-f:]+\](:\d{1,5})?", re.ASCII)
"""An origin as browsers send it: in lower case, without a path."""


class WrongSettings(Exception):
    """The message names the environment variable and says what to do."""


@dataclass(frozen=True)
class Range:
    """The smallest and the largest number that a setting takes."""

    minimum: float
    maximum: float


def read_settings(shape: type[S], prefix: str, environment: Mapping[str, str]) -> S:
    """Return the dataclass `shape` with the values of the variables `prefix` + NAME; other variables are ignored.

    A field is a `str`, a `Literal` of texts, or an `Annotated[int | float, Range(…)]`. A name may be in lower case after the
    prefix. Raises WrongSettings if a variable with the prefix names no field, or a value does not fit its field.
    """
    texts = {name.removeprefix(prefix).upper(): value for name, value in environment.items() if name.startswith(prefix)}
    kinds = get_type_hints(shape, include_extras=True)
    field_names = {field.name.upper(): field.name for field in fields(shape)}  # type: ignore[arg-type] # S is a dataclass
    for name in sorted(texts.keys() - field_names.keys()):
        nearest = get_close_matches(name, field_names, n=1, cutoff=0.0)[0]
        raise WrongSettings(f"There is no setting {prefix}{name[:64]}. The nearest one is {prefix}{nearest}.")
    values = {field_names[name]: _value(prefix + name, text, kinds[field_names[name]]) for name, text in texts.items()}
    return shape(**values)


def _value(variable: str, text: str, kind: Any) -> Any:
    """Return the value of a variable as its field's type. Raises WrongSettings."""
    if get_origin(kind) is Annotated:
        return _number(variable, text, *get_args(kind))
    if get_origin(kind) is Literal and text not in get_args(kind):
        raise WrongSettings(f"{variable} must be one of: {', '.join(get_args(kind))}.")
    return text


def _number(variable: str, text: str, kind: type[int] | type[float], limits: Range) -> float:
    if _NUMBERS[kind].fullmatch(text) and limits.minimum <= kind(text) <= limits.maximum:
        return kind(text)
    noun = "a whole number" if kind is int else "a number"
    raise WrongSettings(f"{variable} must be {noun} from {limits.minimum:,} to {limits.maximum:,}.")


def read_origins(variable: str, text: str) -> list[str]:
    """Return origins that are separated by commas, in the form in which browsers send them. Raises WrongSettings."""
    origins = [part.strip() for part in text.split(",") if part.strip()]
    if not all(_ORIGIN.fullmatch(origin) for origin in origins):
        raise WrongSettings(f"{variable} must look like https://app.example.com,http://localhost:3000.")
    return origins
