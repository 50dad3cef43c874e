"""Opens a model that somebody brings, with the packages that it was fitted with, and says why if that is not possible."""

import importlib.metadata
import re
import sys
from pathlib import Path
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement

from model_worker.model_file import CannotOpen, open_model
from service.errors import RefusedModel
from service.model_files.model_source import ModelSource
from service.rows.strict_json import safe_text

_MAX_NAMES = 5


def open_fitted_model(source: ModelSource, *, trusted: bool) -> Any:
    """Return the fitted model. Raises RefusedModel with a sentence that says the way out."""
    _check_packages(source)
    name = Path(source.place).name
    try:
        return open_model(
            source.place, source.form, function=source.place, trusted=trusted, is_classifier=source.is_classifier, scratch=""
        )
    except CannotOpen as error:
        raise RefusedModel(_sentence(error, name)) from None
    except ModuleNotFoundError as error:
        package = str(error.name).partition(".")[0]
        raise RefusedModel(f"{name} needs the package {safe_text(package)}, which is not installed here.") from None
    except Exception as error:
        raise RefusedModel(f"{name} cannot be opened: {type(error).__name__}: {safe_text(str(error))[:200]}") from error


def _check_packages(source: ModelSource) -> None:
    """Raise RefusedModel if a package is missing, or has another version than the model was fitted with."""
    this = f"{sys.version_info.major}.{sys.version_info.minor}"
    if source.python and source.python != this:
        raise RefusedModel(f"The model was fitted with Python {source.python}, and this is Python {this}.")
    for line in source.requirements:
        try:
            requirement = Requirement(line)
            version = importlib.metadata.version(requirement.name)
        except InvalidRequirement:
            raise RefusedModel(f"{safe_text(line)[:100]} is not the name of a package with its version.") from None
        except importlib.metadata.PackageNotFoundError:
            raise RefusedModel(f"The model needs the package {requirement.name}, which is not installed here.") from None
        if not requirement.specifier.contains(version, prereleases=True):
            raise RefusedModel(f"The model was fitted with {requirement}, and here is {requirement.name} {version}.")


def _sentence(error: CannotOpen, name: str) -> str:
    names = ", ".join(error.names[:_MAX_NAMES])
    return {
        "unknown_types": f"{name} holds types that are not known to be safe: {names}. If you know who made it, say "
        "--trust-this-file.",
        "too_large": f"{name} is too large when unpacked.",
    }.get(error.code, f"{name} can run code when it is opened: say --trust-this-file if you know who made it.")


def default_name(source: ModelSource) -> str:
    """Return a name for a model that has none: that of its file or function, in small letters, digits and hyphens."""
    stem = source.place.rpartition(":")[2] if source.form == "recipe" else Path(source.place).stem
    return re.sub(r"[^a-z0-9]+", "-", stem.lower()).strip("-")[:64] or "model"
