"""Promises of the menu Share: a link to exactly this case without free text, a picture, and a document."""

import base64
import html
import re
from urllib.parse import parse_qsl, urlsplit

import pytest
from streamlit.testing.v1 import AppTest

from demo.leave_behind import pdf_file
from tests.support.demo_pages import forget, go_to, html_of, opened, quiet, widget
from tests.support.stub_service import StubService, hand_made

MONTHS = {"name": "months", "type": "integer", "minimum": 0, "maximum": 8, "default": 2}
CANARY = "My name is Zażółć-canary"


def open_menu(app: AppTest) -> AppTest:
    app.button(key="share").click()
    return quiet(app.run())


def link_of(app: AppTest) -> dict[str, str]:
    """Open the menu, and return the parameters of its link."""
    open_menu(app)
    (url,) = re.findall(r'<input readonly value="([^"]*)"', html_of(app))
    return dict(parse_qsl(urlsplit(html.unescape(url)).query, keep_blank_values=True))


def notices(app: AppTest) -> str:
    return " ".join(info.value for info in app.info).replace("\\", "")


@pytest.mark.usefixtures("request_log")
@pytest.mark.parametrize(
    ("language", "labels"),
    [
        ("en", ["Picture (SVG)", "Document (HTML)", "Document (PDF)"]),
        ("pl", ["Obraz (SVG)", "Dokument (HTML)", "Dokument (PDF)"]),
    ],
)
def test_a_case_can_be_taken_home_as_a_picture_and_a_document(language: str, labels: list[str]) -> None:
    app = opened(model="credit-default", lang=language, start="two-months-late")
    assert not app.get("download_button"), "the closed menu makes nothing"
    open_menu(app)
    assert [each.proto.label for each in app.get("download_button")] == labels


@pytest.mark.usefixtures("request_log")
def test_without_a_pdf_library_the_page_says_how_to_get_a_pdf(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_file, "can_write_pdf", lambda: False)
    app = open_menu(opened(model="diamond-price", lang="en"))
    assert [each.proto.label for each in app.get("download_button")] == ["Picture (SVG)", "Document (HTML)"]
    assert any("print it" in each.value for each in app.caption)


@pytest.mark.usefixtures("request_log")
def test_the_picture_shows_the_case_on_screen() -> None:
    app = opened(model="credit-default", lang="pl", start="two-months-late")
    widget(app, "months_late_now").set_value("1")
    quiet(app.run())
    (source,) = re.findall(r'data-picture="data:image/svg\+xml;base64,([^"]*)"', html_of(app))
    picture = base64.b64decode(source).decode()
    (answer,) = re.findall(r'<span class="number">([^<]*)</span>', html_of(app))
    assert f">{answer}</text>" in picture
    assert "Dwa miesiące zaległości, po zmianach" in picture


@pytest.mark.parametrize("path", ["", "what-if", "to-change"])
def test_a_link_opens_exactly_the_case_and_sends_no_write(path: str, request_log: list[str]) -> None:
    app = opened(model="credit-default", lang="pl", start="two-months-late")
    widget(app, "months_late_now").set_value("1")
    app.button(key="keep").click()
    quiet(app.run())
    link = link_of(go_to(app, path) if path else app)
    assert link["months_late_now"] == "1"
    assert "kept" not in link, "other cases are not in the link"
    forget()
    request_log.clear()
    again = quiet(opened(path, **link))
    assert again.query_params["months_late_now"] == "1"
    assert again.session_state["cases"]["credit-default"].row == app.session_state["cases"]["credit-default"].row
    assert not [each for each in request_log if "/v1/links" in each]


def test_free_text_is_in_no_link(request_log: list[str]) -> None:
    app = open_menu(opened(model="comment-sentiment", lang="en", comment=CANARY))
    assert "<input readonly" not in html_of(app), "nothing is stored before somebody asks for it"
    assert not [each for each in request_log if "/v1/links" in each]
    app.button(key="share/make").click()
    quiet(app.run())
    link = link_of(app)
    assert link.keys() == {"model", "lang", "_stored"}
    assert "canary" not in html.unescape(html_of(app)).partition("<input readonly")[2].partition(">")[0]
    again = quiet(opened(**link))
    assert again.session_state["cases"]["comment-sentiment"].row == {"comment": CANARY}
    quiet(again.run())
    assert [each.partition("/v1/links")[0] for each in request_log if "/v1/links" in each].count("POST ") == 1


def test_a_link_whose_text_is_gone_says_so(request_log: list[str]) -> None:
    app = quiet(opened(model="comment-sentiment", lang="en", _stored="A" * 20))
    assert "This link has expired" in notices(app)
    assert "GET /v1/links/" + "A" * 20 in request_log


def renewed(stub: StubService, **link: str) -> AppTest:
    """Open a link after the service has switched to another version, whose answer is another one."""
    stub.cards = [hand_made([MONTHS], version="ffffffff99", real_rows=[{"months": 7}])]
    forget()
    return quiet(opened(**link))


def test_a_link_of_another_version_says_by_how_much_the_answer_has_changed(stub: StubService) -> None:
    stub.cards = [hand_made([MONTHS], version="0123456789", real_rows=[{"months": 3}])]
    link = link_of(quiet(opened(lang="en")))
    now = float(link["_answer"])
    link["_answer"] = str(now - 0.2)
    sentence = f"The answer was {now - 0.2:.0%}; today it is {now:.0%}: 20 points more."
    app = renewed(stub, **link)
    assert sentence in notices(app)
    widget(app, "months").set_value("5")
    assert "The answer was" not in notices(quiet(app.run())), "that was the answer to other values"


@pytest.mark.parametrize("answer", ["nan", "7", "-1", "x", "<b>", "", "1e999"])
def test_an_answer_in_a_link_that_no_model_could_give_is_left_out(answer: str, stub: StubService) -> None:
    app = renewed(stub, model="fifth", lang="en", start="real-1@01234567", months="3", _answer=answer)
    assert "The model has changed" in notices(app)
    assert "The answer was" not in notices(app)


def test_the_version_of_the_link_answers_if_it_is_still_served(stub: StubService) -> None:
    """Whoever wrote the link could write any answer into it."""
    rows = {"real_rows": [{"months": 7}]}
    stub.cards = [hand_made([MONTHS], version=version, **rows) for version in ("ffffffff99", "0123456789")]
    stub.shares = {"0123456789": 0.25}
    forget()
    app = opened(model="fifth", lang="en", start="real-1@01234567", months="3", _answer="0.99")
    assert "The answer was 25%; today it is 75%: 50 points more." in notices(app)
