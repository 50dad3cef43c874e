"""The doors of the house: who may import whom, kept as data and read with `ast`."""

import ast
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROGRAMS = ("client", "demo", "service", "launch", "pipeline")

# What is said and drawn of answers: every room of the demo that knows no screen.
TOLD = {
    "client",
    "demo.cases",
    "demo.charts",
    "demo.feed",
    "demo.findings",
    "demo.group_findings",
    "demo.headline",
    "demo.incoming",
    "demo.inquiries",
    "demo.kept",
    "demo.label_findings",
    "demo.laid_out",
    "demo.looked_up",
    "demo.mistakes",
    "demo.reasons",
    "demo.recognised",
    "demo.refusals",
    "demo.scales",
    "demo.scored_file",
    "demo.sent_file",
    "demo.spreadsheet",
    "demo.sweeps",
    "demo.tongue",
    "demo.value_findings",
    "demo.wishes",
    "demo.wording",
}

# A room → the rooms of ours that it may import. The longest matching name counts.
DOORS: dict[str, set[str]] = {
    "client": {"client"},
    "client.errors": set(),
    "client.decoding": {"client.errors"},
    "client.fit": set(),
    "client.shapes": {"client.shapes"},
    "client.transport": {"client.errors"},
    "launch": {"launch"},
    "pipeline": {"client", "pipeline"},
    "pipeline.__main__": {"pipeline.enrichment", "pipeline.errors", "pipeline.ledger"},
    "pipeline.asking": {"client", "pipeline.errors"},
    "pipeline.columns": {"client", "pipeline.errors"},
    "pipeline.errors": set(),
    "pipeline.flow": {"pipeline.records"},
    "pipeline.kinds": set(),
    "pipeline.ledger": {"pipeline.errors"},
    "pipeline.lines": set(),
    "pipeline.outlet": {"pipeline.errors", "pipeline.ledger"},
    "pipeline.parquet": {"pipeline.errors", "pipeline.kinds", "pipeline.parquet_values", "pipeline.records"},
    "pipeline.parquet_values": set(),
    "pipeline.records": {"pipeline.errors", "pipeline.lines"},
    "pipeline.rendering": {"pipeline.records"},
    "pipeline.sources": {"pipeline.columns", "pipeline.errors", "pipeline.parquet", "pipeline.records"},
    "demo": TOLD,
    "demo.__main__": {"demo.settings"},
    "demo.answers": TOLD | {"demo.banner", "demo.state"},
    "demo.app": {"demo", "client"},
    "demo.app_pages": TOLD | {"demo.answers", "demo.banner", "demo.drop_zone", "demo.forms", "demo.sending", "demo.state"},
    "demo.banner": {"client", "demo.state", "demo.tongue"},
    "demo.charts": {"demo.charts"},
    "demo.drop_zone": {"demo.tongue"},
    "demo.sending": TOLD | {"demo.answers", "demo.banner", "demo.drop_zone", "demo.forms", "demo.state"},
    "demo.settings": set(),
    "demo.state": TOLD | {"demo.settings"},
    "demo.tongue": set(),
    "service.schemas": {"service.schemas"},
    "service.errors": {"service.schemas"},
    "service.strict_json": {"service.errors", "service.schemas"},
    "service.settings": set(),
    "service.scoring": {"service.scoring", "service.schemas", "service.errors", "service.strict_json"},
    "service.scoring.search": set(),
    "service.files": {
        "service.errors",
        "service.files",
        "service.schemas",
        "service.scoring.answers",
        "service.scoring.checks",
        "service.scoring.columns",
        "service.scoring.registry",
        "service.strict_json",
    },
    "service.scoring.shapley": set(),
    "service.store": {"service.store", "service.schemas", "service.errors"},
    "service.store.engine": {"service.errors", "service.store.locks"},
    "service.store.locks": {"service.errors"},
    "service.store.migrations": set(),
    "service.store.tables": set(),
    "service.jobs": {
        "service.jobs",
        "service.files",
        "service.scoring",
        "service.store",
        "service.schemas",
        "service.errors",
        "service.strict_json",
    },
    "service.jobs.__main__": {
        "service.jobs",
        "service.scoring.bundle",
        "service.errors",
        "service.schemas",
        "service.settings",
        "service.store",
    },
    "service.jobs.buckets": {"service.jobs.partitions"},
    "service.jobs.key_columns": {"service.scoring.keys"},
    "service.jobs.statements": {"service.files.doubles", "service.jobs.key_columns", "service.scoring.keys"},
    "service.jobs.features": {"service.jobs", "service.scoring", "service.schemas", "service.strict_json"},
    "service.jobs.batches": {
        "service.jobs",
        "service.files",
        "service.scoring",
        "service.schemas",
        "service.errors",
        "service.strict_json",
    },
    "service.training": {"service.training", "service.scoring", "service.schemas", "service.errors"},
    "service.training.__main__": {"service.training", "service.scoring", "service.errors", "service.settings"},
    "service.actions": {
        "service.entities",
        "service.errors",
        "service.freshness",
        "service.files",
        "service.schemas",
        "service.scoring",
        "service.store",
        "service.stored_answers",
    },
    "service.freshness": {"service.schemas"},
    "service.stored_values": {"service.errors", "service.schemas", "service.store.lookups"},
    "service.joined_rows": {
        "service.freshness",
        "service.schemas",
        "service.store.lookups",
        "service.stored_values",
    },
    "service.entities": {
        "service.errors",
        "service.freshness",
        "service.schemas",
        "service.scoring.keys",
        "service.store",
        "service.stored_values",
    },
    "service.stored_answers": {
        "service.freshness",
        "service.joined_rows",
        "service.stored_values",
        "service.scoring",
        "service.schemas",
        "service.errors",
        "service.store",
        "service.strict_json",
    },
    "service.problems": {"service.errors", "service.schemas", "service.strict_json"},
    "service.deps": {
        "service.errors",
        "service.schemas",
        "service.scoring.registry",
        "service.settings",
        "service.store.store",
        "service.freshness",
    },
    "service.routes": {
        "service.actions",
        "service.deps",
        "service.errors",
        "service.files.formats",
        "service.files.asked",
        "service.problems",
        "service.routes.bodies",
        "service.routes.files",
        "service.schemas",
        "service.scoring.columns",
        "service.scoring.registry",
        "service.settings",
        "service.store.store",
        "service.freshness",
        "service.strict_json",
    },
    "service.routes.bodies": {"service.errors", "service.settings"},
    "service.request_bodies": {"service.schemas", "service.scoring"},
    "service.openapi": {
        "service.errors",
        "service.problems",
        "service.request_bodies",
        "service.schemas",
        "service.scoring.languages",
        "service.scoring.registry",
    },
    "service.traffic": {
        "service.deps",
        "service.errors",
        "service.problems",
        "service.routes.predictions",
        "service.routes.questions",
        "service.settings",
        "service.strict_json",
    },
    "service.app": {"service"},
    "service.connections": set(),
    "service.__main__": {
        "service.app",
        "service.connections",
        "service.errors",
        "service.settings",
        "service.store.store",
    },
}

