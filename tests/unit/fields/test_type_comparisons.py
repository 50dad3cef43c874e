"""What the type of a field decides is written in the packages `fields` alone: other code never compares a type's name."""

import ast
from collections.abc import Iterator

import pytest

from service.fields.lookup import TYPES
from tests.support.repository import ROOT

PROGRAMS = ("service",)
HOMES = {"service/fields"}
NAMES = set(TYPES)


def names_in(node: ast.AST) -> set[str]:
    """Return the names of field types that stand as texts in an expression."""
    return {
        each.value
        for each in ast.walk(node)
        if isinstance(each, ast.Constant) and isinstance(each.value, str) and each.value in NAMES
    }


def is_type(node: ast.AST) -> bool:
    """Say whether an expression is `x.type`, `x["type"]` or `x.get("type")`."""
    if isinstance(node, ast.Attribute):
        return node.attr == "type"
    key = node.slice if isinstance(node, ast.Subscript) else None
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get" and node.args:
        key = node.args[0]
    return isinstance(key, ast.Constant) and key.value == "type"


def reads_a_type(node: ast.AST) -> bool:
    return any(map(is_type, ast.walk(node)))


def comparisons(source: str) -> Iterator[int]:
    """Yield the lines that decide something by the name of a field's type.

    These are comparisons (`==`, `in`) and `match` statements in which a type is read and a type's name stands, look-ups of a
    read type in a table (`TABLE[field.type]`, `TABLE.get(field.type)`), and tables with a field's type names as keys.
    """
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            fits = any(map(reads_a_type, sides)) and (any(map(names_in, sides)) or _has_constant_sets(sides))
        elif isinstance(node, ast.Match):
            fits = reads_a_type(node.subject) and bool(names_in(node))
        elif isinstance(node, ast.Subscript):
            fits = is_type(node.slice)
        elif isinstance(node, ast.Call):
            fits = isinstance(node.func, ast.Attribute) and node.func.attr == "get" and any(map(is_type, node.args))
        elif isinstance(node, ast.Dict):
            keys = {key.value for key in node.keys if isinstance(key, ast.Constant)}
            fits = len(keys & NAMES) >= 2
        else:
            fits = False
        if fits and isinstance(node, ast.expr | ast.stmt):
            yield node.lineno


def _has_constant_sets(sides: list[ast.expr]) -> bool:
    """Say whether a field's type is compared with a named set of types, such as `field.type in _NUMERIC`."""
    return any(isinstance(side, ast.Name) and side.id.isupper() for side in sides) and any(
        isinstance(side, ast.Attribute) and side.attr == "type" and ast.unparse(side.value).endswith("field")
        for side in sides
    )


@pytest.mark.parametrize("program", PROGRAMS)
def test_no_other_module_compares_the_type_of_a_field(program: str) -> None:
    result = {
        f"{name}:{line}"
        for file in sorted((ROOT / program).rglob("*.py"))
        if not any((name := str(file.relative_to(ROOT))).startswith(home) for home in HOMES)
        for line in comparisons(file.read_text(encoding="utf-8"))
    }
    assert result == set()


@pytest.mark.parametrize(
    "source",
    [
        'if field.type == "text": pass',
        'numeric = [f for f in card.inputs if f.type != "text"]',
        'ok = field.type in {"number", "integer"}',
        'ok = field["type"] == "date"',
        'ok = "category" == card["inputs"][0].get("type")',
        "kind = TABLE[field.type]",
        "kind = TABLE.get(field.type, default)",
        'kind = TABLE[field["type"]]',
        'table = {"number": float, "integer": int}',
        'match field.type:\n    case "boolean": pass',
        "ok = field.type in _NUMERIC",
    ],
)
def test_a_comparison_is_found(source: str) -> None:
    assert list(comparisons(source))


@pytest.mark.parametrize(
    "source",
    [
        'if scope["type"] == "http": pass',
        'if message["type"] != "http.disconnect": pass',
        "if pa.types.is_boolean(column.type): pass",
        "if array.type == views: pass",
        "width = WIDTHS[column.type.bit_width]",
        'schema = {"type": "number"}',
        "kind = type_of(field)",
        'texts = field.get("label")',
    ],
)
def test_other_types_are_no_types_of_fields(source: str) -> None:
    assert not list(comparisons(source))
