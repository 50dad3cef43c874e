"""The layout of the tests: what a test may import, which layer it belongs to, and how long a file may be."""

import ast
from pathlib import Path

import pytest

from tests.support.repository import ROOT
from tests.support.source_modules import imported, is_in


def wrong_test_imports(file: Path) -> list[str]:
    """Return what a test imports of other tests: what several tests use belongs in tests/support."""
    ours = [name for name in imported(file) if is_in(name, {"tests"})]
    return [name for name in ours if not is_in(name, {"tests.support"})]


@pytest.mark.parametrize("file", sorted((ROOT / "tests").rglob("*.py")), ids=lambda file: file.stem)
def test_a_test_imports_nothing_of_another_test(file: Path) -> None:
    assert wrong_test_imports(file) == []


@pytest.mark.parametrize("line", ["from tests.app.web.test_middleware import KEYS", "import tests.conftest"])
def test_an_import_of_another_test_would_be_found(line: str, tmp_path: Path) -> None:
    file = tmp_path / "test_new.py"
    file.write_text(line, encoding="utf-8")
    assert wrong_test_imports(file)


MAX_LINES = 350

NOT_FOR_UNIT_TESTS = {
    "bundles",
    "models",
    "service",
    "cards",
    "database",
    "postgres",
    "store",
    "toys",
    "toy_bundles",
}
"""Fixtures that train models, open a database or start a program."""


def unit_layer_faults(file: Path) -> list[str]:
    """Return what a unit test must not use: such fixtures, and the modules that start programs."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    arguments = [each.arg for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) for each in node.args.args]
    fixtures = [name for name in arguments if name in NOT_FOR_UNIT_TESTS]
    starters = {"subprocess", "tests.support.server_process", "tests.support.databases", "tests.support.service_app"}
    return fixtures + [name for name in imported(file) if name in starters]


@pytest.mark.parametrize("file", sorted((ROOT / "tests" / "unit").rglob("test_*.py")), ids=lambda file: file.stem)
def test_a_unit_test_needs_no_trained_model_no_database_and_no_program(file: Path) -> None:
    assert unit_layer_faults(file) == []


@pytest.mark.parametrize("text", ["def test_it(bundles: Path) -> None:\n    pass", "import subprocess"])
def test_a_unit_test_in_the_wrong_layer_would_be_found(text: str, tmp_path: Path) -> None:
    file = tmp_path / "test_new.py"
    file.write_text(text, encoding="utf-8")
    assert unit_layer_faults(file)


CLOCKS = {"monotonic", "perf_counter", "process_time"}
WATCHDOGS = {"test_slow_readers.py"}
"""Tests that read a clock only to end a loop that would otherwise have no end."""


def clock_readings(text: str) -> list[str]:
    """Return the functions of clocks that a test names. What a test asserts must hold at any speed of the machine."""
    nodes = list(ast.walk(ast.parse(text)))
    names = [node.attr for node in nodes if isinstance(node, ast.Attribute)]
    names += [alias.name for node in nodes if isinstance(node, ast.ImportFrom) for alias in node.names]
    return sorted(CLOCKS & set(names))


@pytest.mark.parametrize("layer", ["unit", "app", "process", "browser"])
def test_only_tests_of_speed_measure_time(layer: str) -> None:
    files = [file for file in (ROOT / "tests" / layer).rglob("*.py") if file.name not in WATCHDOGS]
    result = {file.name: clock_readings(file.read_text(encoding="utf-8")) for file in files}
    assert {name: clocks for name, clocks in result.items() if clocks} == {}


@pytest.mark.parametrize("line", ["start = time.monotonic()", "from time import perf_counter"])
def test_a_measured_time_would_be_found(line: str) -> None:
    assert clock_readings(line)


def test_no_test_file_is_long() -> None:
    lengths = {file.name: len(file.read_text(encoding="utf-8").splitlines()) for file in (ROOT / "tests").rglob("*.py")}
    assert {name: lines for name, lines in lengths.items() if lines > MAX_LINES} == {}


@pytest.mark.parametrize("layer", ["unit", "app", "process", "speed"])
def test_only_browser_tests_load_playwright(layer: str) -> None:
    files = [ROOT / "tests" / "conftest.py", *(ROOT / "tests" / layer).rglob("*.py")]
    assert [file.name for file in files if "tests.support.browser_session" in imported(file)] == []


def test_every_download_of_a_test_waits_until_the_page_is_drawn() -> None:
    files = (ROOT / "tests").rglob("*.py")
    clicking = [file.name for file in files if ".expect_download" in file.read_text(encoding="utf-8")]
    assert sorted(clicking) == ["browser_session.py", Path(__file__).name]


def private_writes(source: str) -> list[str]:
    """Return where a private field of another object is assigned, or a container in one is changed."""
    results = []
    for node in ast.walk(ast.parse(source)):
        targets: list[ast.expr] = []
        if isinstance(node, ast.Assign):
            targets = node.targets
        elif isinstance(node, ast.AugAssign | ast.AnnAssign):
            targets = [node.target]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            targets = (
                [node.func.value] if node.func.attr in {"update", "append", "add", "pop", "clear", "setdefault"} else []
            )
        for part in (each for target in targets for each in ast.walk(target)):
            if isinstance(part, ast.Attribute) and part.attr.startswith("_") and not part.attr.startswith("__"):
                owner = part.value.id if isinstance(part.value, ast.Name) else ""
                results += [] if owner in {"self", "cls"} else [ast.unparse(part)]
    return results


def test_no_test_writes_to_a_private_field_of_another_object() -> None:
    allowed = {"app._page_hash"}  # of Streamlit's AppTest, which has no public way to open a page
    result = {file.name: private_writes(file.read_text(encoding="utf-8")) for file in (ROOT / "tests").rglob("*.py")}
    assert {name: fields for name, fields in result.items() if set(fields) - allowed} == {}


@pytest.mark.parametrize("line", ["a.registry._models['x'] = 1", "registry._models.update(x)", "registry._broken = {}"])
def test_a_write_to_a_private_field_would_be_found(line: str) -> None:
    assert private_writes(line)
