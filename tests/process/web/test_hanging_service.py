"""Promises of the running service over models that hang: the others are served, and it stops when it is told to."""

import http.client
import json
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest

from tests.support import onnx_models
from tests.support.onnx_models import HANGING_ROW, ROWS, toy_card, write_toy_bundle
from tests.support.server_process import Program, running, service_program
from tests.support.skops_models import write_hanging_tree

MAX_THREADS_OF_A_PROCESS = 4
CALLERS = MAX_THREADS_OF_A_PROCESS + 3
"""More than a process may have threads; each ends the process, and the next one takes a second of processor time."""
MAX_LOOKS = 600


def post(url: str, model: str, rows: list[dict[str, float]]) -> int:
    """Return the status of an answer, or 0 if the connection ends without one."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
    try:
        body = json.dumps({"rows": rows})
        connection.request("POST", f"/v1/models/{model}/predictions", body, {"Content-Type": "application/json"})
        return connection.getresponse().status
    except (ConnectionError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    bundles: Path = tmp_path_factory.mktemp("hanging-bundles")
    write_toy_bundle(bundles, onnx_models.hanging(), toy_card("graph"))
    write_hanging_tree(bundles, "tree")
    write_toy_bundle(bundles, onnx_models.adding(), toy_card("good"))
    return bundles


@pytest.fixture
def service(folder: Path) -> Iterator[Program]:
    with running(service_program(folder, SERVICE_MODEL_SECONDS="0.5")) as program:
        yield program


def test_a_fitted_model_that_hangs_in_compiled_code_is_ended_and_answers_again(service: Program) -> None:
    """Python cannot end a thread that is in compiled code. A process can be ended. The other models do not notice."""
    before = psutil.Process(service.pid).num_threads()
    with ThreadPoolExecutor(CALLERS) as callers:
        statuses = set(callers.map(lambda _: post(service.url, "tree", [HANGING_ROW]), range(CALLERS)))
    assert statuses <= {503, 504}
    assert psutil.Process(service.pid).num_threads() <= before + MAX_THREADS_OF_A_PROCESS
    assert [post(service.url, "good", ROWS) for _ in range(5)] == [200] * 5
    assert post(service.url, "graph", ROWS) == 200
    assert any(post(service.url, "tree", ROWS) == 200 for _ in range(MAX_LOOKS)), "while it starts, callers get 504"
    assert service.stop() == 0


def test_told_to_stop_while_models_hang_it_stops_in_time(folder: Path) -> None:
    with running(service_program(folder, SERVICE_MODEL_SECONDS="300", SERVICE_STOP_SECONDS="1")) as program:
        process = psutil.Process(program.pid)
        idle = process.num_threads()
        callers = [
            threading.Thread(target=post, args=[program.url, model, [HANGING_ROW] * 2000], daemon=True)
            for model in ("tree", "graph")
        ]
        for caller in callers:
            caller.start()
        for _ in range(MAX_LOOKS):
            if process.num_threads() >= idle + len(callers):
                break
            callers[0].join(0.1)
        else:
            raise AssertionError("the models do not hang")
        assert post(program.url, "good", ROWS) == 200
        assert program.stop() == 0


def test_told_to_stop_while_a_bundle_hangs_in_its_opening_it_stops(tmp_path: Path) -> None:
    write_hanging_tree(tmp_path, "tree", [*ROWS, HANGING_ROW])
    program = service_program(tmp_path, health="/health/live")
    program.start()
    assert program.stop() == 0


def test_a_port_in_use_is_an_exit_code_and_no_crash(tmp_path: Path) -> None:
    write_toy_bundle(tmp_path, onnx_models.adding(), toy_card("good"))
    with running(service_program(tmp_path)) as service:
        port = urlsplit(service.url).port
        assert port
        for _ in range(3):
            second: Any = service_program(tmp_path, port)
            process = second.launch()
            try:
                assert process.wait(60) == 1
            except subprocess.TimeoutExpired:
                process.kill()
                raise
