"""Promises of the demo's six pages, drawn by Streamlit's AppTest over the real service in this process."""

import itertools
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from client import Client
from demo.session import saved_cases
from demo.session.saved_cases import SavedCase
from demo.text.translation import Translation
from service.settings import Settings
from tests.support.bundle_copies import change_card
from tests.support.demo_pages import PAGES, forget, go_to, html_of, opened, quiet, serve_by, widget
from tests.support.formula_models import TOYS
from tests.support.in_process_client import client_of
from tests.support.service_app import serve

BUNDLED = ("comment-sentiment", "credit-default", "credit-scorecard", "diamond-price")
BUILT = ("toy-pets", "toy-rents")
EVERY_MODEL = (*BUNDLED, *TOYS, *BUILT)
pytestmark = pytest.mark.usefixtures("asked")

HOW_GOOD = (
    "apart",
    "trust",
    "mistakes",
    "finding",
    "against",
    "errors",
    "ranges",
    "bands",
    "matters",
    "groups",
    "weak",
)
"""Every question of How good, of models of labels and of values."""


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, service: TestClient, toys_and_built: TestClient, request: Any) -> list[str]:
    """The real client over the real app, the bundled models or the toys; returns what the demo asked."""
    model = getattr(request, "param", BUNDLED[0])
    client = client_of(service if model in BUNDLED else toys_and_built)
    return listen(client, monkeypatch)


