"""The file of a model as its process opens it and a bundle holds it: a folder of MLflow and modules of Python are packed."""

import importlib.util
import zipfile
from pathlib import Path

from service.errors import RefusedModel
from service.model_files.model_source import ModelSource
from service.model_process.environment_file import MODEL_FILES

_MAX_BYTES = 256 * 2**20
_TIME = (1980, 1, 1, 0, 0, 0)
"""The same content gives the same file, and so the same version of a bundle."""


def packed_file(source: ModelSource, scratch: Path) -> Path:
    """Return the file of a model; what is packed goes into the folder `scratch`. Raises RefusedModel."""
    if source.form == "mlflow":
        folder = Path(source.location)
        return _pack(sorted(folder.rglob("*")), folder, scratch / MODEL_FILES["mlflow"])
    if source.form == "recipe":
        root, files = _sources(source.location.partition(":")[0].partition(".")[0])
        return _pack(files, root, scratch / MODEL_FILES["recipe"])
    return Path(source.location).resolve()


def _sources(package: str) -> tuple[Path, list[Path]]:
    """Return the folder of a module that is no installed package, and its files: the package, or all modules beside it.

    Nothing is imported.
    """
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None or not spec.origin.endswith(".py"):
        raise RefusedModel(f"There is no module {package} in Python beside this command.")
    file = Path(spec.origin)
    if file.name == "__init__.py":
        return file.parents[1], sorted(file.parent.rglob("*.py"))
    return file.parent, sorted(file.parent.glob("*.py"))


def _pack(files: list[Path], root: Path, target: Path) -> Path:
    files = [file for file in files if file.is_file()]
    if sum(file.stat().st_size for file in files) > _MAX_BYTES:
        raise RefusedModel(f"The files of the model are larger than {_MAX_BYTES // 2**20} MB.")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            archive.writestr(zipfile.ZipInfo(file.relative_to(root).as_posix(), _TIME), file.read_bytes())
    return target
