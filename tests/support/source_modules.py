"""The modules of the product, and what each of them imports."""

import ast
from functools import cache
from pathlib import Path

from tests.support.repository import ROOT

PROGRAMS = ("benchmarks", "client", "demo", "launch", "model_worker", "pipeline", "service", "tabular", "wire")


@cache
def modules() -> dict[str, Path]:
    return {
        ".".join(file.relative_to(ROOT).with_suffix("").parts): file
        for program in PROGRAMS
        for file in sorted((ROOT / program).rglob("*.py"))
    }


@cache
def imported(file: Path) -> list[str]:
    """Return the names of the modules that a file imports, anywhere in it."""
    results: list[str] = []
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            results += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: relative import"
            whole = [f"{node.module}.{alias.name}" for alias in node.names]
            results += [name if name in modules() else str(node.module) for name in whole]
    return results


def is_in(module: str, packages: set[str]) -> bool:
    return any(module == package or module.startswith(package + ".") for package in packages)
