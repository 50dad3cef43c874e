"""Promises of the picture of a stored key: what was found stands beside it, and nothing of it is read as HTML."""

from html.parser import HTMLParser

import pytest

from client import StoredPicture
from demo.entities.stored_picture import build_stored_picture
from demo.text.translation import Translation

HOSTILE = '<img src=x onerror=alert()>" {text}'


def picture(*texts: str, colour: str = "#102030") -> StoredPicture:
    box = [[0.1, 0.2], [0.5, 0.2], [0.5, 0.3], [0.1, 0.3]]
    found = [{"text": text, "box": box, "score": 0.9} for text in texts]
    colours = [{"colour": colour, "share": 0.6}, {"colour": "#ffffff", "share": 0.01}]
    return {"width": 640, "height": 400, "texts": found, "colours": colours, "computed_at": "", "run": "run"}  # type: ignore[typeddict-item]


class Tags(HTMLParser):
    """Collects the tags of a page with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(str(page))  # text of Markup would escape what is added to it

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.mark.parametrize("language", ["en", "pl"])
def test_each_found_text_has_its_number_its_outline_and_its_reading(language: str) -> None:
    page = Tags(build_stored_picture(picture("Świeża kawa", "67 zł"), b"\xff\xd8", Translation(language)))
    outlines = [each["style"] for each in page.named("span") if each.get("class") == "outline"]
    assert outlines == ["left:10.00%;top:20.00%;width:40.00%;height:10.00%;transform:rotate(0.0000rad)"] * 2
    assert len(page.named("li")) == 2
    assert "Świeża kawa" in page.text
    (image,) = page.named("img")
    assert image["src"] == "data:image/jpeg;base64,/9g="
    assert "67 zł" in str(image["alt"])


def test_a_hostile_text_and_a_hostile_colour_stay_text() -> None:
    page = Tags(build_stored_picture(picture(HOSTILE, colour="red;background:url(//x)"), b"", Translation("en")))
    assert len(page.named("img")) == 1
    assert HOSTILE in page.text
    assert not [each for each in page.named("span") if "url" in str(each.get("style"))]


def test_a_picture_without_text_says_so_and_names_only_large_colours() -> None:
    page = Tags(build_stored_picture(picture(), b"", Translation("en")))
    assert "No text was found" in page.text
    assert page.text.count("%") == 1
