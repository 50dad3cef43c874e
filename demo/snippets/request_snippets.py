"""Fills the template of a language with the address of the service and the values of a row."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any

from demo.snippets import text_literals

KEY = "YOUR-KEY"
"""Stands for the API key. The lines of a template that hold it are left out if the service has no keys."""
_TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Language:
    """A language: its name, the name of its highlighting, and how it writes texts, values and fields."""

    title: str
    highlighting: str
    quote: Callable[[str], str]
    write_value: Callable[[Any], str] = text_literals.to_json
    write_field: Callable[[str, str], str] = "{}: {}".format
    """Takes the name of a field as `write_name` writes it, and its value."""
    write_name: Callable[[str], str] = text_literals.to_json


def _write_python(value: Any) -> str:
    return text_literals.quote_python(value) if isinstance(value, str) else repr(value)


def _write_power_query(value: Any) -> str:
    return text_literals.quote_power_query(value) if isinstance(value, str) else text_literals.to_json(value)


def _name_javascript(name: str) -> str:
    """Return the name of a property. `__proto__` in a literal would be the prototype, unless it is computed."""
    return '["__proto__"]' if name == "__proto__" else text_literals.to_json(name)


LANGUAGES: Mapping[str, Language] = {
    "curl": Language("curl", "bash", text_literals.quote_shell),
    "python": Language("Python", "python", text_literals.quote_python, _write_python, write_name=text_literals.quote_python),
    "csharp": Language("C#", "csharp", text_literals.quote_csharp),
    "javascript": Language("JavaScript", "javascript", text_literals.to_json, write_name=_name_javascript),
    "r": Language("R", "r", text_literals.quote_r),
    "power-query": Language(
        "Power Query",
        "powerquery",
        text_literals.quote_power_query,
        _write_power_query,
        "{} = {}".format,
        text_literals.name_power_query,
    ),
}


def write_snippet(language: str, service_url: str, model: str, row: Mapping[str, Any], *, with_key: bool) -> str:
    """Return code that asks the service for the prediction of a row. `with_key` keeps the lines for an API key."""
    writer = LANGUAGES[language]
    lines = (_TEMPLATES / f"{language}.txt").read_text("utf-8").splitlines()
    template = "\n".join(line for line in lines if with_key or KEY not in line)
    path = f"v1/models/{model}/predictions"
    fields = [writer.write_field(writer.write_name(name), writer.write_value(value)) for name, value in row.items()]
    return Template(template).substitute(
        service=writer.quote(service_url.rstrip("/")),
        path=writer.quote(path),
        url=writer.quote(f"{service_url.rstrip('/')}/{path}"),
        body=writer.quote(_write_body(row)),
        fields=f",\n{_indentation(template)}".join(fields),
    )


def _write_body(row: Mapping[str, Any]) -> str:
    """Return the body of the request as JSON with a line for each field."""
    fields = ",\n".join(f"    {text_literals.to_json(name)}: {text_literals.to_json(value)}" for name, value in row.items())
    return f'{{\n  "rows": [{{\n{fields}\n  }}]\n}}'


def _indentation(template: str) -> str:
    line = next((line for line in template.splitlines() if "$fields" in line), "")
    return line[: len(line) - len(line.lstrip())]
