"""The client sends a folder to a service, and says what the lines of the answer say."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
import requests
from requests.adapters import BaseAdapter
from sklearn.dummy import DummyClassifier

from client import Busy, Client, Failed, InvalidAnswer, Refused, hand_over

URL = "http://service.test"
MODEL = DummyClassifier().fit([[1.0], [2.0]], [0, 1])
WORKING = [{"state": "working", "step": step, "model": "churn"} for step in ("packages", "sample", "sample", "a later one")]
PUBLISHED = {"state": "published", "model": "churn", "version": "ab" * 32, "summary": "churn, version abab", "served": True}
PROBLEM = {"status": 422, "code": "cannot_publish", "detail": "It has no sample.", "request_id": "r"}


class Lines(BaseAdapter):
    """Answers each request with some lines, and keeps the request."""

    def __init__(self, lines: list[Any], status: int = 200, media_type: str = "application/x-ndjson") -> None:
        super().__init__()
        self.content = b"".join(line if isinstance(line, bytes) else json.dumps(line).encode() + b"\n" for line in lines)
        self.status, self.media_type = status, media_type
        self.headers: dict[str, Any] = {}
        self.files: dict[str, bytes] = {}
        self.address = ""

    def send(self, request: requests.PreparedRequest, *_arguments: Any, **_options: Any) -> requests.Response:
        with zipfile.ZipFile(io.BytesIO(request.body.read())) as archive:  # type: ignore[union-attr] # a file
            self.files = {name: archive.read(name) for name in archive.namelist()}
        self.headers, self.address = dict(request.headers), f"{request.method} {request.path_url}"
        response = requests.Response()
        response.status_code = self.status
        response.headers.update({"Content-Type": self.media_type, "X-Request-ID": "r"})
        response.raw = io.BytesIO(self.content)
        return response

    def close(self) -> None:
        pass


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = hand_over(MODEL, [[1.0], [2.0]], [0, 1], "churn", folder=tmp_path_factory.mktemp("handed"), held_out=True)
    (folder / "card.toml").write_text('title = "Churn"\n')
    (folder / "notes.txt").write_text("private")
    return folder


def publish(folder: Path, adapter: Lines) -> tuple[Any, list[str]]:
    client = Client(URL, "an-admin-key-of-us")
    client.session.mount(URL, adapter)
    sentences: list[str] = []
    return client.publish(folder, sentences.append), sentences


def test_the_files_of_the_folder_are_sent_and_no_others(folder: Path) -> None:
    adapter = Lines([PUBLISHED])
    publish(folder, adapter)
    assert adapter.address == "POST /v1/models"
    assert adapter.headers["Authorization"] == "Bearer an-admin-key-of-us"
    assert adapter.headers["Content-Type"] == "application/zip"
    names = ["card.toml", "model.pkl", "sample.csv", "witryna.json"]
    assert adapter.files == {name: (folder / name).read_bytes() for name in names}
    assert json.loads(adapter.files["witryna.json"])["held_out"] is True


def test_each_step_is_said_once_and_what_is_published_is_returned(folder: Path) -> None:
    publication, sentences = publish(folder, Lines([*WORKING, PUBLISHED]))
    assert publication == {name: value for name, value in PUBLISHED.items() if name != "state"}
    assert sentences[0] == "churn is sent to the service."
    assert sentences[1].startswith("The packages of the model")
    assert sentences[2:] == ["The sample is read.", "a later one"]


def test_a_refusal_is_the_sentence_of_the_service_whenever_it_comes(folder: Path) -> None:
    late = Lines([*WORKING, {"state": "refused", "problem": PROBLEM}])
    early = Lines([json.dumps(PROBLEM).encode()], 422, "application/problem+json")
    for adapter in (late, early):
        with pytest.raises(Refused, match="It has no sample") as caught:
            publish(folder, adapter)
        assert (caught.value.status, caught.value.code, caught.value.request_id) == (422, "cannot_publish", "r")
    full = {"state": "refused", "problem": PROBLEM | {"status": 503, "code": "overloaded"}}
    with pytest.raises(Failed):
        publish(folder, Lines([full]))


def test_another_publication_makes_the_service_busy(folder: Path) -> None:
    adapter = Lines([json.dumps(PROBLEM | {"status": 429}).encode()], 429, "application/problem+json")
    with pytest.raises(Busy):
        publish(folder, adapter)


@pytest.mark.parametrize(
    "lines",
    [
        [],
        WORKING,
        [b"nonsense\n"],
        [b"[]\n"],
        [{}],
        [b"[" * 10_000 + b"\n"],
        [{"state": "published", "model": "churn"}],
        [PUBLISHED | {"served": "yes"}],
        [{"state": "refused"}],
        [{"state": "refused", "problem": []}],
        [{"state": "refused", "problem": {"status": "422"}}],
        [b"x" * 2_000_000],
        [json.dumps(PUBLISHED).encode()],
    ],
    ids=lambda lines: str(lines)[:30],
)
def test_an_answer_without_its_last_line_is_no_answer(lines: list[Any], folder: Path) -> None:
    with pytest.raises(InvalidAnswer):
        publish(folder, Lines(lines))


def test_a_folder_without_a_model_is_not_sent(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"has no witryna\.json"):
        Client(URL).publish(tmp_path)
