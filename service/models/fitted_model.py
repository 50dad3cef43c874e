"""Opens a model that somebody brings, with the packages that it was fitted with, and says why if that is not possible."""

import importlib.metadata
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from model_worker.model_file import CannotOpen, open_model
from service.errors import RefusedModel
from service.model_files.model_source import ModelSource
from service.model_files.remote_model import RemoteModel
from service.model_process.environments import parse_requirements, python_for, this_python
from service.model_process.process_limits import process_limits
from service.publishing.drafting.facts import ModelFacts, facts_of, read_facts
from service.rows.strict_json import safe_text

_MAX_NAMES = 5


@dataclass(frozen=True)
class FittedModel:
    """An opened model."""

    estimator: Any
    """The estimator itself, or a `RemoteModel`."""
    facts: ModelFacts
    other_packages: str = ""
    """Why it needs a process with other packages, as the end of a sentence; empty if those of this process fit."""

    def close(self) -> None:
        """End the process of a `RemoteModel`."""
        if isinstance(self.estimator, RemoteModel):
            self.estimator.close()


def install_packages(source: ModelSource) -> None:
    """Install what the service lacks for a model, so that it can be opened without the network. Raises BrokenBundle."""
    conflict, missing = _compare_packages(source)
    if conflict or missing:
        python_for(source.requirements, source.python, process_limits().environments)


def open_fitted_model(source: ModelSource, *, trusted: bool, can_install: bool = True) -> FittedModel:
    """Open a model in this process if its packages fit, else in one with its own packages.

    Without `can_install`, a model whose packages are missing here gets such a process too, as `install_packages` made it.
    Raises RefusedModel, CannotDraft or BrokenBundle with a sentence that says the way out.
    """
    conflict, missing = _compare_packages(source)
    environments = process_limits().environments
    if missing and not can_install:
        conflict = f"needs {missing[0]}, which is not installed here"
    if conflict:
        remote = RemoteModel(source, python_for(source.requirements, source.python, environments), trusted=trusted)
        return FittedModel(remote, read_facts(remote.facts), conflict)
    if missing:
        _add_packages(python_for(missing, "", environments))
    estimator = _open_here(source, trusted=trusted)
    return FittedModel(estimator, facts_of(estimator))


def _compare_packages(source: ModelSource) -> tuple[str, list[str]]:
    """Return why a model needs a process with other packages than those here, and which are missing here."""
    if source.form == "mlflow":
        return "is a Python function of MLflow", []
    if source.python and source.python != this_python():
        return f"was fitted with Python {source.python}, and this is Python {this_python()}", []
    missing = []
    for requirement in parse_requirements(source.requirements):
        try:
            version = importlib.metadata.version(requirement.name)
        except importlib.metadata.PackageNotFoundError:
            missing.append(str(requirement))
            continue
        if not requirement.specifier.contains(version, prereleases=True):
            return f"was fitted with {requirement}, and here is {version}", []
    return "", missing


def _add_packages(python: str) -> None:
    """Let this process import the packages of an environment that it lacks; its own packages come first."""
    command = [python, "-I", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    folder = subprocess.run(command, capture_output=True, check=True, text=True).stdout.strip()  # noqa: S603 - an environment of ours
    if folder not in sys.path:
        sys.path.append(folder)


def _open_here(source: ModelSource, *, trusted: bool) -> Any:
    name = Path(source.location).name
    try:
        return open_model(
            source.location,
            source.form,
            function=source.location,
            trusted=trusted,
            is_classifier=source.is_classifier,
            scratch="",
        )
    except CannotOpen as error:
        raise RefusedModel(_sentence(error, name)) from None
    except ModuleNotFoundError as error:
        package = safe_text(str(error.name).partition(".")[0])
        raise RefusedModel(
            f"{name} needs {package}, which is not installed here: name its package in --requirements."
        ) from None
    except Exception as error:
        raise RefusedModel(f"{name} cannot be opened: {type(error).__name__}: {safe_text(str(error))[:200]}") from error


def _sentence(error: CannotOpen, name: str) -> str:
    names = ", ".join(error.names[:_MAX_NAMES])
    return {
        "unknown_types": f"{name} holds types that are not known to be safe: {names}. If you know who made it, say "
        "--trust-this-file.",
        "too_large": f"{name} is too large when unpacked.",
    }.get(error.code, f"{name} can run code when it is opened: say --trust-this-file if you know who made it.")
