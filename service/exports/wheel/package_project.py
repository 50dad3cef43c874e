"""The project of a package: the bundle, the modules that score it, and the files that describe both."""

import os
import shutil
from pathlib import Path
from typing import Any

import jinja2
import msgspec

from service.bundles.model import Model
from service.bundles.versions.bundle_folder import SHORT_VERSION
from service.exports.packed_folder import build_time
from service.exports.wheel.card_texts import markdown, one_line, row_fields, toml
from service.exports.wheel.package_requirements import PYTHON, package_requirements
from service.exports.wheel.vendored_modules import vendored_modules
from service.fields.value_wording import localized_text
from service.rows.strict_json import encode
from service.schemas import Card, Classification, Row
from wire.languages import DEFAULT, LANGUAGES

VENDORED = "_witryna"
_ENTRIES = ("service.exports.wheel.command_line", "service.exports.wheel.mlflow_loader")
_SCORERS = {"onnx": "service.bundles.scorers.onnx_scorer", "process": "service.bundles.scorers.process_scorer"}


def package_name(model: str) -> str:
    """Return the name under which the package of a model is imported."""
    return "model_" + model.replace("-", "_")


def package_version(card: Card) -> str:
    """Return the version of the package of a model: the day of its build, and the beginning of its version."""
    return f"{(card.built or '0').replace('-', '.')}+{card.version[:SHORT_VERSION]}"


def write_project(model: Model, bundle: Path, project: Path) -> None:
    """Write the project into a new folder. Raises NotExportable."""
    needs = package_requirements(model.card, bundle)
    package = package_name(model.card.name)
    root = project / package
    shutil.copytree(bundle, root / "bundle")
    rows = [*(example.row for example in model.card.examples), *model.card.real_rows]
    (root / "examples.json").write_bytes(_examples(model, rows))
    (root / "py.typed").touch()
    (root / VENDORED).mkdir()
    (root / VENDORED / "__init__.py").write_text('"""The modules of Witryna that score this model."""\n')
    for name, source in vendored_modules((*_ENTRIES, _SCORERS[model.card.scoring.scorer]), f"{package}.{VENDORED}").items():
        file = root / VENDORED / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(source, encoding="utf-8")
    values = _values(model, needs, rows)
    for template, target in (
        ("__init__.py", root),
        ("__main__.py", root),
        ("README.md", project),
        ("pyproject.toml", project),
    ):
        (target / template).write_text(_templates().get_template(f"{template}.jinja").render(values), encoding="utf-8")
    seconds = build_time(model.card).timestamp()
    for file in project.rglob("*"):
        os.utime(file, (seconds, seconds))


def _examples(model: Model, rows: list[Row]) -> bytes:
    """Return rows of the card and the answers of the model to them, as JSON."""
    predictions = msgspec.to_builtins(model.predict(rows).predictions) if rows else []
    return encode({"rows": rows, "predictions": predictions})


def _values(model: Model, needs: list[str], rows: list[Row]) -> dict[str, Any]:
    """Return what the templates need. Texts of the card are source of Python, values of TOML, or Markdown."""
    card = model.card
    title = one_line(localized_text(card.title, DEFAULT))
    package = package_name(card.name)
    training = card.training
    return {
        "package": package,
        "package_text": repr(package),
        "docstring": repr(f"{title}: the answers of the model {card.name}, version {card.version[:SHORT_VERSION]}."),
        "prediction": "LabelPrediction" if isinstance(card.output, Classification) else "ValuePrediction",
        "languages": ", ".join(map(repr, LANGUAGES)),
        "fields": row_fields(card),
        "version": toml(package_version(card)),
        "distribution": toml(package.replace("_", "-")),
        "entry": toml(f"{package}:main"),
        "python": PYTHON,
        "requires_python": toml(PYTHON),
        "dependencies": ", ".join(needs),
        "dependency_list": toml(needs),
        "description": toml(title),
        "title": markdown(card.title),
        "question": markdown(card.question),
        "summary": markdown(card.summary),
        "name": card.name,
        "model_version": card.version[:SHORT_VERSION],
        "built": card.built,
        "row": repr(rows[0] if rows else {}),
        "examples": len(rows),
        "purpose": markdown(card.purpose),
        "not_for": list(map(markdown, card.not_for)),
        "limits": list(map(markdown, card.limits)),
        "data": markdown(training.data).removesuffix("\\.") if training else "",
        "source": markdown(training.source) if training else "",
        "licence": markdown(training.licence) if training else "",
    }


def _templates() -> jinja2.Environment:
    return jinja2.Environment(  # noqa: S701 - the files are no HTML; `card_texts` escapes for each of their languages
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