def listen(client: Client, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    paths: list[str] = []
    client.session.hooks["response"].append(
        lambda answer, **_: paths.append(f"{answer.request.method} {answer.request.path_url}")
    )
    serve_by(client, monkeypatch)
    return paths


def questions(asked: list[str]) -> list[str]:
    """Return what was asked of models, without the cards."""
    return [path for path in asked if path.startswith("POST") or path.partition("?")[0].endswith("/evaluation")]


every_model = pytest.mark.parametrize(
    ("asked", "model"), [(name, name) for name in EVERY_MODEL], indirect=["asked"], ids=EVERY_MODEL
)


# Every page of every model


@every_model
@pytest.mark.parametrize("language", ["en", "pl"])
def test_every_page_works_for_every_model_or_says_why_not(asked: list[str], model: str, language: str) -> None:
    for path in PAGES:
        app = quiet(opened(path, model=model, lang=language))
        assert app.query_params["model"] == model
        assert app.title[0].value
        texts = [*app.info, *app.markdown, *app.caption]
        assert len(html_of(app)) + sum(len(each.value) for each in texts) > 40, path
    only_text = model == "comment-sentiment"
    for path in ("what-if", "to-change"):
        assert bool(opened(path, model=model, lang=language).info) >= only_text
    assert len(questions(asked)) <= 9


@every_model
def test_the_answer_of_the_page_is_the_answer_of_the_service(asked: list[str], model: str) -> None:
    app = quiet(opened(model=model, lang="en"))
    assert '<span class="number">' in html_of(app)
    assert len(questions(asked)) == 1
    assert "explanations" in questions(asked)[0]
    chart = app.get("plotly_chart")
    assert len(chart) == 1
    assert chart[0].proto.alt


@every_model
def test_every_field_can_be_swept_alone_and_with_another(
    asked: list[str], model: str, service: TestClient, toys_and_built: TestClient
) -> None:
    card = (service if model in BUNDLED else toys_and_built).get(f"/v1/models/{model}").json()
    names = [field["name"] for field in card["inputs"] if field["type"] != "text"]
    for view in (*names, *(",".join(pair) for pair in itertools.pairwise(names))):
        before = len(questions(asked))
        app = quiet(opened("what-if", model=model, lang="en", view=view))
        assert app.query_params["view"] == view
        assert len(app.get("plotly_chart")) == 1
        assert app.get("plotly_chart")[0].proto.alt in "".join(text.value.replace("\\", "") for text in app.caption)
        assert len(questions(asked)) == before + 1


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
        assert not (cards and app.info)


@pytest.mark.parametrize(
    ("asked", "model"), [(name, name) for name in (*BUNDLED, *BUILT)], indirect=["asked"], ids=[*BUNDLED, *BUILT]
)
@pytest.mark.parametrize("language", ["en", "pl"])
def test_every_question_of_how_good_is_answered_with_a_sentence(asked: list[str], model: str, language: str) -> None:
    app = quiet(opened("how-good", model=model, lang=language))
    pills = app.get("button_group")[-1]
    assert len(pills.proto.options) >= 5
    for view in HOW_GOOD:
        shown = quiet(opened("how-good", model=model, lang=language, view=view))
        assert any(text.value.startswith("#### ") for text in shown.markdown), view
    assert len(questions(asked)) >= 1


@pytest.mark.parametrize(
    ("asked", "model"), [(name, name) for name in (*BUNDLED, *BUILT)], indirect=["asked"], ids=[*BUNDLED, *BUILT]
)
@pytest.mark.parametrize("language", ["en", "pl"])
def test_about_shows_every_text_of_the_card(
    asked: list[str], model: str, language: str, service: TestClient, toys_and_built: TestClient
) -> None:
    app = (service if model in BUNDLED else toys_and_built).get(f"/v1/models/{model}", headers={"Accept-Language": language})
    card = app.json()
    page = quiet(opened("about", model=model, lang=language))
    assert questions(asked) == [], "the card alone"
    texts = [*page.markdown, *page.caption, *page.subheader, *page.info, *page.title]
    said = "\n".join(text.value for text in texts).replace("\\", "")
    training = card["training"]
    for text in (
        *(card.get(name, "") for name in ("title", "summary", "purpose", "version")),
        *card.get("not_for", []),
        *card.get("limits", []),
        *(training.get(name, "") for name in ("data", "source", "licence", "period", "algorithm")),
    ):
        assert text in said
    tr = Translation(language)
    assert tr.number(training["rows"]) in said
    if card.get("built"):
        assert tr.date(card["built"]) in said
    shown = {each.label.replace("\\", ""): each.value for each in page.metric}
    for metric in card["metrics"]:
        percent = metric["name"] in {"accuracy", "coverage", "relative_error"}
        value, low, high = (
            tr.percent(metric[end], 1) if percent else tr.number(metric[end], 3) for end in ("value", "low", "high")
        )
        assert shown[metric["label"]] == value
        assert any(low in text.value and high in text.value for text in page.caption), "its interval"
    assert tr.number(card["metrics"][0]["rows"]) in said


def test_typed_prices_change_the_cheapest_threshold(asked: list[str], service: TestClient) -> None:
    found = service.get("/v1/models/credit-default/evaluation").json()["evaluation"]
    app = quiet(opened("how-good", model="credit-default", lang="en", view="mistakes"))
    before = len(questions(asked))
    alarm, missed = app.number_input
    assert alarm.key
    assert missed.key
    assert (alarm.label, missed.label) == ("A false alarm costs", "A missed one costs")
    for prices in ((1, 5), (9, 2), (2, 9)):
        for key, price in zip((alarm.key, missed.key), prices, strict=True):
            app.number_input(key=key).set_value(float(price))
        quiet(app.run())
        costs = {
            each["threshold"]: each["flagged_wrong"] * prices[0] + each["passed_wrong"] * prices[1]
            for each in found["thresholds"]
        }
        least = min(costs.values())
        best = {f"{threshold:.0%}" for threshold, cost in costs.items() if cost == least}
        said = "".join(text.value for text in app.markdown).replace("\\", "")
        (threshold,) = re.findall(rf"the cheapest threshold is (\d+%), where they cost {least:,} \(", said)
        assert threshold in best
        assert f"Here all mistakes cost {costs[0.5]:,} (" in said
    assert len(questions(asked)) == before


@pytest.mark.parametrize(
    ("asked", "model"), [(name, name) for name in (*BUNDLED, *BUILT)], indirect=["asked"], ids=[*BUNDLED, *BUILT]
)
def test_the_sentence_of_a_question_agrees_with_its_chart(asked: list[str], model: str) -> None:
    for view in HOW_GOOD:
        app = quiet(opened("how-good", model=model, lang="en", view=view))
        said = "".join(text.value for text in [*app.markdown, *app.caption]).replace("\\", "")
        heading = next(text.value for text in app.markdown if text.value.startswith("#### ")).replace("\\", "")
        assert "Pale" not in said
        if " to " in heading and view != "weak":
            assert "95% of repeated measurements" in said
    assert len(questions(asked)) >= 1


def test_how_good_says_that_a_model_has_no_evaluation(monkeypatch: pytest.MonkeyPatch, toys: TestClient) -> None:
    listen(client_of(toys), monkeypatch)
    app = quiet(opened("how-good", model="pet-kind", lang="en"))
    assert "Nobody has measured this model yet" in app.info[0].value


# One gesture, one request


@pytest.mark.parametrize("path", PAGES)
def test_a_rerun_or_a_second_visit_of_a_page_sends_no_query(path: str, asked: list[str]) -> None:
    app = quiet(opened(path, model="credit-default", lang="en"))
    seen = len(asked)
    app.run()
    assert len(asked) == seen
    for other in PAGES:
        go_to(app, other)
    everything = len(questions(asked))
    assert everything == 4, "why, a curve, proposals, the evaluation"
    for other in PAGES:
        go_to(app, other)
    assert len(questions(asked)) == everything


def test_a_changed_field_sends_one_query_on_each_page(asked: list[str]) -> None:
    app = quiet(opened(model="credit-default", lang="en"))
    widget(app, "months_late_now").set_value(3)
    app.run()
    assert len(questions(asked)) == 2
    go_to(app, "what-if")
    assert len(questions(asked)) == 3
    assert widget(app, "months_late_now").value == 3
    widget(app, "months_late_now").set_value(5)
    app.run()
    assert len(questions(asked)) == 4
    go_to(app, "")
    assert widget(app, "months_late_now").value == 5


# Saved cases


def keep(app: AppTest) -> AppTest:
    app.button(key="keep").click()
    return quiet(app.run())


def heads(app: AppTest) -> list[str]:
    page = html_of(app)
    return [part.partition("<")[0] for part in page.split('<th scope="col">')[1:]]


def press(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label == label).click()
    return quiet(app.run())


def test_saved_cases_are_compared_and_restored_from_the_url(asked: list[str]) -> None:
    app = keep(opened(model="credit-default", lang="en", start="two-months-late"))
    widget(app, "months_late_now").set_value(0)
    app = keep(app.run())
    go_to(app, "compare")
    assert heads(app) == ["Two months late", "Two months late 2"]
    seen = len(questions(asked))
    press(app, "Duplicate")
    press(app, "Earlier")
    press(app, "Later")
    assert len(questions(asked)) == seen, "nothing that was not known"
    before = heads(app)
    again = quiet(opened("compare", **app.query_params))
    assert heads(again) == before == ["Two months late", "Two months late 3", "Two months late 2"]
    press(app, "Delete")
    assert heads(app) == ["Two months late", "Two months late 2"]


def test_a_saved_case_is_in_the_url_at_once() -> None:
    app = keep(opened(model="credit-default", lang="en", start="two-months-late"))
    assert saved_cases.decode_saved_cases(app.query_params["kept"])["credit-default"][0][0] == "Two months late"


def test_a_value_typed_just_before_the_click_is_saved() -> None:
    app = opened(model="credit-default", lang="en", start="two-months-late")
    widget(app, "months_late_now").set_value(0)
    app = keep(app)
    (held,) = saved_cases.decode_saved_cases(app.query_params["kept"])["credit-default"]
    assert held[1]["months_late_now"] == 0


def test_the_current_case_is_saved_once_from_both_pages() -> None:
    app = keep(opened(model="credit-default", lang="en", start="two-months-late"))
    app.session_state["save_requested"] = True  # a second click that was on its way
    quiet(app.run())
    go_to(app, "compare")
    assert heads(app) == ["Two months late"]
    assert "Keep the present case too" not in [button.label for button in app.button]


def test_a_late_rename_changes_the_right_case_after_a_move() -> None:
    rows = {"credit-default": [SavedCase("One", {}), SavedCase("Two", {"months_late_now": 2})]}
    app = quiet(opened("compare", model="credit-default", lang="en", kept=saved_cases.encode_saved_cases(rows)))
    app.text_input[0].set_value("Renamed")
    press(app, "Later")  # the browser sends both in one message
    assert heads(app) == ["Two", "Renamed"]
    fields = {app.text_input[0].key}
    press(app, "Earlier")
    fields.add(app.text_input[0].key)
    press(app, "Duplicate")
    other = app.text_input[0].key
    press(app, "Delete")
    assert (len(fields), other in fields) == (1, False), "a field belongs to one case, for ever"
    assert heads(app) == ["Renamed", "Two"]


def test_a_saved_case_never_has_an_empty_or_a_duplicate_name() -> None:
    rows = {"credit-default": [SavedCase("One", {}), SavedCase("Two", {"months_late_now": 2})]}
    app = quiet(opened("compare", model="credit-default", lang="en", kept=saved_cases.encode_saved_cases(rows)))
    for typed, expected in (
        ("  Paid   up ", "Paid up"),
        ("   ", "Paid up"),
        ("Two", "Two 2"),
        ("<b>x</b>", "&lt;b&gt;x&lt;/b&gt;"),
    ):
        app.text_input[0].set_value(typed)
        quiet(app.run())
        assert heads(app) == [expected, "Two"]


def test_the_download_holds_what_the_page_shows(service: TestClient) -> None:
    app = keep(opened(model="diamond-price", lang="pl", carat="1.5"))
    go_to(app, "compare")
    (download,) = app.get("download_button")
    assert "csv" in download.proto.url
    row = saved_cases.decode_saved_cases(app.query_params["kept"])["diamond-price"][0][1]
    answer = service.post("/v1/models/diamond-price/predictions", json={"rows": [row]}).json()["predictions"][0]
    assert f"{answer['value']:,.0f}".replace(",", "\N{NO-BREAK SPACE}") in html_of(app)


@pytest.mark.parametrize(
    "nonsense",
    [
        "x",
        "eJw",
        "A" * 7000,
        saved_cases.encode_saved_cases({"credit-default": ["x", 7, ["a"], ["n", 5], ["n", {"months_late_now": "x"}]]}),
        "…",
    ],
)
def test_invalid_saved_cases_in_the_url_open_the_page_with_a_notice(nonsense: str) -> None:
    app = quiet(opened("compare", model="credit-default", lang="en", kept=nonsense))
    assert any("Nothing is kept yet" in info.value for info in app.info)
    assert "kept" not in app.query_params
    go_to(app, "")
    assert any("kept" in info.value for info in app.info)


def test_the_case_with_different_decisions_of_two_models_comes_first(service: TestClient) -> None:
    both = ("credit-default", "credit-scorecard")
    candidates = service.get("/v1/models/credit-default").json()["real_rows"]
    said = [
        [each["decision"] for each in answer.json()["predictions"]]
        for answer in (service.post(f"/v1/models/{model}/predictions", json={"rows": candidates}) for model in both)
    ]
    alike = [one == two for one, two in zip(*said, strict=True)]
    agreed, argued = candidates[alike.index(True)], candidates[alike.index(False)]
    rows = {"credit-default": [SavedCase("agreed", agreed), SavedCase("argued", argued), SavedCase("agreed too", agreed)]}
    app = quiet(
        opened(
            "compare", model="credit-default", lang="en", view="credit-scorecard", kept=saved_cases.encode_saved_cases(rows)
        )
    )
    lines = html_of(app).split('<table class="compared">')[2].split('<th scope="row">')[1:]
    names = [line.partition("<")[0] for line in lines]
    lines = [line for line, name in zip(lines, names, strict=True) if name != "The present case"]
    assert [line.partition("<")[0] for line in lines] == ["argued", "agreed", "agreed too"]
    assert ["another decision" in line for line in lines] == [True, False, False]


# Proposals


def test_an_applied_recommendation_changes_the_form(service: TestClient) -> None:
    app = quiet(opened("to-change", model="credit-default", lang="en", start="rising-debt"))
    app.button(key="take-0").click()
    quiet(app.run())
    row = {"months_late_now": widget(app, "months_late_now").value, "share_used_now": widget(app, "share_used_now").value}
    start = next(e["row"] for e in service.get("/v1/models/credit-default").json()["examples"] if e["name"] == "rising-debt")
    answer = service.post("/v1/models/credit-default/predictions", json={"rows": [start | row]}).json()["predictions"][0]
    assert answer["decision"] == "approve"
    said = '<span class="number">19.9%</span>'
    assert (answer["probabilities"]["default"] < 0.2) == (said in html_of(app)), "20% would say that it is not approved"


# A fifth model


def test_a_fifth_bundle_in_the_folder_has_a_page(bundles: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "bundles"
    shutil.copytree(bundles, folder)
    shutil.copytree(folder / "diamond-price", folder / "gem-price")
    change_card(folder / "gem-price", lambda card: card.update(name="gem-price", question={"en": "What is this gem worth?"}))
    for app in serve(Settings(bundles=str(folder))):
        listen(client_of(app), monkeypatch)
        page = quiet(opened(model="gem-price", lang="en"))
        assert [title.value for title in page.title] == ["What is this gem worth?"]
        assert len(page.selectbox(key="model").options) == 5
        assert 'class="number"' in html_of(page)
    forget()


# Links


def test_a_link_opens_its_case() -> None:
    app = opened(model="credit-default", lang="pl", start="two-months-late", months_late_now="1")
    assert widget(app, "months_late_now").value == 1
    assert "Na początku" in html_of(app)
    assert app.query_params["months_late_now"] == "1"


def test_an_invalid_link_opens_with_a_notice_of_the_rejected_parameters() -> None:
    app = opened(model="credit-default", months_late_now="99", colour="red", last_payment="700", view="nowhere")
    assert widget(app, "last_payment").value == 700
    assert "months_late_now=99" in app.info[0].value
    assert "colour=red" in app.info[0].value


def test_a_link_to_an_unknown_model_opens_another_with_a_notice() -> None:
    app = opened(model="../../etc/passwd")
    assert "model=" in app.info[0].value
    assert '<span class="number">' in html_of(app)
