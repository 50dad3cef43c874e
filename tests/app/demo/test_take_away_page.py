"""Promises of the page Take it away: every form of the model, and code that asks for the case on screen."""

import ast
import html
from typing import Any

import pytest
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from demo.exports.case_code import TITLES
from demo.session import shared_resources
from tests.support.demo_pages import go_to, html_of, opened, quiet, widget
from tests.support.stub_service import StubService, hand_made

DEMO_KEY = "the-demo-has-this-secret"


def case_in_code(app: AppTest) -> dict[str, Any]:
    """Return the row that the code in Python sends."""
    request = ast.parse(app.code[-1].value).body[1]
    assert isinstance(request, ast.Assign)
    assert isinstance(request.value, ast.Call)
    named = {each.arg: ast.literal_eval(each.value) for each in request.value.keywords}
    (row,) = named["json"]["rows"]
    return dict(row)


@pytest.mark.usefixtures("request_log")
def test_the_code_asks_for_the_case_on_screen() -> None:
    app = quiet(opened(model="credit-default", lang="en", months_late_now="2"))
    widget(app, "worst_delay").set_value("3")
    app.run()
    page = quiet(go_to(app, "take-away"))
    page.segmented_control(key="take-away-sections/credit-default").set_value("code")
    quiet(page.run())
    page.pills[0].set_value("python")
    quiet(page.run())
    row = case_in_code(page)
    assert (row["months_late_now"], row["worst_delay"], row["credit_limit"]) == (2, 3, 200000)
    assert page.query_params["view"] == "python"
    assert "http://127.0.0.1:8000/v1/models/credit-default/predictions" in page.code[0].value


@pytest.mark.usefixtures("request_log")
def test_a_link_opens_the_code_of_its_language() -> None:
    page = quiet(opened("take-away", model="diamond-price", lang="pl", view="power-query"))
    assert page.code[0].value.startswith("// Power Query")
    assert set(page.pills[0].options) == set(TITLES.values())


@pytest.mark.usefixtures("request_log")
def test_the_key_of_the_demo_is_on_no_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEMO_API_KEY", DEMO_KEY)
    shared_resources.needs_key.clear()
    page = quiet(opened("take-away", model="credit-default", lang="en", view="curl"))
    assert "Authorization: Bearer YOUR-KEY" in page.code[0].value
    shown = "".join(each.value for each in [*page.code, *page.markdown, *page.caption]) + html_of(page)
    assert DEMO_KEY not in shown
    assert any("YOUR-KEY" in each.value for each in page.caption)


@pytest.mark.usefixtures("request_log")
def test_readers_on_other_machines_see_the_address_that_the_settings_name_or_a_place_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DEMO_HOST", "0.0.0.0")
    monkeypatch.setenv("DEMO_ALLOWED_HOSTS", "models.example.com")
    for docs, address in (
        ("https://models.example.com/api/docs", "https://models.example.com/api/v1/"),
        ("", "https://ADDRESS"),
    ):
        monkeypatch.setenv("DEMO_DOCS_URL", docs)
        shared_resources.service_address.clear()
        page = quiet(opened("take-away", model="credit-default", lang="en", view="python"))
        assert address in page.code[0].value
        assert "127.0.0.1" not in page.code[0].value
        assert any("ADDRESS" in each.value for each in page.caption) == (not docs)


def test_a_model_whose_card_forbids_it_is_not_taken_away(stub: StubService) -> None:
    field = {"name": "months", "type": "integer", "label": "Months", "minimum": 0, "maximum": 9}
    stub.cards = [hand_made([field], exports="no")]
    page = opened("take-away", lang="en")
    assert "does not hand it over" in page.info[0].value
    assert list(page.code) == []


@pytest.mark.usefixtures("request_log")
@pytest.mark.parametrize("language", ["en", "pl"])
def test_every_form_stands_with_what_it_needs_and_what_it_costs_and_its_command(language: str, service: TestClient) -> None:
    page = quiet(opened("take-away", model="credit-scorecard", lang=language))
    shown = html.unescape(html_of(page)) + "".join(each.value for each in page.caption)
    exports = service.get("/v1/models/credit-scorecard/exports").json()["exports"]
    assert len(exports) >= 12
    for form in exports:
        assert form["title"][language] in shown
        assert form["needs"][language] in shown
        assert form["cost"][language] in shown.replace("\\", "")
        assert form["command"] in page.code[0].value


@pytest.mark.usefixtures("request_log")
def test_a_file_is_made_at_the_first_request_then_has_its_size_its_proof_and_a_download(service: TestClient) -> None:
    page = quiet(opened("take-away", model="credit-scorecard", lang="en"))
    page.button(key="take-away/make/python").click()
    quiet(page.run())
    (form,) = (
        each for each in service.get("/v1/models/credit-scorecard/exports").json()["exports"] if each["kind"] == "python"
    )
    assert f"Compared on {form['made']['proof']['rows']:,} rows with Python 3" in html_of(page)
    (download,) = (each.proto for each in page.get("download_button"))
    assert download.label == f"Download {round(form['made']['bytes'] / 1000)} kB"
    assert "take-away/make/python" not in [each.key for each in page.button]


@pytest.mark.usefixtures("request_log")
def test_a_form_that_cannot_hold_the_model_says_why_and_which_one_can() -> None:
    page = quiet(opened("take-away", model="comment-sentiment", lang="pl"))
    page.button(key="take-away/make/sqlite").click()
    shown = html_of(quiet(page.run()))
    assert "Nie dla tego modelu:" in shown
    assert "Zamiast tego weź: Python." in shown
    assert "take-away/make/sqlite" not in [each.key for each in page.button]
