"""The codes that other programs act on are codes that the service writes."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.errors import family
from tests.support.repository import ROOT
from wire import error_codes

CODES = {value for name, value in vars(error_codes).items() if name.isupper()}


def constants(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def keys(file: Path) -> set[str]:
    """Return the texts that are keys of a dict in a module."""
    dicts = (node for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if isinstance(node, ast.Dict))
    return {key.value for node in dicts for key in node.keys if isinstance(key, ast.Constant) and isinstance(key.value, str)}


def test_every_code_is_one_of_the_errors_of_the_service() -> None:
    assert CODES
    assert family().keys() >= CODES


@pytest.mark.parametrize("folder", ["client", "pipeline", "demo/session"])
def test_a_program_that_acts_on_a_code_names_it_by_wire(folder: str) -> None:
    spelled = {word for file in (ROOT / folder).rglob("*.py") for word in constants(file)}
    assert spelled & family().keys() == set()


def test_every_fault_of_a_file_that_the_demo_translates_is_one_that_the_service_writes() -> None:
    translated = {
        code for code in keys(ROOT / "demo" / "files" / "refusal_text.py") if re.fullmatch(r"[a-z]+(_[a-z]+)+", code)
    }
    files = (file for folder in ("service", "tabular") for file in (ROOT / folder).rglob("*.py"))
    written = {word for file in files for word in constants(file)}
    assert len(translated) >= 15
    assert translated - written == set()
