"""The modules that are copied into a package: all that they import is there, and nothing that a package does not declare."""

import ast
import sys

from service.exports.wheel.package_requirements import ALWAYS, ONNX_RUNTIME
from service.exports.wheel.vendored_modules import vendored_modules
from tests.support.repository import ROOT

TARGET = "model_toy._witryna"
COMMAND_LINE, SCORERS = "service.exports.wheel.command_line", "service.bundles.scorers"
FILES = vendored_modules((COMMAND_LINE, f"{SCORERS}.onnx_scorer"), TARGET)
MODULES = {
    f"{TARGET}.{path.removesuffix('.py').removesuffix('/__init__').replace('/', '.')}": source
    for path, source in FILES.items()
}


def imported_at_the_top(source: str) -> set[str]:
    body = ast.parse(source).body
    names = {alias.name for each in body if isinstance(each, ast.Import) for alias in each.names}
    return names | {str(each.module) for each in body if isinstance(each, ast.ImportFrom)}


def test_a_copied_module_imports_copied_modules_and_what_the_package_declares() -> None:
    declared = {need.partition(">")[0] for need in (*ALWAYS, ONNX_RUNTIME)} | sys.stdlib_module_names
    for name, source in MODULES.items():
        for imported in imported_at_the_top(source):
            assert imported in MODULES or imported.partition(".")[0] in declared, f"{name} imports {imported}"


def test_a_package_has_its_checks_and_scorer_and_no_part_of_the_service_around_them() -> None:
    names = {name.removeprefix(f"{TARGET}.") for name in MODULES}
    assert {"service.rows.checks", "service.bundles.scorers.onnx_scorer", "service.questions.shapley"} <= names
    assert not {name for name in names if name.startswith(("service.web", "service.store", "service.model_process"))}
    assert "service.bundles.scorers.process_scorer" not in names


def test_nothing_in_a_copy_refers_to_a_package_of_ours_by_its_old_name() -> None:
    for name, source in MODULES.items():
        for node in ast.walk(ast.parse(source)):
            modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            modules += [str(node.module)] if isinstance(node, ast.ImportFrom) else []
            assert not {each for each in modules if each.partition(".")[0] in {"service", "wire", "model_worker"}}, name


def test_the_program_in_the_process_of_a_model_is_copied_whole_and_as_it_is() -> None:
    files = vendored_modules((COMMAND_LINE, f"{SCORERS}.process_scorer"), TARGET)
    program = {file.name: file.read_text(encoding="utf-8") for file in (ROOT / "model_worker").glob("*.py")}
    assert {path.partition("/")[2]: source for path, source in files.items() if path.startswith("model_worker/")} == program
