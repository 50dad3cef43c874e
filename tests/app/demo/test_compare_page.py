"""Promises of saved cases: on the page Compare, in the URL, and in the download."""

import pytest
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from demo.session import saved_cases
from demo.session.saved_cases import SavedCase
from tests.support.demo_models import questions
from tests.support.demo_pages import go_to, html_of, opened, quiet, widget

pytestmark = pytest.mark.usefixtures("request_log")


def keep(app: AppTest) -> AppTest:
    app.button(key="keep").click()
    return quiet(app.run())


def heads(app: AppTest) -> list[str]:
    page = html_of(app)
    return [part.partition("<")[0] for part in page.split('<th scope="col">')[1:]]


def press(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label == label).click()
    return quiet(app.run())


def test_saved_cases_are_compared_and_restored_from_the_url(request_log: list[str]) -> None:
    app = keep(opened(model="credit-default", lang="en", start="two-months-late"))
    widget(app, "months_late_now").set_value("0")
    app = keep(app.run())
    go_to(app, "compare")
    assert heads(app) == ["Two months late", "Two months late, changed"]
    seen = len(questions(request_log))
    press(app, "Duplicate")
    press(app, "Move left")
    press(app, "Move right")
    assert len(questions(request_log)) == seen, "nothing that was not known"
    before = heads(app)
    again = quiet(opened("compare", **app.query_params))
    assert heads(again) == before == ["Two months late", "Two months late 2", "Two months late, changed"]
    press(app, "Delete")
    assert heads(app) == ["Two months late", "Two months late, changed"]


def test_a_saved_case_is_in_the_url_at_once() -> None:
    app = keep(opened(model="credit-default", lang="en", start="two-months-late"))
    assert saved_cases.decode_saved_cases(app.query_params["kept"])["credit-default"][0][0] == "Two months late"


def test_a_value_typed_just_before_the_click_is_saved() -> None:
    app = opened(model="credit-default", lang="en", start="two-months-late")
    widget(app, "months_late_now").set_value("0")
    app = keep(app)
    (held,) = saved_cases.decode_saved_cases(app.query_params["kept"])["credit-default"]
    assert held[1]["months_late_now"] == 0


def test_a_case_is_saved_though_the_visitor_goes_on_to_compare_at_once() -> None:
    app = quiet(opened(model="credit-default", lang="en", start="two-months-late"))
    widget(app, "months_late_now").set_value("0")
    app.session_state["save_requested"] = True  # the click and the link come in one message of the browser
    go_to(app, "compare")
    assert heads(app) == ["Two months late, changed"]


def test_the_current_case_is_saved_once_from_both_pages() -> None:
    app = keep(opened(model="credit-default", lang="en", start="two-months-late"))
    app.session_state["save_requested"] = True  # a second click that was on its way
    quiet(app.run())
    go_to(app, "compare")
    assert heads(app) == ["Two months late"]
    assert "Keep this case" not in [button.label for button in app.button]


def test_a_late_rename_changes_the_right_case_after_a_move() -> None:
    rows = {"credit-default": [SavedCase("One", {}), SavedCase("Two", {"months_late_now": 2})]}
    app = quiet(opened("compare", model="credit-default", lang="en", kept=saved_cases.encode_saved_cases(rows)))
    app.text_input[0].set_value("Renamed")
    press(app, "Move right")  # the browser sends both in one message
    assert heads(app) == ["Two", "Renamed"]
    fields = {app.text_input[0].key}
    press(app, "Move left")
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
    downloads = app.get("download_button")
    assert [each.proto.label for each in downloads] == ["Pobierz jako CSV", "Dokument (HTML)", "Dokument (PDF)"]
    assert all(each.proto.deferred_file_id for each in downloads), "it is made when it is clicked"
    assert not any(each.proto.url for each in downloads)
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
    assert any("No cases kept yet" in info.value for info in app.info)
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
    lines = html_of(app).split('<table class="compared')[2].split('<th scope="row">')[1:]
    names = [line.partition("<")[0] for line in lines]
    lines = [line for line, name in zip(lines, names, strict=True) if name != "The present case"]
    assert [line.partition("<")[0] for line in lines] == ["argued", "agreed", "agreed too"]
    assert ["different decision" in line for line in lines] == [True, False, False]
