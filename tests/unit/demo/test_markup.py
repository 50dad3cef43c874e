"""Promises of HTML fragments: every value is escaped, and no module of the demo writes tags in another way."""

import ast
import html
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some
from markupsafe import Markup

from demo.text.markup import TableRow, build_footer, build_paragraph, build_scrollable, build_table, concatenate
from tests.support.repository import ROOT

MODULES = sorted((ROOT / "demo").rglob("*.py"))
TAG = re.compile(r"</?[a-zA-Z]")
EVIL = "<script>alert('1')</script>\"&"
ESCAPED = "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&#34;&amp;"


def is_markup(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Markup"


def unescaped_tags(source: str) -> list[str]:
    """Return the expressions that put values into tags without escaping them, or call a text of unknown origin Markup."""
    results: list[ast.AST] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.JoinedStr):
            constants = [part.value for part in node.values if isinstance(part, ast.Constant)]
            results += [node] if any(TAG.search(str(text)) for text in constants) else []
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod):
            results += [node] if any(has_tag(side) for side in (node.left, node.right)) else []
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in {"format", "join"}:
            results += [node] if has_tag(node.func.value) else []
        if is_markup(node) and not all(isinstance(argument, ast.Constant) for argument in node.args):  # type: ignore[attr-defined]
            results.append(node)
    return [ast.unparse(node) for node in results]


def has_tag(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and bool(TAG.search(node.value))


@pytest.mark.parametrize("file", MODULES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_no_module_puts_values_into_tags_without_escaping_them(file: Path) -> None:
    assert unescaped_tags(file.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "line",
    [
        'f"<b>{name}</b>"',
        'f"{name}</b>"',
        '"<b>" + name',
        'name + "</b>"',
        '"<b>%s</b>" % name',
        '"<b>{}</b>".format(name)',
        '"<br>".join(names)',
        "Markup(name)",
        'Markup(f"<b>{name}</b>")',
    ],
)
def test_a_value_in_a_tag_that_is_not_escaped_would_be_found(line: str) -> None:
    assert unescaped_tags(line)


@pytest.mark.parametrize(
    "line", ['Markup("<b>{}</b>").format(name)', 'Markup("<br>").join(names)', 'f"{a} < {b}"', '"<b>x</b>"']
)
def test_escaped_values_and_constant_tags_are_allowed(line: str) -> None:
    assert unescaped_tags(line) == []


def test_every_builder_escapes_its_texts() -> None:
    assert build_paragraph("foot", EVIL) == f'<p class="foot">{ESCAPED}</p>'
    assert build_footer([EVIL, "b"]) == f'<p class="foot">{ESCAPED} · b</p>'
    assert concatenate([EVIL, Markup("<br>")]) == ESCAPED + "<br>"
    table = build_table([EVIL, "b"], [TableRow(EVIL, [EVIL, Markup("<b>1</b>")])], "compared")
    head = f'<thead><tr><td></td><th scope="col">{ESCAPED}</th><th scope="col">b</th></tr></thead>'
    cells = f'<td class="" data-head="{ESCAPED}">{ESCAPED}</td><td class="" data-head="b"><b>1</b></td>'
    body = f'<tbody><tr><th scope="row">{ESCAPED}</th>{cells}</tr></tbody>'
    assert table == f'<table class="compared few" style="--columns:2">{head}{body}</table>'
    assert build_scrollable(table) == f'<div class="wide" tabindex="0">{table}</div>'


@given(some.text())
def test_a_fragment_shows_a_text_as_it_is(text: str) -> None:
    fragment = build_paragraph("x", text)
    inside = fragment.removeprefix('<p class="x">').removesuffix("</p>")
    assert html.unescape(inside) == text
    assert fragment.count("<") == 2
