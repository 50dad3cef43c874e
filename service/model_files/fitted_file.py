"""Writes a fitted model that is not converted into its bundle, and names the packages that its process needs."""

import importlib.metadata
from pathlib import Path
from typing import Any

from model_worker.model_file import SKOPS_TYPES
from service.errors import BrokenBundle
from service.model_files.packages import needed_packages
from service.model_files.remote_model import RemoteModel
from service.model_process.environment_file import MODEL_FILES, ModelEnvironment, write_environment
from service.model_process.environments import ALWAYS_NEEDED, this_python


def write_fitted_model(folder: Path, model: Any, *, trusted: bool) -> None:
    """Write a fitted model and its environment. The file is one of skops if all its types are known to be safe.

    Otherwise it is one of cloudpickle if the caller says that the code in it may run. Raises BrokenBundle.
    """
    if isinstance(model, RemoteModel):
        model.write(folder)
        return
    unknown = _write_skops(folder / MODEL_FILES["skops"], model)
    if not unknown:
        environment = ModelEnvironment()
    elif trusted:
        (folder / MODEL_FILES["skops"]).unlink(missing_ok=True)
        environment = ModelEnvironment(form="pickle", trusted=True)
        _write_pickle(folder / environment.model_file, model)
    else:
        raise BrokenBundle(
            "it cannot be converted, and it cannot be saved without code that runs when it is opened "
            f"({', '.join(unknown[:3])[:200]}): say that you trust it"
        )
    write_environment(folder, _with_packages(environment, folder))


def _write_skops(file: Path, model: Any) -> list[str]:
    """Write a file of skops; return the types in it that are not known to be safe, or what skops cannot write."""
    import skops.io

    try:
        skops.io.dump(model, file)
        return [name for name in skops.io.get_untrusted_types(file=file) if name not in SKOPS_TYPES]
    except Exception as error:  # noqa: BLE001 - the classes of a model are foreign code
        return [type(error).__name__]


def _write_pickle(file: Path, model: Any) -> None:
    import cloudpickle

    try:
        file.write_bytes(cloudpickle.dumps(model))
    except Exception as error:
        raise BrokenBundle(f"it cannot be converted, and it cannot be saved: {type(error).__name__}") from error


def _with_packages(environment: ModelEnvironment, folder: Path) -> ModelEnvironment:
    """Return the environment with this Python and the installed versions of the packages that the file names."""
    named = needed_packages(folder / environment.model_file, environment.form)
    packages = {each.partition("==")[0] for each in named} | set(ALWAYS_NEEDED)
    if environment.form == "skops":
        packages.add("skops")
    return ModelEnvironment(
        form=environment.form,
        trusted=environment.trusted,
        python=this_python(),
        requirements=tuple(f"{name}=={importlib.metadata.version(name)}" for name in sorted(packages)),
    )
