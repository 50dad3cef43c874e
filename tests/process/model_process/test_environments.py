"""Promises of the environments of models: made once, beside each other, with a reason if they cannot be made."""

import shutil
import subprocess
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import NoReturn

import numpy as np
import pytest

from service.errors import BrokenBundle
from service.model_process.environments import python_for

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"


def write_wheel(folder: Path, name: str, version: str) -> None:
    """Write a wheel of one module that knows its version, as an index would have it."""
    module = name.replace("-", "_")
    info = f"{module}-{version}.dist-info"
    with zipfile.ZipFile(folder / f"{module}-{version}-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{module}.py", f"__version__ = {version!r}\n")
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of wheels in place of an index: two versions of a package, and what every environment needs."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    for name, version in (("toy-library", "1.0"), ("toy-library", "2.0"), ("numpy", "9.9"), ("pandas", "9.9")):
        write_wheel(folder, name, version)
    for program in ("UV", "PIP"):
        monkeypatch.setenv(f"{program}_NO_INDEX", "1")
        monkeypatch.setenv(f"{program}_FIND_LINKS", str(folder))
    return folder


def version_in(python: str, module: str = "toy_library") -> str:
    program = f"import {module}; print({module}.__version__)"
    return subprocess.run([python, "-I", "-c", program], capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture(params=["pip", *(["uv"] if shutil.which("uv") else [])])
def installer(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "pip":
        monkeypatch.setattr("service.model_process.environments.shutil.which", lambda _: None)


def _nothing_is_installed(name: str) -> NoReturn:
    raise PackageNotFoundError(name)


@pytest.mark.usefixtures("index", "installer")
def test_two_versions_of_a_package_are_beside_each_other_and_each_is_made_once(tmp_path: Path) -> None:
    folder = tmp_path / "environments"
    first, second = (python_for([f"toy-library=={version}"], "", folder) for version in ("1.0", "2.0"))
    assert (version_in(first), version_in(second)) == ("1.0", "2.0")
    marks = [Path(python).parents[1] / "ready" for python in (first, second)]
    made = [mark.stat().st_mtime_ns for mark in marks]
    assert python_for(["toy-library == 1.0"], PYTHON, folder) == first, "the same packages, written differently"
    assert [mark.stat().st_mtime_ns for mark in marks] == made


@pytest.mark.usefixtures("index")
def test_programs_that_need_the_same_environment_at_once_make_it_once(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as programs:
        paths = set(programs.map(lambda _: python_for(["toy-library==1.0"], "", tmp_path / "environments"), range(4)))
    assert len(paths) == 1
    assert version_in(paths.pop()) == "1.0"


@pytest.mark.usefixtures("index")
def test_packages_are_compiled_when_they_are_installed(tmp_path: Path) -> None:
    python = python_for(["toy-library==1.0"], "", tmp_path / "environments")
    program = "import toy_library, pathlib; print(pathlib.Path(toy_library.__cached__).is_file())"
    command = [python, "-I", "-B", "-c", program]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip() == "True"


@pytest.mark.usefixtures("index")
def test_a_service_whose_python_has_no_pip_makes_environments_with_a_pip_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.model_process.environments.shutil.which", lambda _: None)
    monkeypatch.setattr("service.model_process.environments.importlib.metadata.metadata", _nothing_is_installed)
    assert version_in(python_for(["toy-library==1.0"], "", tmp_path / "environments")) == "1.0"


@pytest.mark.usefixtures("index", "installer")
def test_a_package_that_cannot_be_installed_is_named_and_nothing_is_left(tmp_path: Path) -> None:
    folder = tmp_path / "environments"
    for requirement in ("toy-library==3.0", "no-such-library==1.0"):
        with pytest.raises(BrokenBundle, match=f"there is no wheel of {requirement.partition('=')[0]}"):
            python_for([requirement], "", folder)
    assert [each for each in folder.iterdir() if each.is_dir()] == []


@pytest.mark.usefixtures("index")
def test_an_environment_that_a_killed_program_left_half_made_is_made_anew(tmp_path: Path) -> None:
    folder = tmp_path / "environments"
    home = Path(python_for(["toy-library==1.0"], "", folder)).parents[1]
    (home / "ready").unlink()
    (home / "bin" / "python").unlink()
    assert version_in(python_for(["toy-library==1.0"], "", folder)) == "1.0"


def test_the_python_of_the_service_is_used_if_it_has_what_the_model_needs(tmp_path: Path) -> None:
    needed = [f"numpy=={np.__version__}", "pandas>=3", "scikit-learn", "no-such-library; sys_platform == 'other'"]
    assert python_for(needed, "", tmp_path) == python_for([], PYTHON, tmp_path) == sys.executable
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "line",
    ["--index-url=https://other.example", "-e .", "a @ https://other.example/a.whl", "../a.whl", "", "a b c", "https://x/y"],
)
def test_a_requirement_that_is_no_name_with_versions_is_refused(line: str, tmp_path: Path) -> None:
    with pytest.raises(BrokenBundle, match="not named as name==version"):
        python_for([line], "", tmp_path)


@pytest.mark.parametrize("version", ["2.7", "3", "3.11.7", "3.1/..", "../../bin", "latest"])
def test_a_python_that_is_no_version_is_refused(version: str, tmp_path: Path) -> None:
    with pytest.raises(BrokenBundle, match="is no version such as"):
        python_for([], version, tmp_path)


@pytest.mark.usefixtures("index")
def test_a_python_that_is_not_installed_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_PYTHON_DOWNLOADS", "never")
    with pytest.raises(BrokenBundle, match=r"Python 3\.99"):
        python_for([], "3.99", tmp_path)