# A foreign package → the only rooms that may import it.
HOMES: dict[str, set[str]] = {
    "sklearn": {"service.training", "service.scoring.sklearn_scorer"},
    "skl2onnx": {"service.training"},
    "onnx": {"service.training"},
    "skops": {"service.training", "service.scoring.sklearn_scorer"},
    "pandas": {"service.training", "service.scoring.sklearn_scorer"},
    "onnxruntime": {"service.scoring.onnx_scorer"},
    "numpy": {
        "service.files",
        "service.jobs.batches",
        "service.jobs.buckets",
        "service.jobs.features",
        "service.jobs.statements",
        "service.scoring",
        "service.training",
    },
    "pyarrow": {
        "demo.incoming",
        "demo.scored_file",
        "demo.spreadsheet",
        "pipeline.parquet",
        "pipeline.parquet_values",
        "service.files",
        "service.jobs",
        "service.training",
    },
    "flatbuffers": {"service.files.messages"},
    "sqlalchemy": {"service.store"},
    "alembic": {"service.store"},
    "tqdm": {"pipeline.__main__", "service.jobs.__main__"},
    "fastapi": {"service.app", "service.openapi", "service.deps", "service.routes"},
    "starlette": {"demo.__main__", "service.app", "service.deps", "service.problems", "service.routes", "service.traffic"},
    "requests": {"client.decoding", "client.service_client", "client.transport"},
    "streamlit": {
        "demo.__main__",
        "demo.answers",
        "demo.app",
        "demo.app_pages",
        "demo.banner",
        "demo.drop_zone",
        "demo.forms",
        "demo.sending",
        "demo.state",
    },
    "plotly": {"demo.charts"},
    "babel": {"demo.tongue"},
}


@cache
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


def wrong_doors(module: str, file: Path) -> list[str]:
    """Return the rooms of ours that a module imports and must not."""
    allowed = DOORS.get(room_of(module), set())
    ours = [name for name, _ in imports(file) if name.split(".")[0] in {*PROGRAMS, "tests", "benchmarks"}]
    return [name for name in ours if not within(name, allowed)]


