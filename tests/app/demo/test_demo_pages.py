"""Promises of the demo's pages, drawn by Streamlit's AppTest over the real service in this process."""

import itertools
import shutil
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from service.settings import Settings
from service.training.recipes import RECIPES
from tests.support.bundle_copies import change_card
from tests.support.demo_models import BUNDLED, every_model, listen, questions
from tests.support.demo_pages import PAGES, forget, go_to, html_of, opened, quiet, widget
from tests.support.in_process_client import client_of
from tests.support.service_app import serve

pytestmark = pytest.mark.usefixtures("request_log")


# Every page of every model


@every_model
@pytest.mark.parametrize("language", ["en", "pl"])
def test_every_page_works_for_every_model_or_says_why_not(request_log: list[str], model: str, language: str) -> None:
    for path in PAGES:
        app = quiet(opened(path, model=model, lang=language))
        assert app.query_params["model"] == model
        assert app.title[0].value
        texts = [*app.info, *app.markdown, *app.caption]
        assert len(html_of(app)) + sum(len(each.value) for each in texts) > 40, path
    only_text = model == "comment-sentiment"
    for path in ("what-if", "to-change"):
        assert bool(opened(path, model=model, lang=language).info) >= only_text
    assert len(questions(request_log)) <= 9


@every_model
def test_the_answer_of_the_page_is_the_answer_of_the_service(
    request_log: list[str], model: str, service: TestClient, toys_and_built: TestClient
) -> None:
    output = (service if model in BUNDLED else toys_and_built).get(f"/v1/models/{model}").json()["output"]
    app = quiet(opened(model=model, lang="en"))
    assert '<span class="number">' in html_of(app)
    assert len(questions(request_log)) == 1
    assert "explanations" in questions(request_log)[0]
    charts = app.get("plotly_chart")
    has_scale = output["kind"] == "classification" or "seen" in output or "interval" in output
    assert len(charts) == has_scale, "an answer without a range of answers has no scale"
    assert all(chart.proto.alt for chart in charts)


@every_model
def test_every_field_can_be_swept_alone_and_with_another(
    request_log: list[str], model: str, service: TestClient, toys_and_built: TestClient
) -> None:
    card = (service if model in BUNDLED else toys_and_built).get(f"/v1/models/{model}").json()
    names = [field["name"] for field in card["inputs"] if field["type"] != "text"]
    for view in (*names, *(",".join(pair) for pair in itertools.pairwise(names))):
        before = len(questions(request_log))
        app = quiet(opened("what-if", model=model, lang="en", view=view))
        assert app.query_params["view"] == view
        assert len(app.get("plotly_chart")) == 1
        assert app.get("plotly_chart")[0].proto.alt in "".join(text.value.replace("\\", "") for text in app.caption)
        assert len(questions(request_log)) == before + 1


@every_model
@pytest.mark.parametrize("language", ["en", "pl"])
def test_every_goal_is_answered(model: str, language: str, service: TestClient, toys_and_built: TestClient) -> None:
    card = (service if model in BUNDLED else toys_and_built).get(f"/v1/models/{model}").json()
    if all(field["type"] == "text" for field in card["inputs"]):
        assert opened("to-change", model=model, lang=language).info
        return
    views = [f"goal={band['value']}" for band in card["output"].get("bands", [])]
    own = "least=0.2&most=0.5" if card["output"]["kind"] == "classification" else "most=3000"
    for view in (*views, own):
        app = quiet(opened("to-change", model=model, lang=language, view=view))
        cards = [each for each in app.button if each.key and each.key.startswith("take-")]
        assert len(cards) + len(app.success) + len(app.info) >= 1
        keys = [each.key for each in cards]
        assert keys in ([], ["take-nearest"]) if app.info else "take-nearest" not in keys, "out of reach: the nearest result"


# One gesture, one request


@pytest.mark.parametrize("path", PAGES)
def test_a_rerun_or_a_second_visit_of_a_page_sends_no_query(path: str, request_log: list[str]) -> None:
    app = quiet(opened(path, model="credit-default", lang="en"))
    seen = len(request_log)
    app.run()
    assert len(request_log) == seen
    for other in PAGES:
        go_to(app, other)
    everything = len(questions(request_log))
    assert everything == 4, "why, a curve, proposals, the evaluation"
    for other in PAGES:
        go_to(app, other)
    assert len(questions(request_log)) == everything


def test_a_changed_field_sends_one_query_on_each_page(request_log: list[str]) -> None:
    app = quiet(opened(model="credit-default", lang="en"))
    widget(app, "months_late_now").set_value("3")
    app.run()
    assert len(questions(request_log)) == 2
    go_to(app, "what-if")
    assert len(questions(request_log)) == 3
    swept = str(app.query_params["view"])
    widget(app, swept).set_value("1")
    app.run()
    assert len(questions(request_log)) == 4
    changed = widget(app, swept).value
    go_to(app, "")
    assert widget(app, "months_late_now").value == "3"
    assert widget(app, swept).value == changed


# Proposals


def test_an_applied_recommendation_changes_the_form(service: TestClient) -> None:
    app = quiet(opened("to-change", model="credit-default", lang="en", start="rising-debt"))
    app.button(key="take-0").click()
    quiet(app.run())
    late, used = widget(app, "months_late_now").value, widget(app, "share_used_now").value
    row = {"months_late_now": int(late), "share_used_now": float(used.removesuffix("%")) / 100}
    start = next(e["row"] for e in service.get("/v1/models/credit-default").json()["examples"] if e["name"] == "rising-debt")
    answer = service.post("/v1/models/credit-default/predictions", json={"rows": [start | row]}).json()["predictions"][0]
    assert answer["decision"] == "approve"
    said = '<span class="number">19.9%</span>'
    assert (answer["probabilities"]["default"] < 0.2) == (said in html_of(app)), "20% would say that it is not approved"


# One more model


def test_one_more_bundle_in_the_folder_has_a_page(bundles: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "bundles"
    shutil.copytree(bundles, folder)
    shutil.copytree(folder / "diamond-price", folder / "gem-price")
    change_card(folder / "gem-price", lambda card: card.update(name="gem-price", question={"en": "What is this gem worth?"}))
    for app in serve(Settings(bundles=str(folder))):
        listen(client_of(app), monkeypatch)
        page = quiet(opened(model="gem-price", lang="en"))
        assert [title.value for title in page.title] == ["What is this gem worth?"]
        assert len(page.selectbox(key="model").options) == len(RECIPES) + 1
        assert 'class="number"' in html_of(page)
    forget()


# Links


def test_a_link_opens_its_case() -> None:
    app = opened(model="credit-default", lang="pl", start="two-months-late", months_late_now="1")
    assert widget(app, "months_late_now").value == "1"
    assert "Na początku" in html_of(app)
    assert app.query_params["months_late_now"] == "1"


def test_an_invalid_link_opens_with_a_notice_of_the_rejected_parameters() -> None:
    app = opened(model="credit-default", months_late_now="99", colour="red", last_payment="700", view="nowhere")
    assert widget(app, "last_payment").value == "700"
    assert "months_late_now=99" in app.info[0].value
    assert "colour=red" in app.info[0].value


def test_a_link_to_an_unknown_model_opens_another_with_a_notice() -> None:
    app = opened(model="../../etc/passwd")
    assert "model=" in app.info[0].value
    assert '<span class="number">' in html_of(app)
