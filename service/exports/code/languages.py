"""The languages: how each writes a program, and its template in `templates/`."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from keyword import iskeyword
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from service.exports.code.file_header import header_lines
from service.exports.code.identifiers import pascal_case
from service.exports.code.program import Program
from service.exports.code.syntaxes.c_syntax import CSharpSyntax, JavaScriptSyntax
from service.exports.code.syntaxes.java_syntax import JavaSyntax
from service.exports.code.syntaxes.python_syntax import PythonSyntax
from service.exports.code.syntaxes.sql_dialects import PostgresqlSyntax, SqliteSyntax
from service.exports.code.syntaxes.syntax import Syntax
from service.exports.made_file import Proof

_TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Language:
    """A language of source code."""

    template: str
    syntax: type[Syntax]
    needs: str
    """What runs the file."""
    named_by: Callable[[str], str] = str
    """The name of a model → that of its file, as the language imports it."""
    middle: str = ""
    """What stands between the name of the model and the suffix."""

    def file_name(self, model: str) -> str:
        """Return the name of the file of a model."""
        suffix = self.template.removesuffix(".jinja").rpartition(".")[2]
        return f"{self.named_by(model)}{self.middle}.{suffix}"


def module_name(model: str) -> str:
    """Return credit_default for credit-default: what Python can import."""
    name = model.replace("-", "_")
    return name if name[0].isalpha() and not iskeyword(name) else f"model_{name}"


def class_name(model: str) -> str:
    """Return CreditDefault for credit-default."""
    words = pascal_case(model.replace("-", "_")) or "Model"
    return words if words[0].isalpha() else f"Model{words}"


LANGUAGES: Mapping[str, Language] = {
    "python": Language("python.py.jinja", PythonSyntax, "Python 2.7, or 3.3 and later", module_name),
    "javascript": Language("javascript.mjs.jinja", JavaScriptSyntax, "Node.js 12, or a browser of 2020"),
    "java": Language("java.java.jinja", JavaSyntax, "Java 8 and later", class_name),
    "csharp": Language("csharp.cs.jinja", CSharpSyntax, ".NET or Mono, C# 5 and later", class_name),
    "sqlite": Language(
        "query.sql.jinja",
        SqliteSyntax,
        "SQLite 3.35 and later with its mathematical functions",
        middle=".sqlite",
    ),
    "postgresql": Language("query.sql.jinja", PostgresqlSyntax, "PostgreSQL 12 and later", middle=".postgresql"),
}


def table_name(program: Program) -> str:
    """Return credit_default_rows for credit-default."""
    return f"{program.card.name.replace('-', '_')}_rows"


def write_code(program: Program, language: str, proof: Proof | None = None) -> str:
    """Return the file of a program in a language."""
    chosen = LANGUAGES[language]
    header = header_lines(program, needs=chosen.needs, proof=proof, ascii_only=chosen.syntax.ascii_comments)
    return _render(chosen.template, chosen, program, header=header, table_name=table_name(program))


def driver_code(name: str, program: Program, file_name: str) -> str:
    """Return the program that reads rows, calls the code in a file, and writes its answers."""
    chosen = next(
        each for each in LANGUAGES.values() if Path(name).suffix == Path(each.template).stem[-len(Path(name).suffix) :]
    )
    return _render(f"drivers/{name}.jinja", chosen, program, file_name=file_name)


def _render(template: str, language: Language, program: Program, **values: object) -> str:
    return (
        _environment()
        .get_template(template)
        .render(
            program=program,
            code=language.syntax(program),
            class_name=class_name(program.card.name),
            factor=None if program.margin is None else math.exp(program.margin),
            **values,
        )
    )


@cache
def _environment() -> Environment:
    # The files are source code, not HTML: each syntax escapes what the card says for its own language.
    return Environment(  # noqa: S701
        loader=FileSystemLoader(_TEMPLATES),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
