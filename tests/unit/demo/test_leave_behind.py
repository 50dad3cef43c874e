"""Promises of the document that stays with a client: nothing in it is run or fetched, nothing is cut, nothing is private."""

import base64
import re
from html.parser import HTMLParser
from typing import Any

import pypdfium2
import pytest

from demo.leave_behind import pdf_file
from demo.leave_behind.client_look import read_look
from demo.leave_behind.leave_behind_document import LeaveBehind, build_document
from demo.text.plain_text import clean_text
from tests.support.answered_cases import HOSTILE, answered, credit_card
from tests.support.demo_cards import ENGLISH, POLISH

pytestmark = pytest.mark.unit

ALLOWED_TAGS = {"html", "head", "meta", "title", "style", "body", "header", "main", "section", "div", "p", "h1", "h2", "h3"}
ALLOWED_TAGS |= {"span", "bdi", "b", "strong", "ul", "li", "table", "thead", "tbody", "tr", "td", "th", "img"}
ALLOWED_TAGS |= {"svg", "g", "path", "rect", "text", "circle", "polyline"}
PIXEL = base64.b64encode(b"\x89PNG\r\n\x1a\n").decode()
FIGURES: dict[str, Any] = {"model": "credit", "version": "89ceed0b", "entries": 12, "people": 9}
FIGURES |= {"agree": 6, "disagree": 2, "unsure": 1, "agreement": 0.75, "interval": [0.41, 0.93]}


class Reader(HTMLParser):
    """Collects tags, addresses and texts as a browser would see them."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def read(document: str) -> Reader:
    reader = Reader()
    reader.feed(document)
    return reader


def document_with(text: str) -> str:
    """Return a document in which everything that somebody can type or write is this text."""
    card = credit_card(title=text, question=text, summary=text, purpose=text, limits=[text], version=text)
    card["inputs"][0] |= {"label": text}
    card["inputs"][1] |= {"type": "text", "name": "f1"}
    card["output"]["sentence"] = text
    card["output"]["bands"][1]["label"] = text
    guesses = {"people": 3, "counts": {f"decision/{text}": 2, "decision/ask": 1}, "values": []}
    case = answered(text, card, story=text, recorded=text, guesses=guesses)
    case.row["f1"] = text
    assert case.explanation is not None
    case.explanation["sentence"] = text
    look = read_look({"name": text, "accent": text, "logo": {"media_type": text, "data": text}})
    figures = [FIGURES | {"model": text, "version": text}]
    content = LeaveBehind(text, [case, case], text, look, [[case, case]], [card], figures)
    return build_document(content, POLISH)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_whatever_people_write_stays_text(text: str) -> None:
    document = document_with(text)
    reader = read(document)
    assert reader.tags <= ALLOWED_TAGS
    assert not [name for name, _ in reader.attributes if name.startswith("on")]
    assert clean_text(text)[:20].split("\n")[0] in "".join(reader.texts)
    assert document.encode()
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]", document)
    assert not re.search("\u0335{5}", document)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_document_fetches_nothing(text: str) -> None:
    document = document_with(text)
    assert [value for name, value in read(document).attributes if name in {"src", "href", "srcset", "action", "data"}] == []
    styles = "".join(re.findall(r"<style>(.*?)</style>", document, re.DOTALL))
    assert "url(" not in styles
    assert "@import" not in styles
    assert "default-src 'none'" in dict(read(document).attributes).values() or "default-src &#39;none&#39;" in document


@pytest.mark.parametrize(("tr", "words"), [(ENGLISH, ["Why", "Page"]), (POLISH, ["Dlaczego", "Strona"])])
def test_a_document_is_written_in_the_readers_language(tr: Any, words: list[str]) -> None:
    card = credit_card()
    document = build_document(LeaveBehind("T", [answered("A", card)], cards=[card]), tr)
    assert f'<html lang="{tr.language}">' in document
    assert all(word in document for word in words)


def test_the_logo_and_the_colour_of_the_client_are_in_the_document() -> None:
    look = read_look({"name": "Żółw", "accent": "#7a1f5c", "logo": {"media_type": "image/png", "data": PIXEL}})
    document = build_document(LeaveBehind("T", [answered("A", credit_card())], look=look), ENGLISH)
    assert ("src", f"data:image/png;base64,{PIXEL}") in read(document).attributes
    assert ("alt", "Żółw") in read(document).attributes
    assert "--accent:#7a1f5c" in document


@pytest.mark.parametrize(
    "look",
    [
        {"accent": "red;}body{background:url(http://attacker.example)}"},
        {"accent": "#7a1f5"},
        {"accent": None, "name": None, "logo": None},
        {"logo": {"media_type": "image/svg+xml", "data": PIXEL}},
        {"logo": {"media_type": "image/png", "data": '"><script>'}},
        {"logo": {"media_type": "image/png", "data": "A" * 400_000}},
        {"logo": {"media_type": "image/png"}},
    ],
)
def test_a_look_that_is_no_colour_and_no_picture_is_left_out(look: dict[str, Any]) -> None:
    checked = read_look(look)
    assert (checked.accent, checked.logo) == ("#1F4E79", "")


def test_a_case_without_an_answer_says_so() -> None:
    card = credit_card()
    case = answered("A", card)
    silent = type(case)("A", card, case.row, None)
    assert "The model did not answer" in build_document(
        LeaveBehind("T", [silent, silent], compared=[[silent, silent]]), ENGLISH
    )


def pages_of(document: str) -> list[str]:
    pdf = pypdfium2.PdfDocument(pdf_file.write_pdf(document))
    try:
        assert {tuple(map(round, page.get_size())) for page in pdf} == {(595, 842)}, "A4 in points"
        return [page.get_textpage().get_text_range() for page in pdf]
    finally:
        pdf.close()


@pytest.mark.parametrize("fields", [3, 8, 24])
def test_no_case_is_cut_over_two_pages_and_every_page_has_its_number(fields: int) -> None:
    card = credit_card(fields)
    names = [f"Case-{index:02}" for index in range(12)]
    guesses = {"people": 9, "counts": {"decision/yes": 5, "decision/ask": 4}, "values": []}
    cases = [answered(name, card, 0.05 + index / 13, guesses=guesses) for index, name in enumerate(names)]
    pages = pages_of(build_document(LeaveBehind("Zażółć", cases), POLISH))
    assert "Zażółć" in pages[0]
    for number, page in enumerate(pages, 1):
        assert f"Strona {number} / {len(pages)}" in page
        assert page.count("Case-") == page.count("WARTOŚCI PRZYPADKU"), "a case ends on the page on which it begins"
    assert [name for name in names if name not in "".join(pages)] == []


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_pdf_is_made_of_every_text(text: str) -> None:
    assert pages_of(document_with(text))


def test_a_pdf_fetches_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    pdf_file.write_pdf('<p>x<img src="http://127.0.0.1:9/a.png"><img src="file:///etc/hostname"></p>')
    warnings = capfd.readouterr().err
    assert "connect" not in warnings
    assert "decode" not in warnings
