"""What somebody hands over: a file, an MLflow folder, a function, or a folder that `client.hand_over` wrote."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from service.errors import RefusedModel
from service.model_files.file_form import RECIPE, file_form, is_classifier_file
from service.model_files.mlflow_folder import read_mlflow_folder
from service.model_files.packages import needed_packages
from service.model_process.environment_file import Form
from wire.model_folder import layout
from wire.model_folder.model_names import name_of_location

_WRITER = "cloudpickle"
"""MLflow always lists it. Its version matters only if the pickle names it."""


@dataclass(frozen=True)
class ModelSource:
    """A model that is not opened yet, and what came with it."""

    location: str
    """The path of the file or folder, or `module:function`."""
    form: Form
    requirements: tuple[str, ...]
    """What it needs, such as `scikit-learn==1.9.1`."""
    python: str = ""
    """The version of Python that it was written with, such as `3.11`; empty if it is unknown."""
    name: str = ""
    sample: Path | None = None
    target: str | None = None
    """The column of the sample with the true answers."""
    held_out: bool = False
    """The model was not fitted on the rows of the sample."""
    card: Path | None = None
    """A file card.toml."""
    is_classifier: bool = False
    """The file of a boosting library is one of a classifier. Other forms say it themselves, when they are opened."""


def read_source(location: str) -> ModelSource:
    """Return what `location` holds: a path, or `module:function`. Raises RefusedModel with a sentence."""
    path = Path(location)
    if not path.exists() and RECIPE.fullmatch(location):
        return ModelSource(location, "recipe", ())
    if (path / layout.MANIFEST).is_file():
        return _handed_over(path)
    form = file_form(path)
    if form == "mlflow":
        return _of_mlflow(path)
    return ModelSource(location, form, needed_packages(path, form), is_classifier=is_classifier_file(path, form))


def _of_mlflow(folder: Path) -> ModelSource:
    """Return the fitted model in a folder of MLflow, or the whole folder of a Python function."""
    content = read_mlflow_folder(folder)
    name = name_of_location(str(folder))
    if content.file is None:
        return ModelSource(str(folder), "mlflow", content.requirements, content.python, name)
    form = file_form(content.file)
    is_classifier = is_classifier_file(content.file, form)
    requirements = content.requirements
    if form == "pickle" and _WRITER not in needed_packages(content.file, form):
        requirements = tuple(each for each in requirements if not each.startswith(_WRITER))
    return ModelSource(str(content.file), form, requirements, content.python, name, is_classifier=is_classifier)


def _handed_over(folder: Path) -> ModelSource:
    """Return the content of a folder that `client.hand_over` wrote."""
    try:
        manifest = json.loads((folder / layout.MANIFEST).read_text(encoding="utf-8"))
        if manifest[layout.FORMAT_KEY] > layout.FORMAT:
            raise RefusedModel(f"The folder {folder.name} was written by a newer Witryna: update this one.")
        source = ModelSource(
            str(folder / layout.MODEL),
            file_form(folder / layout.MODEL),
            tuple(_texts(manifest[layout.REQUIREMENTS_KEY])),
            _text(manifest[layout.PYTHON_KEY]),
            _text(manifest[layout.NAME_KEY]),
            next((folder / name for name in layout.SAMPLES if (folder / name).is_file()), None),
            None if manifest[layout.TARGET_KEY] is None else _text(manifest[layout.TARGET_KEY]),
            held_out=manifest.get(layout.HELD_OUT_KEY) is True,
            card=folder / layout.CARD if (folder / layout.CARD).is_file() else None,
        )
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise RefusedModel(f"{layout.MANIFEST} in the folder {folder.name} is damaged.") from error
    if source.sample is None:
        raise RefusedModel(f"The folder {folder.name} has no sample: {' or '.join(layout.SAMPLES)}.")
    return source


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _texts(values: Any) -> list[str]:
    if not isinstance(values, list):
        raise TypeError
    return [_text(value) for value in values]
