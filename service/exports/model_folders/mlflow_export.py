"""Write a model as a folder of MLflow, packed: `mlflow.pyfunc.load_model(FOLDER).predict(frame)`.

Source of the format: https://mlflow.org/docs/latest/ml/model/
"""

import json
import platform
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from service.bundles.model import Model
from service.exports.packed_folder import pack_folder
from service.exports.wheel.package_project import VENDORED, package_name, write_project
from service.exports.wheel.package_requirements import package_requirements
from service.fields.arrays.array_type import ArrayType
from service.fields.field_type import FieldType
from service.fields.lookup import types_of
from service.schemas import Card

_LOADER = "service.exports.wheel.mlflow_loader"
_PANDAS = "pandas>=2.0"
"""MLflow gives the rows as a data frame."""
_TYPES: dict[type, str] = {bool: "boolean", str: "string"}
"""Type of Python → type of MLflow. MLflow refuses whole numbers as double, and numbers with a gap as whole ones, so numbers
are of any type: the model checks them itself, and says which one is wrong."""


@contextmanager
def mlflow_folder_of(model: Model, bundle: Path) -> Iterator[Path]:
    """Give the packed folder; it is deleted at the end. Raises NotExportable."""
    name = f"{model.card.name}-mlflow"
    with TemporaryDirectory(prefix="witryna-mlflow-") as scratch:
        folder = Path(scratch) / name
        project = Path(scratch) / "project"
        write_project(model, bundle, project)
        package = package_name(model.card.name)
        shutil.copytree(project / package, folder / "code" / package)
        shutil.copy(project / "README.md", folder)
        _write_description(model.card, bundle, folder)
        yield pack_folder(model.card, folder)


def _write_description(card: Card, bundle: Path, folder: Path) -> None:
    needs = sorted({*package_requirements(card, bundle), _PANDAS})
    (folder / "requirements.txt").write_text("".join(f"{need}\n" for need in needs), encoding="ascii")
    python = {"python": platform.python_version(), "build_dependencies": ["pip"], "dependencies": ["-r requirements.txt"]}
    _write_yaml(folder / "python_env.yaml", python)
    packages = [f"python={platform.python_version()}", "pip", {"pip": needs}]
    _write_yaml(folder / "conda.yaml", {"name": "mlflow-env", "channels": ["conda-forge"], "dependencies": packages})
    package = package_name(card.name)
    function = {
        "loader_module": f"{package}.{VENDORED}.{_LOADER}",
        "code": "code",
        "data": f"code/{package}/bundle",
        "env": {"conda": "conda.yaml", "virtualenv": "python_env.yaml"},
        "python_version": platform.python_version(),
    }
    inputs = json.dumps([_column(field) for field in types_of(card)])
    description = {
        "flavors": {"python_function": function},
        "metadata": {"model": card.name, "version": card.version},
        "signature": {"inputs": inputs, "outputs": None, "params": None},
        "utc_time_created": f"{card.built or '2026-01-01'} 00:00:00.000000",
    }
    _write_yaml(folder / "MLmodel", description)


def _column(field: FieldType) -> dict[str, Any]:
    kind = "any" if isinstance(field, ArrayType) else _TYPES.get(field.quick_type, "any")  # a picture may be bytes too
    return {"type": kind, "name": field.name, "required": not field.nullable}


def _write_yaml(file: Path, content: dict[str, Any]) -> None:
    """Write YAML; JSON is a part of it."""
    file.write_text(json.dumps(content, indent=2) + "\n", encoding="ascii")
