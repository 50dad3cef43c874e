"""A folder that MLflow wrote: the file of the fitted model in it, and the packages and the Python that it needs.

The file is read as one that came alone, so that MLflow itself is needed only for a Python function of MLflow (pyfunc).
Source of the format: https://mlflow.org/docs/latest/ml/model/
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from service.errors import RefusedModel
from service.model_files.packages import read_requirements

MODEL = "MLmodel"
_MAX_BYTES = 2**20
_FILE_KEYS = {"sklearn": "pickled_model", "lightgbm": "data", "xgboost": "data", "catboost": "data"}
"""Flavor → the key that names the file of the model."""
_PYFUNC = "python_function"
_MLFLOW = ("mlflow", "mlflow-skinny")
_PYTHON = re.compile(r"3\.\d{1,2}")


@dataclass(frozen=True)
class MlflowFolder:
    """What a folder of MLflow holds."""

    file: Path | None
    """The fitted model; None if it is a Python function of MLflow."""
    requirements: tuple[str, ...]
    python: str


def read_mlflow_folder(folder: Path) -> MlflowFolder:
    """Return what a folder with a file MLmodel holds. Raises RefusedModel with a sentence."""
    flavors = _mapping(_read_yaml(folder / MODEL).get("flavors"))
    name = next((each for each in _FILE_KEYS if each in flavors), _PYFUNC)
    if name not in flavors:
        raise RefusedModel(
            f"{MODEL} in {folder.name} names no flavor that can be read: {', '.join([*_FILE_KEYS, _PYFUNC])}."
        )
    if _mapping(flavors[name]).get("code"):
        raise RefusedModel(
            f"The model in {folder.name} needs modules of its own (code_paths). Open it and hand it over with "
            "client.hand_over, which takes them along."
        )
    python = _PYTHON.match(str(_mapping(flavors.get(_PYFUNC)).get("python_version", "")))
    file = _file(folder, _mapping(flavors[name]).get(_FILE_KEYS[name])) if name in _FILE_KEYS else None
    return MlflowFolder(file, _requirements(folder, needs_mlflow=file is None), python[0] if python else "")


def _read_yaml(file: Path) -> Mapping[str, Any]:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        with file.open("rb") as stream:
            return _mapping(YAML(typ="safe", pure=True).load(stream.read(_MAX_BYTES)))
    except (OSError, ValueError, YAMLError, RecursionError) as error:
        raise RefusedModel(f"{file.name} in {file.parent.name} is damaged.") from error


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _file(folder: Path, name: Any) -> Path:
    """Return the file of the model, which is inside the folder."""
    file = folder / str(name)
    if not isinstance(name, str) or not file.is_file() or not file.resolve().is_relative_to(folder.resolve()):
        raise RefusedModel(f"The folder {folder.name} does not hold the file of the model that {MODEL} names.")
    return file


def _requirements(folder: Path, *, needs_mlflow: bool) -> tuple[str, ...]:
    file = folder / "requirements.txt"
    if not file.is_file():
        raise RefusedModel("The MLflow folder has no requirements.txt: give the packages with --requirements.")
    requirements = {line: re.split(r"[=<>!~ \[;]", line)[0].lower() for line in read_requirements(file)}
    unneeded = set() if needs_mlflow else set(_MLFLOW)
    if "xgboost-cpu" in requirements.values():  # MLflow names both distributions of the module
        unneeded.add("xgboost")
    return tuple(line for line, name in requirements.items() if name not in unneeded)
