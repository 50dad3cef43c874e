"""Promises about a model that never answers a row: its caller gets 504, all others are answered, and its thread is free."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from service.bundles.bundle_opening import open_model
from service.bundles.registry import Registry
from service.settings import Settings
from service.web.app import create_app
from tests.support import onnx_models
from tests.support.onnx_models import HANGING_ROW, ROWS, toy_card, write_toy_bundle
from tests.support.problem_check import check_problem

PATH = "/v1/models/{}/predictions"
MODELS = {"hanging": onnx_models.hanging, "good": onnx_models.adding}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder: Path = tmp_path_factory.mktemp("hanging")
    bundles = [write_toy_bundle(folder, model(), toy_card(name)) for name, model in MODELS.items()]
    service = create_app(Settings(model_seconds=0.5), Registry.of(map(open_model, bundles)))
    with TestClient(service, base_url="http://localhost", raise_server_exceptions=False) as client:
        yield client


@pytest.mark.parametrize("rows", [1, 3000], ids=["on the event loop", "in a thread"])
def test_a_row_on_which_the_model_hangs_is_a_504_and_the_others_are_answered(rows: int, app: TestClient) -> None:
    body = {"rows": [HANGING_ROW] * rows}
    answers = [app.post(PATH.format("hanging"), json=body) for _ in range(6)]
    for answer in answers:
        check_problem(answer, 504, "model_timeout")
    assert app.post(PATH.format("good"), json={"rows": ROWS}).status_code == 200
    # Six threads would be at work if a run did not end: more than the model has.
    assert app.post(PATH.format("hanging"), json={"rows": ROWS}).status_code == 200


def test_health_is_answered_while_a_model_hangs(app: TestClient) -> None:
    statuses: list[int] = []
    hanging = threading.Thread(
        target=lambda: statuses.append(app.post(PATH.format("hanging"), json={"rows": [HANGING_ROW]}).status_code),
        daemon=True,
    )
    hanging.start()
    healthy = [app.get("/health/live").status_code]
    still_hangs = hanging.is_alive()
    hanging.join(60)
    assert still_hangs, "health is answered only after the row"
    assert (healthy, statuses) == ([200], [504])


@pytest.mark.parametrize("question", ["explanations", "curves", "recommendations"])
def test_a_question_about_a_row_on_which_the_model_hangs_is_a_504(question: str, app: TestClient) -> None:
    bodies: dict[str, dict[str, Any]] = {
        "explanations": {"rows": [HANGING_ROW]},
        "curves": {"row": HANGING_ROW, "fields": ["b"]},
        "recommendations": {"row": HANGING_ROW, "goal": {"value": {"max": 0}}},
    }
    check_problem(app.post(f"/v1/models/hanging/{question}", json=bodies[question]), 504, "model_timeout")
    good = {
        key: [ROWS[0]] if key == "rows" else ROWS[0] if key == "row" else value for key, value in bodies[question].items()
    }
    assert app.post(f"/v1/models/hanging/{question}", json=good).status_code == 200


def test_a_file_with_such_a_row_is_a_504_and_the_model_goes_on(app: TestClient) -> None:
    csv = b"a,b\n1,1\n200,0\n"
    check_problem(app.post(PATH.format("hanging"), content=csv, headers={"Content-Type": "text/csv"}), 504, "model_timeout")
    assert app.post(PATH.format("hanging"), json={"rows": ROWS}).status_code == 200
