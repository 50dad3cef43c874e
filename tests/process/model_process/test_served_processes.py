"""Promises of the running service over models in processes: codes, the other models, no orphan, no scikit-learn."""

import json
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.support import code_models, onnx_models
from tests.support.code_models import MISCHIEF, row, write_code_bundle
from tests.support.onnx_models import ROWS, toy_card, write_toy_bundle
from tests.support.repository import ROOT
from tests.support.server_process import Program, children, running, service_program


def post(url: str, model: str, rows: list[dict[str, float]]) -> tuple[int, dict[str, Any]]:
    request = urllib.request.Request(
        f"{url}/v1/models/{model}/predictions", json.dumps({"rows": rows}).encode(), {"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    bundles: Path = tmp_path_factory.mktemp("process-bundles")
    write_code_bundle(bundles, "mischief", MISCHIEF)
    write_toy_bundle(bundles, onnx_models.adding(), toy_card("good"))
    return bundles


@pytest.fixture(scope="module")
def service(folder: Path) -> Iterator[Program]:
    with running(service_program(folder, SERVICE_MODEL_SECONDS="2")) as program:
        yield program


@pytest.mark.parametrize(
    ("code", "status", "error"),
    [
        (code_models.HANG, 504, "model_timeout"),
        (code_models.SEGFAULT, 500, "model_failed"),
        (code_models.RAISE, 500, "model_failed"),
        (code_models.NAN, 500, "model_failed"),
    ],
)
def test_the_caller_gets_a_code_and_the_next_one_an_answer(code: int, status: int, error: str, service: Program) -> None:
    assert post(service.url, "good", ROWS)[0] == 200
    answer = post(service.url, "mischief", [row(code)])
    assert (answer[0], answer[1]["code"]) == (status, error)
    assert "secret" not in json.dumps(answer[1])
    assert post(service.url, "good", ROWS)[0] == 200
    for _ in range(10):  # a start of a process under load may take longer than the 2 s of this service
        status, body = post(service.url, "mischief", [row(1)])
        if status == 200:
            break
    assert body["predictions"][0]["value"] == 2.0


def test_rows_of_callers_at_once_are_scored_together_and_each_gets_its_own(service: Program) -> None:
    """No thread of the service waits for the process: there are fewer threads than callers."""
    assert post(service.url, "mischief", [row(1)])[0] == 200
    threads = psutil.Process(service.pid).num_threads()
    with ThreadPoolExecutor(24) as callers:
        answers = list(callers.map(lambda each: post(service.url, "mischief", [row(each), row(each, 2)]), range(100)))
    assert [[each["value"] for each in body["predictions"]] for _, body in answers] == [
        [n + 1.0, n + 2.0] for n in range(100)
    ]
    assert psutil.Process(service.pid).num_threads() <= threads + 1, "and at most one for a second process"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_service_that_ends_or_is_killed_leaves_no_process(number: signal.Signals, folder: Path) -> None:
    program = service_program(folder)
    program.start()
    processes = children(program.pid)
    assert processes
    program.end(number)
    assert psutil.wait_procs(list(processes), timeout=30)[1] == []


def test_the_service_loads_neither_scikit_learn_nor_pandas_whatever_it_serves(folder: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from service.web.app import create_app; from service.settings import Settings;"
        "from service.bundles.versions.registry_updates import RegistryUpdates;"
        f"app = create_app(Settings()); RegistryUpdates(app.services.registry, Path({str(folder)!r})).load();"
        "models = app.services.registry.models(); models[1].predict([{'a': 1.0, 'b': 1.0}]);"
        "names = {'sklearn', 'scipy', 'skops', 'joblib', 'cloudpickle', 'pandas', 'pyarrow'};"
        "print(len(models), sorted(names & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "2 []"
