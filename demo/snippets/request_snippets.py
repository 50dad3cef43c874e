"""Fills the template of a language with the address of the service and the values of a row."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any

from demo.snippets import text_literals

KEY = "YOUR-KEY"
"""Stands for the API key. The lines of a template that hold it are left out if the service has no keys."""
_JPEG = "data:image/jpeg;"
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
    write_picture: Callable[[str, str], str] = 'picture("{}", "{}")'.format
    """Takes the name of a file, and its format as media types name it; returns what reads it as a data URL."""
    join_body: Callable[[list[str]], str] = "".join
    """Takes the pieces of a body with pictures between them; each is an expression."""


def _write_python(value: Any) -> str:
    return text_literals.quote_python(value) if isinstance(value, str) else repr(value)


def _write_power_query(value: Any) -> str:
    if isinstance(value, list):
        return f"{{{', '.join(map(_write_power_query, value))}}}"
    return text_literals.quote_power_query(value) if isinstance(value, str) else text_literals.to_json(value)


def _name_javascript(name: str) -> str:
    """Return the name of a property. `__proto__` in a literal would be the prototype, unless it is computed."""
    return '["__proto__"]' if name == "__proto__" else text_literals.to_json(name)


LANGUAGES: Mapping[str, Language] = {
    "curl": Language(
        "curl",
        "bash",
        text_literals.quote_shell,
        write_picture="picture {} {}".format,
        join_body=lambda pieces: "\n  ".join(
            each if each.startswith("picture ") else f"printf %s {each}" for each in pieces
        ),
    ),
    "python": Language("Python", "python", text_literals.quote_python, _write_python, write_name=text_literals.quote_python),
    "csharp": Language(
        "C#", "csharp", text_literals.quote_csharp, write_picture='Picture("{}", "{}")'.format, join_body=" + ".join
    ),
    "javascript": Language("JavaScript", "javascript", text_literals.to_json, write_name=_name_javascript),
    "r": Language("R", "r", text_literals.quote_r, join_body=lambda pieces: f"paste0({', '.join(pieces)})"),
    "power-query": Language(
        "Power Query",
        "powerquery",
        text_literals.quote_power_query,
        _write_power_query,
        "{} = {}".format,
        text_literals.name_power_query,
        'Picture("C:\\{}", "{}")'.format,
    ),
}


@dataclass(frozen=True)
class PictureFile:
    """The file from which code reads a picture."""

    name: str
    format: str
    """As the media type names it: png or jpeg."""

    @property
    def media_type(self) -> str:
        return f"image/{self.format}"


def picture_files(row: Mapping[str, Any], pictures: Collection[str]) -> dict[str, PictureFile]:
    """Return field → the file from which code reads its picture: a PNG, unless its value is a JPEG."""
    files = {}
    for number, name in enumerate(pictures, start=1):
        stem = f"picture-{number}" if number > 1 else "picture"
        is_jpeg = str(row.get(name)).startswith(_JPEG)
        files[name] = PictureFile(f"{stem}.jpg", "jpeg") if is_jpeg else PictureFile(f"{stem}.png", "png")
    return files


def write_snippet(
    language: str,
    service_url: str,
    model: str,
    row: Mapping[str, Any],
    *,
    with_key: bool,
    pictures: Collection[str] = (),
) -> str:
    """Return code that asks the service for the prediction of a row. `with_key` keeps the lines for an API key.

    The values of the fields `pictures` are not in the code: it reads them from the `picture_files`.
    """
    writer, files = LANGUAGES[language], picture_files(row, pictures)
    name = f"{language}-picture" if files else language
    lines = (_TEMPLATES / f"{name}.txt").read_text("utf-8").splitlines()
    template = "\n".join(line for line in lines if with_key or KEY not in line)
    path = f"v1/models/{model}/predictions"
    values = {
        each: writer.write_picture(files[each].name, files[each].format) if each in files else writer.write_value(row[each])
        for each in row
    }
    fields = [writer.write_field(writer.write_name(each), value) for each, value in values.items()]
    return Template(template).substitute(
        service=writer.quote(service_url.rstrip("/")),
        path=writer.quote(path),
        url=writer.quote(f"{service_url.rstrip('/')}/{path}"),
        body=_write_body(writer, row, files),
        fields=f",\n{_indentation(template)}".join(fields),
    )


def _write_body(writer: Language, row: Mapping[str, Any], files: Mapping[str, PictureFile]) -> str:
    """Return an expression for the body of the request: JSON with a line for each field."""
    pieces = ['{\n  "rows": [{\n']
    expressions: list[str] = []
    for index, (name, value) in enumerate(row.items()):
        pieces[-1] += (",\n" if index else "") + f"    {text_literals.to_json(name)}: "
        if name in files:
            expressions += [writer.quote(pieces[-1] + '"'), writer.write_picture(files[name].name, files[name].format)]
            pieces.append('"')
        else:
            pieces[-1] += text_literals.to_json(value)
    expressions.append(writer.quote(pieces[-1] + "\n  }]\n}"))
    return writer.join_body(expressions) if files else expressions[0]


def _indentation(template: str) -> str:
    line = next((line for line in template.splitlines() if "$fields" in line), "")
    return line[: len(line) - len(line.lstrip())]
