"""The size and the names of modules and packages."""

import ast
from statistics import median

import pytest

from tests.support.source_modules import PROGRAMS, is_in, modules

MAX_LINES = 250
MAX_MEDIAN_LINES = 110
MAX_MODULES = 12


def test_modules_are_short() -> None:
    lengths = {name: len(file.read_text(encoding="utf-8").splitlines()) for name, file in modules().items()}
    assert {name: lines for name, lines in lengths.items() if lines > MAX_LINES} == {}
    assert median(lines for name, lines in lengths.items() if not name.endswith("__init__")) <= MAX_MEDIAN_LINES


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
