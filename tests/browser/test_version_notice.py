"""Promises of an open page when another version of its model is published: nothing typed is lost, the page says what is served."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from playwright.sync_api import expect

from service.bundles.bundle_files import read_card
from service.bundles.versions.bundle_folder import default_folder
from service.bundles.versions.version_changes import add_version
from service.schemas import Input
from tests.support.browser_session import Contexts, Visit, own_demo, visits_of
from tests.support.bundle_copies import change_card
from tests.support.onnx_models import FIELDS, ROWS
from tests.support.server_process import running, service_program
from tests.support.version_folders import NAME, put_version

TEXTS = "comment-sentiment"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the served bundles."""
    return tmp_path_factory.mktemp("published")


@pytest.fixture
def published(bundles: Path, folder: Path) -> Path:
    """The folder with a version of a model of texts, and of one that adds two numbers."""
    if not (folder / f"{TEXTS}.default").exists():
        publish(folder, bundles / TEXTS)
    if not (folder / f"{NAME}.default").exists():
        put_version(folder, 1)
    return folder


@pytest.fixture(scope="module")
def url(folder: Path) -> Iterator[str]:
    service = service_program(folder, SERVICE_BUNDLES_POLL_SECONDS="0.1")
    with running(service), own_demo(service.url) as demo:
        yield demo.url


@pytest.fixture
def visit(contexts: Contexts, url: str) -> Iterator[Any]:
    with visits_of(contexts, url) as begin:
        yield begin


# The first one: it begins with an empty folder.
def test_a_model_that_is_published_while_a_page_is_open_appears_and_what_is_typed_stays(
    visit: Any, folder: Path, bundles: Path
) -> None:
    at: Visit = visit("/?lang=en")
    expect(at.page.get_by_text("No model has been published yet.")).to_be_visible()
    put_version(folder, 1)
    expect(at.page.get_by_role("textbox").first).to_be_visible()
    at.settled()
    expect(at.page.get_by_test_id("stSelectbox")).to_have_count(0)
    box = at.page.get_by_role("textbox", name=re.compile("^A\\b"))
    box.fill("7.25")
    publish(folder, bundles / TEXTS)
    expect(at.page.get_by_test_id("stSelectbox")).to_be_visible()
    at.settled()
    expect(box).to_have_value("7.25")
    box.press("Enter")
    at.shows("7.25")


def publish(folder: Path, bundle: Path, **changes: Any) -> str:
    """Publish a copy of a bundle with these changes of its card; return the first letters of its version."""
    with TemporaryDirectory(dir=folder, prefix=".building-") as scratch:
        copy = Path(scratch) / "copy"
        shutil.copytree(bundle, copy)
        change_card(copy, lambda card: card.update(changes))
        return read_card(add_version(folder, copy)).version[:8]


def test_a_version_that_is_published_while_the_page_is_open_is_offered_and_the_typed_text_stays(
    visit: Any, published: Path
) -> None:
    at: Visit = visit(f"/?model={TEXTS}&lang=en")
    before = read_card(default_folder(published, TEXTS)).version[:8]
    text = at.page.get_by_role("textbox").first
    text.fill("I love it, and it is not sent yet")
    number = at.number.inner_text()
    after = publish(published, default_folder(published, TEXTS), summary={"en": "Another one"})
    notice = at.page.get_by_role("button", name=re.compile(f"Version {after} of .* is served now"))
    expect(notice).to_be_visible()
    expect(text).to_have_value("I love it, and it is not sent yet")
    expect(at.page.get_by_text(f"version {before}")).to_be_visible()
    assert at.number.inner_text() == number, "the answer is that of the version beside it"
    notice.click()
    expect(at.page.get_by_text(f"version {after}", exact=False).first).to_be_visible()
    expect(notice).to_have_count(0)
    expect(text).to_have_value("I love it, and it is not sent yet")


def test_a_version_that_takes_other_values_names_the_field_and_keeps_the_other_values(visit: Any, published: Path) -> None:
    at: Visit = visit(f"/?model={NAME}&lang=en&a=9&b=1.5")
    boxes = {name: at.page.get_by_role("textbox", name=re.compile(f"^{name.upper()}\\b")) for name in ("a", "b")}
    expect(boxes["a"]).to_have_value("9")
    put_version(published, 2, inputs=(Input(name="a", type="number", maximum=5, default=4), FIELDS[1]), real_rows=ROWS[1:5])
    at.page.get_by_role("button", name=re.compile("is served now")).click()
    expect(at.page.get_by_text("Please review these fields: A.")).to_be_visible()
    at.settled()
    expect(boxes["a"]).to_have_value("9.00")
    expect(boxes["b"]).to_have_value("1.5")
    boxes["a"].fill("4")
    boxes["a"].press("Enter")
    at.shows("11.00")
