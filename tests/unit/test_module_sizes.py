"""The modules of the product: their sizes and names, and what all of them have."""

import ast
import sys
from statistics import median

import pytest

from tests.support.repository import ROOT
from tests.support.source_modules import PROGRAMS, imported, is_in, modules

MAX_LINES = 250
MAX_MEDIAN_LINES = 110
MAX_MODULES = 12
MAX_FUNCTION_LINES = 50


def test_the_architecture_page_names_every_package() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    packages = {file.parent.relative_to(ROOT).as_posix() for file in modules().values()}
    named = [package for package in sorted(packages) if "migrations" not in package]
    assert [package for package in named if f"`{package}/`" not in page] == []


def test_modules_are_short() -> None:
    lengths = {name: len(file.read_text(encoding="utf-8").splitlines()) for name, file in modules().items()}
    assert {name: lines for name, lines in lengths.items() if lines > MAX_LINES} == {}
    assert median(lines for name, lines in lengths.items() if not name.endswith("__init__")) <= MAX_MEDIAN_LINES


def test_functions_fit_a_screen() -> None:
    functions = {
        f"{name}:{node.lineno} {node.name}": (node.end_lineno or node.lineno) - node.lineno + 1
        for name, file in modules().items()
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert {function: lines for function, lines in functions.items() if lines > MAX_FUNCTION_LINES} == {}


def test_packages_are_small() -> None:
    folders: dict[str, int] = {}
    for name, file in modules().items():
        if file.name != "__init__.py" and "migrations" not in name:
            folders[name.rpartition(".")[0]] = folders.get(name.rpartition(".")[0], 0) + 1
    assert {folder: count for folder, count in folders.items() if count > MAX_MODULES} == {}


@pytest.mark.parametrize("program", PROGRAMS)
def test_inside_one_program_a_file_name_occurs_once(program: str) -> None:
    names = [name.rpartition(".")[2] for name in modules() if is_in(name, {program})]
    twice = {name for name in names if names.count(name) > 1}
    assert twice - {"__init__", "__main__", "settings", "env"} == set()


def test_no_file_name_says_nothing() -> None:
    banned = {"utils", "helpers", "common", "base", "constants", "manager"}
    assert [name for name in modules() if name.rpartition(".")[2] in banned] == []


@pytest.mark.parametrize("module", sorted(modules()))
def test_every_module_says_what_it_is_for(module: str) -> None:
    text = modules()[module].read_text(encoding="utf-8")
    assert not text.strip() or ast.get_docstring(ast.parse(text)), module


@pytest.mark.parametrize("module", sorted(name for name in modules() if is_in(name, {"wire"})))
def test_wire_imports_the_standard_library_alone(module: str) -> None:
    foreign = {name.partition(".")[0] for name in imported(modules()[module])} - sys.stdlib_module_names
    assert foreign <= {"wire"}


@pytest.mark.parametrize("module", sorted(name for name in modules() if is_in(name, {"model_worker"})))
def test_the_program_in_the_environment_of_a_model_is_python_3_9(module: str) -> None:
    ast.parse(modules()[module].read_text(encoding="utf-8"), feature_version=(3, 9))
