"""The doors of the house: who may import whom, kept as data and read with `ast`."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROGRAMS = ("client", "demo", "service", "launch")

# A room → the rooms of ours that it may import. The longest matching name counts.
DOORS: dict[str, set[str]] = {
    "client": {"client"},
    "launch": {"launch"},
    "demo": {"demo", "client"},
    "service.schemas": set(),
    "service.errors": {"service.schemas"},
    "service.strict_json": {"service.errors", "service.schemas"},
    "service.settings": set(),
    "service.scoring": {"service.scoring", "service.schemas", "service.errors", "service.strict_json"},
    "service.training": {"service.training", "service.scoring", "service.schemas", "service.errors"},
    "service.training.__main__": {"service.training", "service.scoring", "service.errors", "service.settings"},
    "service.actions": {"service.scoring", "service.schemas", "service.errors"},
    "service.problems": {"service.errors", "service.schemas", "service.strict_json"},
    "service.deps": {"service.errors", "service.schemas", "service.scoring.registry", "service.settings"},
    "service.routes": {
        "service.actions",
        "service.deps",
        "service.errors",
        "service.problems",
        "service.schemas",
        "service.scoring.columns",
        "service.scoring.registry",
        "service.settings",
        "service.strict_json",
    },
    "service.openapi": {"service"},
    "service.traffic": {
        "service.deps",
        "service.errors",
        "service.problems",
        "service.routes.predictions",
        "service.settings",
        "service.strict_json",
    },
    "service.app": {"service"},
    "service.connections": set(),
    "service.__main__": {"service.app", "service.connections", "service.settings"},
}

# A foreign package → the only rooms that may import it.
HOMES: dict[str, set[str]] = {
    "sklearn": {"service.training", "service.scoring.sklearn_scorer"},
    "skl2onnx": {"service.training"},
    "onnx": {"service.training"},
    "skops": {"service.training", "service.scoring.sklearn_scorer"},
    "pandas": {"service.training", "service.scoring.sklearn_scorer"},
    "onnxruntime": {"service.scoring.onnx_scorer"},
    "numpy": {"service.scoring", "service.training"},
    "fastapi": {"service.app", "service.openapi", "service.deps", "service.routes"},
    "requests": {"client"},
    "streamlit": {"demo.app", "demo.__main__", "demo.state", "demo.forms", "demo.app_pages"},
    "plotly": {"demo.charts"},
    "babel": {"demo.tongue"},
}


def modules() -> dict[str, Path]:
    return {
        ".".join(file.relative_to(ROOT).with_suffix("").parts): file
        for program in PROGRAMS
        for file in sorted((ROOT / program).rglob("*.py"))
    }


def imports(file: Path) -> list[tuple[str, bool]]:
    """Return (module, at the top of the file) for each import."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    top = set(map(id, tree.body))
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(alias.name, id(node) in top) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: relative import"
            whole = [f"{node.module}.{alias.name}" for alias in node.names]
            known = modules()
            found += [(name if name in known else str(node.module), id(node) in top) for name in whole]
    return found


def within(module: str, rooms: set[str]) -> bool:
    return any(module == room or module.startswith(room + ".") for room in rooms)


def room_of(module: str) -> str:
    module = module.removesuffix(".__init__")
    return max((room for room in DOORS if within(module, {room})), key=len, default="service")


@pytest.mark.parametrize("module", sorted(modules()))
def test_a_module_imports_only_through_its_doors(module: str) -> None:
    allowed = DOORS.get(room_of(module), set())
    ours = [name for name, _ in imports(modules()[module]) if name.split(".")[0] in {*PROGRAMS, "tests", "benchmarks"}]
    assert [name for name in ours if not within(name, allowed)] == []


@pytest.mark.parametrize("module", sorted(modules()))
def test_a_foreign_package_is_imported_only_at_its_home(module: str) -> None:
    for name, _ in imports(modules()[module]):
        homes = HOMES.get(name.split(".")[0])
        assert homes is None or within(module, homes), f"{module} imports {name}"


def test_a_service_whose_models_run_on_onnx_does_not_load_scikit_learn(bundles: Path) -> None:
    import subprocess
    import sys

    program = (
        "import sys; from pathlib import Path; from service.app import create_app; from service.settings import Settings;"
        f"app = create_app(Settings()); app.predictions.registry.load(Path({str(bundles)!r}));"
        "print(len(app.predictions.registry.models()), sorted({'sklearn', 'skl2onnx', 'pandas', 'pyarrow'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "4 []"


def test_no_module_is_longer_than_a_few_screens() -> None:
    too_long = {name: lines for name, file in modules().items() if (lines := len(file.read_text().splitlines())) > 275}
    assert too_long == {}


def test_no_file_name_says_nothing() -> None:
    banned = {"utils", "helpers", "common", "base", "constants", "manager"}
    assert [name for name in modules() if name.rpartition(".")[2] in banned] == []


@pytest.mark.parametrize("module", sorted(modules()))
def test_every_module_says_what_it_knows(module: str) -> None:
    file = modules()[module]
    text = file.read_text(encoding="utf-8")
    if file.name == "__init__.py" or not text.strip():
        return
    assert ast.get_docstring(ast.parse(text)), module
