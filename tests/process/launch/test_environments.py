"""Promises of the environments that the launcher builds: built once, again after a change, and never half-built."""

import ast
import re
import shutil
import subprocess
import sys

import pytest

from launch import environments
from tests.support.launcher_copy import Copy
from tests.support.repository import ROOT


def test_the_door_says_that_a_python_is_too_old_even_to_one_that_is() -> None:
    source = (ROOT / "launch" / "__main__.py").read_text()
    ast.parse(source, feature_version=(3, 6))
    ast.parse((ROOT / "launch" / "__init__.py").read_text(), feature_version=(3, 6))
    old = "import runpy, sys; sys.version_info = (3, 10, 4); runpy.run_module('launch', run_name='__main__')"
    answer = subprocess.run([sys.executable, "-c", old], cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.returncode == 1
    assert re.fullmatch(r"Witryna needs Python 3\.11 or newer, and this is Python 3\.10: .+", answer.stderr.strip())


def test_an_environment_is_built_once_and_again_when_its_requirements_changed(copy: Copy) -> None:
    copy.with_uv()
    shutil.copy(copy.root / "requirements-demo.txt", copy.root / "requirements-dev.txt")
    assert copy.launch("install").returncode == 0
    built = copy.uv_calls()
    assert built == 2 * 3
    assert copy.launch("install").returncode == 0
    assert copy.uv_calls() == built
    (copy.root / "requirements-demo.txt").write_text("# something else\n")
    assert copy.launch("install").returncode == 0
    assert copy.uv_calls() == built + 2


def test_packages_are_compiled_when_they_are_installed(copy: Copy) -> None:
    copy.with_uv()
    copy.launch("service", UV_SAYS="error: enough")
    _, installation = (copy.root / "uv-calls").read_text().splitlines()
    assert "--compile-bytecode" in installation.split(), "a program that may write nothing would compile them at each start"


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("error: Failed to download\n  cause: Hash mismatch", "error: Failed to download cause: Hash mismatch"),
        ("error: Failed to fetch\n  cause: dns error", "the package index cannot be reached"),
        ("error: No space left on device (os error 28)", "the disk is full"),
        (" ", "(the whole log: "),
    ],
)
def test_a_failed_install_is_one_sentence_and_not_taken_for_complete(copy: Copy, said: str, sentence: str) -> None:
    copy.with_uv()
    answer = copy.launch("service", UV_SAYS=said)
    assert answer.returncode == 1
    assert len(answer.stderr.strip().splitlines()) == 1
    assert "The packages of requirements-service.txt were not installed: " in answer.stderr
    assert sentence in answer.stderr
    assert "(the whole log: .venv/logs/install-service.log)" in answer.stderr
    tried = copy.uv_calls()
    copy.launch("service", UV_SAYS=said)
    assert copy.uv_calls() == 2 * tried


def test_without_uv_an_impossible_pin_is_one_sentence(copy: Copy) -> None:
    pin = f"colour-of-the-sky==99 --hash=sha256:{'0' * 64}\n"
    (copy.root / "requirements-service.txt").write_text(pin)
    answer = copy.launch("service", PIP_NO_INDEX="1")
    assert answer.returncode == 1
    assert len(answer.stderr.strip().splitlines()) == 1
    assert "No matching distribution found for colour-of-the-sky==99" in answer.stderr
    assert not (copy.root / ".venv" / "service" / environments.STAMP).exists()


def test_a_killed_install_is_not_taken_for_complete(copy: Copy) -> None:
    copy.complete_environments()
    (copy.root / ".venv" / "service" / environments.STAMP).unlink()
    copy.with_uv()
    copy.launch("service", UV_SAYS="error: still no")
    assert copy.uv_calls() == 2


def test_an_environment_started_from_itself_is_rebuilt_by_the_python_below_it(copy: Copy) -> None:
    copy.complete_environments()
    (copy.root / ".venv" / "service" / environments.STAMP).unlink()
    copy.with_uv()
    copy.launch("service", str(copy.root / ".venv" / "service" / "bin" / "python"), UV_SAYS="error: no")
    call = (copy.root / "uv-calls").read_text().splitlines()[0]
    assert f"--python {sys.base_prefix}" in call
