"""Promises of pictures in a real browser: a file and the camera, a visit that keeps them, a link that cannot."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.support.accessibility import severe_violations
from tests.support.browser_session import Contexts, own_demo, visits_of
from tests.support.demo_pictures import PICTURE, make_png, make_url
from tests.support.stub_service import StubService, hand_made

OWN, OWN_URL = make_png(90, 60, shade=200), make_url(90, 60, shade=200)
EXAMPLES = [
    {"name": name, "label": name, "row": {"picture": make_url(shade=shade)}}
    for name, shade in (("Dark", 10), ("Light", 240))
]
PHONE = {"width": 375, "height": 667}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    stub = StubService()
    stub.cards, stub.picture = [hand_made([PICTURE], examples=EXAMPLES)], OWN
    with own_demo(stub.url) as demo:
        yield demo.url
    stub.stop()


@pytest.fixture
def visit(contexts: Contexts, url: str) -> Iterator[Any]:
    with visits_of(contexts, url) as begin:
        yield begin


def shown(page: Any) -> Any:
    return page.locator("img.picture")


def test_a_chosen_file_is_kept_through_the_visit_and_named_as_missing_by_a_new_one(visit: Any, tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8\xff a photograph")
    at = visit("/?model=fifth&lang=pl", viewport=PHONE, color_scheme="dark")
    at.page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(tmp_path / "photo.jpg")
    expect(shown(at.page)).to_have_attribute("src", OWN_URL)
    assert severe_violations(at.page) == []
    assert at.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    at.page.get_by_role("button", name="Light").click()
    expect(shown(at.page)).to_have_attribute("src", EXAMPLES[1]["row"]["picture"])  # type: ignore[index]
    at.page.go_back()
    expect(shown(at.page)).to_have_attribute("src", OWN_URL)
    at.page.reload()
    expect(at.page.get_by_text("obrazy nie są zapisywane")).to_be_visible()
    assert at.foreign == []


def test_a_photo_is_taken_only_after_a_person_opens_the_camera(visit: Any) -> None:
    at = visit("/?model=fifth&lang=pl")
    expect(at.page.locator("video")).to_have_count(0)
    at.page.get_by_role("button", name="Zrób zdjęcie").click()
    camera = at.page.get_by_test_id("stCameraInput")
    at.page.wait_for_function(
        "() => document.querySelector('video')?.readyState >= 2"
    )  # before it shows something, it takes nothing
    camera.get_by_role("button", name="Zrób zdjęcie").click()
    expect(shown(at.page)).to_have_attribute("src", OWN_URL)
    expect(at.page.locator("video")).to_have_count(0)
