"""A model that is sent to a running service is published there, and its code can do nothing else."""

import json
import pickle
import signal
import socket
import tempfile
import threading
import zipfile
from collections.abc import Iterator
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from sklearn.datasets import load_wine
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from client import Busy, Client, Refused, hand_over
from tests.support.server_process import Program, children, service_program

ADMIN, READ = "a-key-that-may-publish", "a-key-that-may-read"
WINE, KINDS = load_wine(return_X_y=True, as_frame=True)
MODEL = make_pipeline(StandardScaler(), LogisticRegression()).fit(WINE, KINDS)
# It cannot be converted, so the process that publishes it starts the process of the model.
OWN = make_pipeline(FunctionTransformer(lambda table: table * 2), StandardScaler(), LogisticRegression()).fit(WINE, KINDS)


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bundles")


@pytest.fixture(scope="module")
def service(bundles: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    program = service_program(
        bundles,
        SERVICE_API_KEYS=f"{ADMIN}:admin,{READ}:read",
        SERVICE_ACCEPT_MODELS="yes",
        SERVICE_BUNDLES_POLL_SECONDS="0.05",
        TMPDIR=str(tmp_path_factory.mktemp("scratch")),
    )
    program.start()
    yield program
    program.stop()


@pytest.fixture
def admin(service: Program) -> Iterator[Client]:
    with closing(Client(service.url, ADMIN)) as client:
        yield client


@pytest.fixture
def reader(service: Program) -> Iterator[Client]:
    with closing(Client(service.url, READ)) as client:
        yield client


class Code:
    """Opening its pickle runs some Python."""

    def __init__(self, source: str) -> None:
        self.source = source

    def __reduce__(self) -> Any:
        return exec, (self.source,)


@cache
def handed_files() -> dict[str, bytes]:
    """Return the files that `hand_over` writes."""
    with tempfile.TemporaryDirectory() as folder:
        return {file.name: file.read_bytes() for file in hand_over(MODEL, WINE, KINDS, "hostile", folder=folder).iterdir()}


def folder_with(source: str, folder: Path) -> Path:
    """Return a folder as of `hand_over` whose model runs some Python when it is opened."""
    handed = folder / "hostile"
    handed.mkdir(exist_ok=True)
    for name, content in handed_files().items():
        (handed / name).write_bytes(content)
    (handed / "model.pkl").write_bytes(pickle.dumps(Code(source)))
    return handed


def probabilities(reader: Client, model: str) -> "np.ndarray[Any, Any]":
    answers = reader.predict(model, WINE.to_dict("records"))["predictions"]
    return np.array([[each["probabilities"][kind] for kind in "012"] for each in answers])


def test_one_call_in_a_notebook_publishes_and_the_service_answers_as_the_model(
    service: Program, reader: Client, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = hand_over(MODEL, WINE, KINDS, "wine", folder=tmp_path, held_out=True, url=service.url, api_key=ADMIN)
    printed = capsys.readouterr().out
    assert folder == tmp_path / "wine"
    assert "The card is worked out." in printed
    assert "wine, version " in printed
    assert np.abs(probabilities(reader, "wine") - MODEL.predict_proba(WINE)).max() < 1e-9
    assert reader.card("wine").get("evaluated_on", "unseen_rows") == "unseen_rows"


def test_the_service_answers_meanwhile_and_takes_no_second_model(
    admin: Client, reader: Client, bundles: Path, tmp_path: Path
) -> None:
    folder = hand_over(OWN, WINE, KINDS, "second", folder=tmp_path)
    steps: list[str] = []
    ready = threading.Event()
    published: list[Any] = []

    def report(sentence: str) -> None:
        steps.append(sentence)
        if len(steps) > 1:
            ready.set()

    sender = threading.Thread(target=lambda: published.append(admin.publish(folder, report)))
    sender.start()
    assert ready.wait(60)
    with pytest.raises(Busy, match="Another model is being published"):
        admin.publish(folder, steps.append)
    answers = 0
    while sender.is_alive():
        reader.ready()
        answers += 1
        if answers > 20:
            sender.join(0.1)  # more answers would only take processor time from the publication
    sender.join()
    assert published[0]["served"] is True
    assert answers > 20, "the event loop is free"
    assert (bundles / f"second.{published[0]['version'][:12]}").is_dir()
    assert "in a process of its own" in published[0]["summary"]
    assert np.array_equal(probabilities(reader, "second"), OWN.predict_proba(WINE))


TRIES = {
    "network": "socket.create_connection(('127.0.0.1', port), 2)",
    "write": "open(outside, 'w').write('changed')",
    "remove": "os.remove(outside)",
    "bundles": "open(bundles + '/hostile.default', 'w')",
    "signal": "os.kill(service, 0)",
    "variables of the service": "open('/proc/%d/environ' % service, 'rb').read()",
    "its key": "[value for value in os.environ.values() if 'may-publish' in value][0]",
    "its first key": "open('/proc/self/environ', 'rb').read().index(b'may-publish')",
    "child": "subprocess.run(['touch', outside + '.child'], check=True)",
}
ALLOWED = "open(os.environ['HOME'] + '/scratch', 'w').write('x')"


def test_the_code_of_a_model_gets_at_nothing(service: Program, admin: Client, bundles: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text("as it was")
    before = sorted(bundles.iterdir())
    names = {"port": int(service.url.rpartition(":")[2]), "outside": str(outside), "bundles": str(bundles)}
    source = f"""
import os, socket, subprocess
globals().update({names | {"service": service.pid}!r})
done = []
for name, code in {TRIES | {"allowed": ALLOWED}!r}.items():
    try:
        eval(code)
        done.append(name)
    except Exception:
        pass
raise ValueError("done: " + ", ".join(done))
"""
    with pytest.raises(Refused) as caught:
        admin.publish(folder_with(source, tmp_path), lambda _sentence: None)
    assert caught.value.code == "cannot_publish"
    assert caught.value.detail == "model.pkl cannot be opened: ValueError: done: allowed"
    assert outside.read_text() == "as it was"
    assert sorted(bundles.iterdir()) == before


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("import os; os._exit(3)", r"ended before its time \(exit code 3\)"),
        ("b'x' * 2**35", "MemoryError"),
        ("import os; os.write(3, b'nonsense\\n'); os.write(4, b'nonsense\\n'); os.write(5, b'nonsense\\n')", "no message"),
    ],
)
def test_a_model_that_breaks_its_process_is_refused_and_the_service_goes_on(
    source: str, sentence: str, admin: Client, tmp_path: Path
) -> None:
    with pytest.raises(Refused, match=sentence):
        admin.publish(folder_with(source, tmp_path), lambda _sentence: None)
    assert admin.ready()["status"] == "ready"


def zipped(folder: Path) -> bytes:
    with zipfile.ZipFile(folder.with_suffix(".zip"), "w") as archive:
        for file in folder.iterdir():
            archive.write(file, file.name)
    return folder.with_suffix(".zip").read_bytes()


def send_hanging_model(service: Program, folder: Path) -> tuple[socket.socket, list[psutil.Process]]:
    """Send a model that hangs when it is opened; return the connection and the processes that publish it."""
    body = zipped(folder_with("import time; time.sleep(10_000)", folder))
    connection = socket.create_connection(("127.0.0.1", int(service.url.rpartition(":")[2])), 30)
    lines = ["POST /v1/models HTTP/1.1", "Host: localhost", f"Authorization: Bearer {ADMIN}"]
    lines += ["Content-Type: application/zip", f"Content-Length: {len(body)}", "", ""]
    connection.sendall("\r\n".join(lines).encode() + body)
    answer = b""
    while b'"step":"model"' not in answer:
        received = connection.recv(4096)
        assert received, answer
        answer += received
    publishing = [each for each in children(service.pid) if "service.models.receive" in each.cmdline()]
    assert publishing
    return connection, publishing


def test_a_caller_who_hangs_up_ends_the_publication(service: Program, admin: Client, bundles: Path, tmp_path: Path) -> None:
    before = sorted(bundles.iterdir())
    connection, publishing = send_hanging_model(service, tmp_path)
    connection.close()
    assert not psutil.wait_procs(publishing, 30)[1]
    assert sorted(bundles.iterdir()) == before
    with pytest.raises(Refused, match="SystemExit"):  # the next one is taken
        admin.publish(folder_with("raise SystemExit", tmp_path), lambda _sentence: None)


def test_a_killed_service_leaves_no_process_and_no_part_of_a_model(service: Program, bundles: Path, tmp_path: Path) -> None:
    before = sorted(bundles.iterdir())
    connection, publishing = send_hanging_model(service, tmp_path)
    service.end(signal.SIGKILL)
    connection.close()
    assert not psutil.wait_procs(publishing, 30)[1]
    assert sorted(bundles.iterdir()) == before
    service.start()
    with closing(Client(service.url, READ)) as client:
        health = client.ready()
    assert {model["state"] for model in health["models"]} <= {"ready"}
    assert json.dumps(health).count("hostile") == 0
