"""Promises of the pages about a text: how much of it the model knows, in words, and numbers behind the colours."""

import html
import re
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.support.demo_pages import html_of, opened, quiet, serve_by, widget
from tests.support.in_process_client import client_of

MODEL = "comment-sentiment"
POLISH = "Paczka przyszła za późno, okropna obsługa"


@pytest.fixture(autouse=True)
def answering(service: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    serve_by(client_of(service), monkeypatch)


def text_of(app: Any) -> str:
    return html.unescape(re.sub("<[^>]*>", "", html_of(app)))


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        (
            "en",
            [
                "Words that the model knows: 0 of 6 (0%). Do not rely on the answer.",
                "This text is probably in Polish. The model knows English only.",
            ],
        ),
        (
            "pl",
            [
                "Słowa znane modelowi: 0 z 6 (0%). Nie polegaj na tej odpowiedzi.",
                "Język tego tekstu to prawdopodobnie polski. Model zna tylko angielski.",
            ],
        ),
    ],
)
def test_a_text_in_another_language_is_marked_beside_its_field(language: str, sentences: list[str]) -> None:
    app = quiet(opened(model=MODEL, lang=language, comment=POLISH))
    for sentence in sentences:
        assert sentence in text_of(app)
    assert 'class="usual rare"' in html_of(app)


def test_every_text_says_how_many_of_its_words_the_model_knows() -> None:
    app = quiet(opened(model=MODEL, lang="en", comment="The parcel was late again, qwertyuiop!"))
    assert re.search(r"Words that the model knows: \d of 6 \(\d+%\)\.", text_of(app))
    assert "Do not rely" not in text_of(app)


def test_a_text_of_which_the_model_knows_no_word_gets_no_number_and_no_decision() -> None:
    app = quiet(opened(model=MODEL, lang="en", comment="qwertyuiop"))
    assert '<span class="number">–</span>' in html_of(app)
    assert "Words that the model knows: 0 of 1 (0%). Do not rely on the answer." in text_of(app)
    assert 'class="band' not in html_of(app)
    assert "You changed" not in text_of(app)


def test_an_emptied_text_keeps_the_old_one_and_says_why() -> None:
    app = quiet(opened(model=MODEL, lang="en", start="happy"))
    before = widget(app, "comment").value
    widget(app, "comment").set_value("  ")
    quiet(app.run())
    assert widget(app, "comment").value == before
    assert "This field cannot be empty. The text before is back." in text_of(app)
    assert '<span class="number">' in html_of(app)


def test_a_link_with_an_empty_text_is_named_and_opens_the_start() -> None:
    app = opened(model=MODEL, lang="en", start="happy", comment="")
    assert not app.exception
    assert widget(app, "comment").value.startswith("Thank you so much")


def test_each_coloured_word_has_its_number_for_the_pointer_and_for_screen_readers(service: TestClient) -> None:
    app = quiet(opened(model=MODEL, lang="pl", start="complaint"))
    card = service.get(f"/v1/models/{MODEL}").json()
    row = next(example["row"] for example in card["examples"] if example["name"] == "complaint")
    (why,) = service.post(f"/v1/models/{MODEL}/explanations", json={"rows": [row]}).json()["explanations"]
    marks = re.findall(
        r'<mark [^>]*title="([^"]*)">([^<]*)(?:<span class="screen-reader"> \(([^<]*)\)</span>)?</mark>', html_of(app)
    )
    assert [html.unescape(word) for _, word, _ in marks] == [each["value"] for each in why["contributions"]]
    for (title, _, hidden), each in zip(marks, why["contributions"], strict=True):
        points = each["contribution"] * 100
        shown = float(title.removesuffix(" p.p.").replace("\N{MINUS SIGN}", "-").replace(",", "."))
        assert shown == pytest.approx(points, abs=0.5 if abs(points) >= 0.95 else 0.05)
        assert hidden == (title if shown else "")
