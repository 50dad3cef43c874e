"""Promises of the process of a model on Linux: no network, no file written but in its scratch folder, bounded memory."""

import math
import os
import sys
import sysconfig
import venv
from pathlib import Path
from typing import Any

import pytest

from service.bundles.bundle_opening import open_model
from service.bundles.model import Model
from service.model_process.worker_process import ProcessPlan, WorkerProcess
from tests.support.code_models import write_code_bundle

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the limits are those of Linux")

# What the model tries → the Python that does it. It answers 1 if it succeeds, 0 if the system refuses.
TRIES = {
    1: "socket.create_connection((host, port), 2)",
    2: "socket.socket(socket.AF_UNIX)",
    3: "open(outside, 'w').write('changed')",
    4: "os.remove(outside)",
    5: "open(outside + '.new', 'w')",
    6: "os.kill(os.getppid(), 0)",
    7: "open('/proc/%d/environ' % os.getppid(), 'rb').read()",
    8: "open('/proc/%d/mem' % os.getppid(), 'rb')",
    9: "np.ones(6 * 2**30, dtype=np.uint8)",
    10: "os.rename(outside, outside + '.moved')",
    11: "os.truncate(outside, 0)",
    12: "subprocess.run(['touch', outside + '.child'], check=True)",
    20: "open('scratch', 'w').write('x')",
    21: "tempfile.TemporaryFile().write(b'x')",
    22: "open(os.devnull, 'w').write('x')",
    23: "subprocess.run(['true'], check=True)",
    24: "threading.Thread(target=int).start()",
    25: "open('/proc/self/status').read()",
    26: "open('/etc/passwd').read()",
}
REFUSED = [number for number in TRIES if number < 20]
ALLOWED = [number for number in TRIES if number >= 20]


@pytest.fixture(scope="module")
def prisoner(tmp_path_factory: pytest.TempPathFactory) -> tuple[Model, Path]:
    folder = tmp_path_factory.mktemp("prisoner")
    outside = folder / "outside"
    outside.write_text("as it was")
    branches = "\n".join(f"            {number}: lambda: {code}," for number, code in TRIES.items())
    source = f"""
import os, socket, subprocess, tempfile, threading
import numpy as np

host, port, outside = "127.0.0.1", 9, {str(outside)!r}

class Model:
    def predict(self, frame):
        tries = {{
{branches}
        }}
        return np.array([self.succeeds(tries.get(int(number))) for number in frame["a"]])

    def succeeds(self, attempt):
        try:
            return 0.0 if attempt is None else float(bool(attempt() or 1))
        except (OSError, MemoryError, subprocess.SubprocessError):
            return 0.0
"""
    from tests.support.onnx_models import toy_card

    card = toy_card("prisoner", rows=[{"a": 0.0, "b": 0.0}])
    return open_model(write_code_bundle(folder, "prisoner", source, card)), outside


def succeeds(model: Model, number: int) -> bool:
    answers: list[Any] = list(model.predict([{"a": float(number), "b": 0.0}]).predictions)
    return bool(answers[0].value)


def test_this_system_can_limit_a_process(prisoner: tuple[Model, Path]) -> None:
    assert prisoner[0].unlimited == ()


@pytest.mark.parametrize("number", REFUSED, ids=[TRIES[number] for number in REFUSED])
def test_the_system_refuses(number: int, prisoner: tuple[Model, Path]) -> None:
    model, outside = prisoner
    assert not succeeds(model, number)
    assert outside.read_text() == "as it was"
    assert sorted(each.name for each in outside.parent.iterdir()) == ["outside", "prisoner"]


@pytest.mark.parametrize("number", ALLOWED, ids=[TRIES[number] for number in ALLOWED])
def test_a_model_may(number: int, prisoner: tuple[Model, Path]) -> None:
    assert succeeds(prisoner[0], number)


def test_the_same_tries_succeed_without_limits(tmp_path: Path) -> None:
    """Else the tests above would prove nothing."""
    outside = tmp_path / "outside"
    outside.write_text("as it was")
    assert outside.write_text("changed")
    assert Path(f"/proc/{os.getpid()}/environ").read_bytes()
    os.kill(os.getpid(), 0)


def test_code_of_a_package_that_runs_when_python_starts_has_no_rights_either(tmp_path: Path) -> None:
    """A wheel may bring a file .pth, whose lines Python runs before any program."""
    venv.create(tmp_path / "environment", with_pip=False)
    packages = next((tmp_path / "environment").glob("lib/python*/site-packages"))
    (packages / "packages.pth").write_text(sysconfig.get_path("purelib") + "\n")
    outside, inside = tmp_path / "outside", "os.path.join(os.environ['HOME'], 'started')"
    (packages / "hostile.pth").write_text(f"import os; open({inside}, 'w').close(); open({str(outside)!r}, 'w').close()\n")
    request = {"file": "", "sha256": {}, "form": "recipe", "function": "sklearn.linear_model:LinearRegression"}
    rest = {"trusted": True, "fields": [], "output": None, "is_classifier": False}
    process = WorkerProcess(ProcessPlan("hostile", str(packages.parents[2] / "bin" / "python"), request | rest, 2**32))
    try:
        assert process.open(math.inf)["unlimited"] == []
        assert (process._scratch.path / "started").exists(), "the line has run"
        assert not outside.exists()
    finally:
        process.kill()
