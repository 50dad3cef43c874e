"""Promises of the picture of an answer: it is whole, it fetches nothing, and no text leaves it or runs."""

import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from demo.drawings.drawing import estimate_width, wrap_text
from demo.leave_behind.answer_picture import HEIGHT, WIDTH, build_picture
from demo.leave_behind.case_part import build_case
from demo.leave_behind.client_look import ClientLook, read_look
from demo.text.plain_text import clean_text
from tests.support.answered_cases import HOSTILE, answered, credit_card
from tests.support.demo_cards import ENGLISH, POLISH

pytestmark = pytest.mark.unit

SVG = "{http://www.w3.org/2000/svg}"
ALLOWED = {f"{SVG}{tag}" for tag in ("svg", "title", "style", "g", "rect", "text", "path", "circle", "image")}


def parse(picture: str) -> ET.Element:
    return ET.fromstring(picture)  # noqa: S314 # our own


def texts_of(picture: str) -> list[str]:
    return [each.text or "" for each in parse(picture).iter(f"{SVG}text")]


def test_the_answer_its_band_and_its_reasons_are_in_the_picture_in_the_readers_language() -> None:
    case = answered("Two months late", credit_card())
    english, polish = (texts_of(build_picture(case, ClientLook(), tr, "30 Nov 2026")) for tr in (ENGLISH, POLISH))
    assert {"31%", "Ask a person", "Why", "risk of not paying"} <= set(english)
    assert {"31%", "Dlaczego"} <= set(polish)
    assert sum(bool(re.fullmatch(r"[+−]\d+\.\d", text)) for text in english) == 7, "six reasons and the rest"
    assert any("version 89ceed0b" in text and "30 Nov 2026" in text for text in english)


def test_words_of_the_focus_label_are_not_under_the_name_of_another_one() -> None:
    counted = "probability of a shirt"
    card = credit_card()
    card["output"] |= {"sentence": counted, "scores": "labels"}
    case = answered("A garment", card)
    assert counted not in " ".join(texts_of(build_picture(case, ClientLook(), ENGLISH, "30 Nov 2026")))
    assert counted not in build_case(case, ENGLISH)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_no_text_leaves_the_picture_or_runs(text: str) -> None:
    card = credit_card(title=text, question=text)
    card["output"]["sentence"] = text
    card["output"]["bands"][1]["label"] = text
    case = answered(text, card, story=text)
    assert case.explanation is not None
    case.explanation["sentence"] = text
    picture = build_picture(case, read_look({"name": text, "accent": text, "logo": None}), ENGLISH, text)
    root = parse(picture)
    assert {each.tag for each in root.iter()} <= ALLOWED
    assert not [name for each in root.iter() for name in each.attrib if name.startswith("on") or "href" in name]
    assert "url(" not in (root.findtext(f"{SVG}style") or "")
    widest = max(estimate_width(each, 21) for each in texts_of(picture))
    assert widest < WIDTH


@pytest.mark.parametrize("fields", [1, 2, 8, 24])
@pytest.mark.parametrize("words", [1, 6, 30])
def test_nothing_overlaps_the_foot(fields: int, words: int) -> None:
    card = credit_card(fields)
    for field in card["inputs"]:
        field["label"] = "Field of a name " * words
    case = answered("A case", card, story="Started at 42%, now less. " * words)
    picture = parse(build_picture(case, ClientLook(), ENGLISH, "now"))
    reasons = next(each for each in picture.findall(f"{SVG}g") if each.attrib["transform"].startswith("translate(830"))
    top = float(reasons.attrib["transform"].split()[1].rstrip(")"))
    bottoms = [top + float(each.attrib["y"]) for each in reasons.iter(f"{SVG}text")]
    bottoms += [float(each.attrib["y"]) for each in picture.findall(f"{SVG}text")]
    assert sorted(bottoms)[-1] == 850 <= HEIGHT
    assert sorted(bottoms)[-2] < 830


def test_a_case_without_an_answer_has_no_picture() -> None:
    case = replace(answered("A", credit_card()), explanation=None)
    with pytest.raises(ValueError, match="no answer"):
        build_picture(case, ClientLook(), ENGLISH, "")


@pytest.mark.parametrize("text", [*HOSTILE.values(), "a b c " * 200, ""])
@pytest.mark.parametrize("lines", [1, 2, 3])
def test_a_wrapped_text_fits_its_place(text: str, lines: int) -> None:
    wrapped = wrap_text(text, 200, 20, lines)
    assert len(wrapped) <= lines
    assert all(estimate_width(line, 20) <= 200 for line in wrapped)
    if estimate_width(text, 20) <= 200:
        assert " ".join(wrapped) == " ".join(text.split())


def test_clean_text_changes_nothing_that_people_write() -> None:
    for text in ("Zażółć gęślą jaźń", "Tiếng Việt", "नमस्ते", "العربية", "漢字 🎉 👩‍👩‍👧", "a\tb\nc"):
        assert clean_text(text) == text