def strangers(module: str, file: Path) -> list[str]:
    """Return the foreign packages that a module imports and that are at home elsewhere."""
    foreign = {name.split(".")[0] for name, _ in imports(file)} & HOMES.keys()
    return sorted(package for package in foreign if not within(module, HOMES[package]))


@pytest.mark.parametrize("module", sorted(modules()))
def test_a_module_imports_only_through_its_doors(module: str) -> None:
    assert wrong_doors(module, modules()[module]) == []


@pytest.mark.parametrize("module", sorted(modules()))
def test_a_foreign_package_is_imported_only_at_its_home(module: str) -> None:
    assert strangers(module, modules()[module]) == []


WRONG_DOORS = [
    ("client.fit", "from client.service_client import Client"),
    ("client.service_client", "from service.schemas import Card"),
    ("client.shapes.answers", "from client import errors"),
    ("demo.charts.curves", "from demo.wording import number"),
    ("demo.charts.a_new_chart", "import demo.state"),
    ("demo.kept", "from demo import state"),
    ("demo.reasons", "def late() -> None:\n    from demo.answers import predicted"),
    ("demo.a_new_room", "from demo.forms import row"),
    ("demo.app_pages.try_it", "from demo.app_pages import what_if"),
    ("demo.banner", "from demo.answers import card"),
    ("demo.state", "from demo import banner"),
    ("demo.state", "from service.schemas import Card"),
    ("service.schemas.answers", "from service.errors import InvalidInput"),
    ("service.scoring.curves", "from service.actions import predict"),
    ("service.scoring.shapley", "from service.schemas import Card"),
    ("service.scoring.registry", "import service.settings"),
    ("service.routes.bodies", "from service import actions"),
    ("service.routes.questions", "from service.scoring.curves import curves"),
    ("service.routes.questions", "from service.routes.predictions import Predictions"),
    ("service.actions", "from service.routes import questions"),
    ("service.traffic", "import service.scoring.registry"),
    ("service.a_new_room", "from service.schemas import Card"),
    ("service.training.build", "from tests.toys import model_of"),
    ("pipeline.asking", "from service.schemas import Card"),
    ("pipeline.ledger", "from pipeline.records import Record"),
    ("pipeline.parquet", "from client import Client"),
    ("pipeline.a_new_room", "from demo.kept import cases"),
    ("service.store.lookups", "from service.scoring.registry import Registry"),
    ("service.scoring.registry", "from service.store.store import Store"),
    ("service.store.tables", "from service.store import engine"),
    ("service.jobs.batches", "from service.store import history"),
    ("service.jobs.features", "from service.store import history"),
    ("service.joined_rows", "from service.scoring.registry import Model"),
    ("service.routes.models", "from service.store import lookups"),
]


@pytest.mark.parametrize(("module", "line"), WRONG_DOORS)
def test_a_wrong_door_would_be_found(module: str, line: str, tmp_path: Path) -> None:
    file = tmp_path / "module.py"
    file.write_text(line, encoding="utf-8")
    assert wrong_doors(module, file)


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("demo.kept", "import streamlit as st"),
        ("demo.reasons", "from streamlit.delta_generator import DeltaGenerator"),
        ("demo.charts.curves", "import streamlit"),
        ("demo.a_new_room", "import streamlit"),
        ("demo.findings", "import plotly.graph_objects as go"),
        ("demo.app_pages.what_if", "def late() -> None:\n    import plotly"),
        ("service.routes.questions", "import numpy as np"),
        ("service.scoring.explanations", "import sklearn"),
        ("service.scoring.curves", "from starlette.types import Scope"),
        ("service.actions", "from fastapi import Request"),
        ("client.shapes.answers", "import requests"),
        ("pipeline.asking", "import requests"),
        ("pipeline.columns", "import numpy"),
        ("pipeline.enrichment", "def late() -> None:\n    import pyarrow.parquet"),
    ],
)
def test_a_package_away_from_home_would_be_found(module: str, line: str, tmp_path: Path) -> None:
    file = tmp_path / "module.py"
    file.write_text(line, encoding="utf-8")
    assert strangers(module, file)


def test_the_doors_are_those_of_rooms_that_there_are() -> None:
    named = {*DOORS, *(room for rooms in (*DOORS.values(), *HOMES.values()) for room in rooms)}
    assert [room for room in sorted(named) if not any(within(module, {room}) for module in modules())] == []


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
