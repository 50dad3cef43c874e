"""The modules of the service that a package needs, copied into a package of their own: no other module has their names.

Which modules these are follows from the imports at the top of each module. An import inside a function is not followed: it
belongs to something that a package does not do, such as reading a file of Arrow.
"""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_ROOT = Path(__file__).parents[3]
_OURS = ("model_worker", "service", "wire", "tabular")
_PROGRAM = "model_worker"
"""The program in the process of a model. It is started as a file, so that it is copied whole and as it is."""


@dataclass(frozen=True)
class _Module:
    """A module, what it imports at its top, and the lines of its imports of our packages with their names."""

    source: str
    imports: tuple[str, ...]
    moves: tuple[tuple[int, str], ...]


def vendored_modules(entries: Iterable[str], target: str) -> dict[str, str]:
    """Return path below the package `target` → source, for some modules and all that they import.

    `target` is the dotted name of the package that will hold them.
    """
    files = _closure(entries)
    program = sorted((_ROOT / _PROGRAM).glob("*.py"))
    moved = {_path(file): _moved(_parsed(file), target) for file in files if file not in program}
    if moved.keys() != {_path(file) for file in files}:
        moved |= {_path(file): file.read_text(encoding="utf-8") for file in program}
    return moved


def _path(file: Path) -> str:
    return str(file.relative_to(_ROOT))


def _closure(entries: Iterable[str]) -> list[Path]:
    files: dict[str, Path] = {}
    names = list(entries)
    while names:
        name = names.pop()
        file = _file_of(name)
        if file is None or name in files:
            continue
        files[name] = file
        names += _parents(name)
        names += _parsed(file).imports
    return sorted(files.values())


@cache
def _parsed(file: Path) -> _Module:
    """Return a module, parsed once: every package has the same ones."""
    source = file.read_text(encoding="utf-8")
    tree = ast.parse(source)
    froms = [(each.lineno, each.module) for each in ast.walk(tree) if isinstance(each, ast.ImportFrom) and each.module]
    moves = tuple((line, name) for line, name in froms if name.partition(".")[0] in _OURS)
    return _Module(source, tuple(_imports(tree)), moves)


def _parents(name: str) -> Iterator[str]:
    while "." in name:
        name = name.rpartition(".")[0]
        yield name


def _file_of(name: str) -> Path | None:
    """Return the file of a module of ours; None for a name inside of a module, and for other packages."""
    if name.partition(".")[0] not in _OURS:
        return None
    path = _ROOT.joinpath(*name.split("."))
    files = (path / "__init__.py", path.with_suffix(".py"))
    return next((file for file in files if file.is_file()), None)


def _imports(module: ast.Module) -> Iterator[str]:
    """Yield the names that the statements at the top of a module import; each may be a module or a name inside of one."""
    for statement in module.body:
        if isinstance(statement, ast.Import):
            yield from (alias.name for alias in statement.names)
        elif isinstance(statement, ast.ImportFrom) and statement.module:
            yield statement.module
            yield from (f"{statement.module}.{alias.name}" for alias in statement.names)


def _moved(module: _Module, target: str) -> str:
    """Return the source with its imports of our packages below `target`."""
    lines = module.source.splitlines(keepends=True)
    for number, name in module.moves:
        lines[number - 1] = lines[number - 1].replace(f"from {name}", f"from {target}.{name}", 1)
    return "".join(lines)
