"""The packages that a model file needs, with the versions that it was fitted with. The file is read, not opened."""

import bz2
import gzip
import importlib.metadata
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import IO, Any

from packaging.version import Version

from service.errors import RefusedModel
from service.model_process.environment_file import Form
from wire.model_folder.pickle_contents import PickleContents, read_pickle_contents

MAX_UNPACKED_BYTES = 4 * 2**30
_CHUNK_BYTES = 2**22
_PACKAGES = {
    "sklearn": "scikit-learn",
    "lightgbm": "lightgbm",
    "xgboost": "xgboost",
    "catboost": "catboost",
    "imblearn": "imbalanced-learn",
    "category_encoders": "category-encoders",
    "feature_engine": "feature-engine",
    "skrub": "skrub",
    "statsmodels": "statsmodels",
    "cloudpickle": "cloudpickle",
    "joblib": "joblib",
    "scipy": "scipy",
    "numpy": "numpy",
    "pandas": "pandas",
}
"""Top-level name of a module → the distribution that has it, for distributions that are not installed here."""
_LIBRARIES: tuple[Form, ...] = ("lightgbm", "xgboost", "catboost")
_SKOPS_MODULE = re.compile(rb'"__module__": "([A-Za-z_][\w.]*)"')
_SKOPS_VERSION = re.compile(rb'_sklearn_version[^}]{1,300}?content": "\\"([\w.]+)', re.DOTALL)
_NOTEBOOK = "__main__"
_SKLEARN_OF_NUMPY_2 = Version("1.4.2")
"""Earlier versions do not start beside numpy 2, and their own requirements do not say so."""


def needed_packages(path: Path, form: Form) -> tuple[str, ...]:
    """Return requirements such as `scikit-learn==1.9.1` or `lightgbm` that a file needs to be opened.

    Raises RefusedModel if the file is damaged or needs code that no package has.
    """
    if form in _LIBRARIES:
        return tuple(_distributions([form]))
    contents = _skops_contents(path) if form == "skops" else read_pickle_contents(_unpacked(path))
    if _NOTEBOOK in contents.modules:
        raise RefusedModel(
            "The model needs a class or function that was written in a notebook or script (__main__). "
            "Write it with cloudpickle, or with client.hand_over, which take it along."
        )
    requirements = {_requirement(name, contents) for name in _distributions(contents.packages)}
    if contents.sklearn_version and Version(contents.sklearn_version) < _SKLEARN_OF_NUMPY_2:
        requirements = requirements - {"numpy"} | {"numpy<2"}
    return tuple(sorted(requirements))


def _requirement(distribution: str, contents: PickleContents) -> str:
    known = distribution == _PACKAGES["sklearn"] and contents.sklearn_version
    return f"{distribution}=={contents.sklearn_version}" if known else distribution


def _distributions(packages: Iterable[str]) -> set[str]:
    """Return the distributions of top-level modules: those that are installed, such as xgboost-cpu, else the usual ones.

    Words that no known distribution has say nothing.
    """
    installed = _installed()
    usual = {package: _PACKAGES[package] for package in packages if package in _PACKAGES}
    return {*(usual | {package: installed[package][0] for package in packages if package in installed}).values()}


@cache
def _installed() -> Mapping[str, list[str]]:
    """Return the distributions of each installed top-level module. To read them takes half a second."""
    return importlib.metadata.packages_distributions()


def _skops_contents(path: Path) -> PickleContents:
    with zipfile.ZipFile(path) as archive:
        schema = archive.read("schema.json")
    modules = frozenset(match.decode() for match in _SKOPS_MODULE.findall(schema))
    version = _SKOPS_VERSION.search(schema)
    return PickleContents(modules, version[1].decode() if version else "")


def read_requirements(file: Path) -> tuple[str, ...]:
    """Return the lines of a requirements.txt without comments and options. Raises RefusedModel if it is no text."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise RefusedModel(f"{file.name} cannot be read as a list of packages.") from error
    requirements = (re.sub(r"(^|\s)#.*", "", line).strip() for line in lines)
    return tuple(line for line in requirements if line and not line.startswith("-"))


def _unpacked(path: Path) -> Iterator[bytes]:
    """Yield the bytes of a pickle, unpacked. Raises RefusedModel if it is damaged or unpacks to more than the limit."""
    size = 0
    try:
        with _open_packed(path) as source:
            while chunk := source.read(_CHUNK_BYTES):
                size += len(chunk)
                if size > MAX_UNPACKED_BYTES:
                    raise RefusedModel(f"{path.name} unpacks to more than {MAX_UNPACKED_BYTES // 2**30} GB.")
                yield chunk
    except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
        raise RefusedModel(f"{path.name} is damaged: it cannot be unpacked.") from error


def _open_packed(path: Path) -> Any:
    """Return a file object over the unpacked bytes, a context manager."""
    with path.open("rb") as file:
        head = file.read(6)
    if head.startswith(b"\x1f\x8b"):
        return gzip.open(path)
    if head.startswith(b"BZh"):
        return bz2.open(path)
    if head.startswith((b"\xfd7zXZ", b"\x5d\x00\x00")):
        return lzma.open(path)
    return _ZlibFile(path) if head.startswith(b"x") else path.open("rb")


class _ZlibFile:
    """Reads a file of zlib's format, which joblib writes and no module of Python opens as a file."""

    def __init__(self, path: Path) -> None:
        self._file: IO[bytes] = path.open("rb")
        self._unpacker = zlib.decompressobj()

    def __enter__(self) -> "_ZlibFile":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes; none at the end. Raises zlib.error or EOFError for a damaged file."""
        while not self._unpacker.eof:
            packed = self._unpacker.unconsumed_tail or self._file.read(_CHUNK_BYTES)
            if not packed:
                raise EOFError
            part = self._unpacker.decompress(packed, size)
            if part:
                return part
        return b""
