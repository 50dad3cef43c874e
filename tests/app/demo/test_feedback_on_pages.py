"""Promises of the question under an answer on pages that show many: Compare, Feed, Files."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from client import Card
from demo.feedback import feedback_draft, file_answers
from demo.session import saved_cases
from demo.session.saved_cases import SavedCase
from service.bundles.registry import Registry
from service.settings import Settings
from tests.support.databases import sqlite_url
from tests.support.demo_pages import opened, quiet, serve_by
from tests.support.formula_models import FLAT, FLAT_ROW, PET, PET_ROW
from tests.support.in_process_client import client_of
from tests.support.service_app import serve


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """The real service, and the demo that asks it and looks at a feed of pets."""
    (tmp_path / "feedback").mkdir()
    monkeypatch.setenv("DEMO_FEEDBACK", str(tmp_path / "feedback"))
    monkeypatch.setenv("DEMO_FEEDS", f"pet-kind={tmp_path / 'pets.jsonl'}")
    monkeypatch.setattr(feedback_draft, "get_visitor", lambda: "A" * 22)
    for app in serve(Settings(database_url=sqlite_url(tmp_path)), Registry.of([FLAT, PET])):
        serve_by(client_of(app), monkeypatch)
        yield app


def stored(service: TestClient) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = service.get("/v1/feedback").json()["items"]
    return items


def predict(service: TestClient, model: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    answer = service.post(f"/v1/models/{model}/predictions", json={"rows": rows})
    predictions: list[dict[str, Any]] = answer.json()["predictions"]
    return predictions


def parts(kind: Any, name: str) -> list[Any]:
    return [each for each in kind if each.key and each.key.startswith("feedback") and each.key.endswith(f"/{name}")]


def test_compare_asks_about_the_chosen_of_the_kept_cases(service: TestClient) -> None:
    rows = [PET_ROW, PET_ROW | {"weight": 30.0}]
    cases = [SavedCase(name, row) for name, row in zip(("Rex", "*Big* Rex"), rows, strict=True)]
    page = opened("compare", model="pet-kind", kept=saved_cases.encode_saved_cases({"pet-kind": cases}))
    (verdict,) = parts(page.button_group, "verdict")
    assert verdict.label.startswith("Rex")
    second = page.session_state["saved_cases"]["pet-kind"][1].number
    next(each for each in page.button_group if each.key == "compare/chosen/pet-kind").set_value(second).run()
    (verdict,) = parts(page.button_group, "verdict")
    assert verdict.label.startswith("\\*Big\\* Rex")
    verdict.set_value("disagree").run()
    parts(page.button, "send")[0].click().run()
    quiet(page)
    (entry,) = stored(service)
    assert (entry["row"], entry["shown"]["page"], entry["verdict"]) == (rows[1], "compare", "disagree")
    assert entry["shown"]["prediction"] == entry["prediction"]


def test_two_clicks_rate_any_record_of_a_feed(service: TestClient, tmp_path: Path) -> None:
    rows = [PET_ROW | {"weight": weight} for weight in (1.0, 9.0, 9.0, 30.0)]
    lines = []
    for row, answer in zip(rows, predict(service, "pet-kind", rows), strict=True):
        shares = {f"probability_{label}": share for label, share in answer["probabilities"].items()}
        lines.append(row | shares | {"label": answer["label"], "decision": answer["decision"], "version": "toy"})
    lines.append({name: value for name, value in lines[0].items() if name != "age"})
    (tmp_path / "pets.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    page = quiet(opened("feed", model="pet-kind"))
    verdicts = {each.key.split("/")[0]: each for each in parts(page.button_group, "verdict")}
    worst = [key for key in verdicts if key.startswith("feedback-worst")]
    assert sorted(worst) == [f"feedback-worst-{number}" for number in (1, 2, 3, 4)], "a record without a field is no case"
    verdicts["feedback-worst-4"].set_value("agree").run()
    send = [each for each in parts(page.button, "send") if each.key.startswith("feedback-worst")]
    assert [each.key.split("/")[0] for each in send] == ["feedback-worst-4"]
    send[0].click().run()
    quiet(page)
    (entry,) = stored(service)
    assert (entry["row"], entry["version"], entry["shown"]["page"]) == (rows[3], "toy", "feed")
    assert entry["shown"]["prediction"]["decision"] == entry["prediction"]["decision"]
    assert len([each for each in page.success if "Saved on" in each.value]) >= 1


@pytest.mark.parametrize(("model", "row"), [("pet-kind", PET_ROW), ("flat-price", FLAT_ROW)])
def test_the_columns_of_a_scored_row_are_read_as_the_answer_that_they_are(
    model: str, row: dict[str, Any], service: TestClient
) -> None:
    card: Card = service.get(f"/v1/models/{model}").json()
    (prediction,) = predict(service, model, [row])
    cells = {"decision": prediction["decision"]}
    if "value" in prediction:
        interval = prediction["interval"] or {"low": None, "high": None}
        cells |= {"value": prediction["value"], "low": interval["low"], "high": interval["high"]}
    else:
        cells |= {"label": prediction["label"]}
        cells |= {f"probability_{label}": share for label, share in prediction["probabilities"].items()}
    answer = file_answers.read_answer(card, row, cells, "an-older-one", "files")
    assert answer is not None
    assert answer.prediction == {
        name: value for name, value in prediction.items() if value is not None or name == "decision"
    }
    assert answer.version == "an-older-one"
    assert file_answers.read_answer(card, row, dict.fromkeys(cells), "toy", "files") is None
    assert file_answers.read_answer(card, dict(list(row.items())[1:]), cells, "toy", "files") is None
