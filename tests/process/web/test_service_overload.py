"""Promises of the running service under fault and attack, from outside: what holds at any speed."""

import http.client
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from service.bundles.bundle_opening import open_model
from service.bundles.registry import Registry
from service.rows.columns import Columns
from service.settings import Settings
from service.web.app import create_app
from tests.support.overloaded_service import (
    DRIPPING,
    HEADS,
    PATH,
    ask,
    drip_beside,
    good_body,
    impatient_service,
    overload,
)
from tests.support.server_process import Program


@pytest.mark.parametrize("slow", HEADS)
def test_two_hundred_dripping_senders_are_cut_off_and_keep_nobody_waiting(
    slow: str, overloaded: Program, cards: dict[str, Any]
) -> None:
    """Those who drip their headers are cut at the deadline; those who begin a body and fall silent, at theirs."""
    cut, served = drip_beside(overloaded.url, slow, good_body(cards, "credit-default"))
    assert len(cut) == DRIPPING, "each of them is cut"
    assert {status for status, _ in served} == {200}


def test_under_overload_some_are_refused_the_others_answered_and_health_answers(
    overloaded: Program, cards: dict[str, Any]
) -> None:
    body = good_body(cards, "comment-sentiment", 2000)
    answers, healthy = overload(overloaded.url, body)
    statuses = [status for status, *_ in answers]
    assert set(statuses) == {200, 503}, "all accepted ones are answered, the others are refused"
    for status, headers, content, _ in answers:
        if status == 503:
            assert (content["code"], headers["retry-after"]) == ("overloaded", "1")
    assert healthy, "health was asked, and answered 200 each time"
    assert ask(overloaded.url, "comment-sentiment", body)[0] == 200, "and then everything is as before"


def test_told_to_stop_under_load_it_ends_what_it_began_and_says_so(bundles: Path, cards: dict[str, Any]) -> None:
    program = impatient_service(bundles)
    program.start()
    body = good_body(cards, "comment-sentiment", 300)
    whole: list[int] = []
    torn: list[BaseException] = []
    begun = threading.Event()

    def load() -> None:
        while True:
            try:
                whole.append(ask(program.url, "comment-sentiment", body)[0])
                begun.set()
            except ConnectionRefusedError:
                return
            except (ConnectionResetError, http.client.RemoteDisconnected):
                return  # accepted by the system's queue, never by the service: no answer had begun
            except Exception as error:  # noqa: BLE001 - half an answer, a hang
                torn.append(error)
                return

    people = [threading.Thread(target=load) for _ in range(3)]
    for each in people:
        each.start()
    assert begun.wait(60)
    assert program.stop() == 0
    for each in people:
        each.join(60)
    assert torn == []
    assert set(whole) <= {200, 503}


class Zoo:
    """Scorers that do what a bad model does."""

    quick = False

    def __init__(self, do: Any) -> None:
        self._do = do

    def score(self, columns: Columns) -> Any:
        return self._do(len(columns))


def hang(_rows: int) -> None:
    threading.Event().wait(3)


def raise_(_rows: int) -> None:
    raise RuntimeError("secret-path-of-a-model")


BAD_MODELS = {
    "raises": (raise_, 500, "model_failed"),
    "leaves the program": (lambda _: (_ for _ in ()).throw(SystemExit(3)), 500, "model_failed"),
    "answers NaN": (lambda rows: np.full((rows, 2), np.nan), 500, "model_failed"),
    "answers infinity": (lambda rows: np.full((rows, 2), np.inf), 500, "model_failed"),
    "answers another shape": (lambda rows: np.zeros((rows, 5)), 500, "model_failed"),
    "answers for fewer rows": (lambda _: np.zeros((0, 2)), 500, "model_failed"),
    "answers no array": (lambda _: "yes", 500, "model_failed"),
    "hangs": (hang, 504, "model_timeout"),
}


@pytest.mark.parametrize(("do", "status", "code"), BAD_MODELS.values(), ids=BAD_MODELS)
def test_a_bad_model_is_an_error_with_a_code_and_the_others_serve_on(
    do: Any, status: int, code: str, bundles: Path, cards: dict[str, Any]
) -> None:
    models = [open_model(bundles / name) for name in ("credit-default", "credit-scorecard")]
    models[0] = replace(models[0], scorer=Zoo(do), few_rows=0)
    app = create_app(Settings(model_seconds=0.3 if do is hang else 60), Registry.of(models))
    with TestClient(app, base_url="http://localhost", raise_server_exceptions=False) as service:
        bad = [
            service.post(PATH.format("credit-default"), json={"rows": cards["credit-default"]["real_rows"][:2]})
            for _ in range(3)
        ]
        for answer in bad:
            assert (answer.status_code, answer.json()["code"]) == (status, code)
            assert answer.json()["request_id"]
            assert "secret-path" not in answer.text
        good = service.post(PATH.format("credit-scorecard"), json={"rows": cards["credit-scorecard"]["real_rows"][:2]})
        assert good.status_code == 200
