"""Columns that carry answers have the same names wherever they are written or read, and the names stand in one module."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.repository import ROOT


def constants(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


@pytest.mark.parametrize(
    "folder", ["demo/feed", "demo/files", "demo/views", "demo/text", "pipeline", "service/files", "service/jobs"]
)
def test_no_other_module_spells_the_name_of_an_answer_column(folder: str) -> None:
    wrong = {
        f"{file.relative_to(ROOT)}: {word}"
        for file in (ROOT / folder).rglob("*.py")
        for word in constants(file)
        if word == "probability_" or (word == "error_codes" and folder != "service/jobs")
    }
    assert wrong == set()
