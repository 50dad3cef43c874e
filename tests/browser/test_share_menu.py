"""Promises of the menu Share in a browser: the link is copied, the picture is saved, the document opens without a network."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pypdfium2
import zxingcpp
from PIL import Image
from playwright.sync_api import Page, expect

from client import Client
from tests.support.accessibility import severe_violations
from tests.support.browser_session import Visit, download
from tests.support.server_process import Program

CANARY = "canary-7f3e"
CASE = "/?model=credit-default&lang=pl&start=two-months-late"


def open_menu(page: Page) -> None:
    page.get_by_role("button", name="Udostępnij", exact=True).click()
    expect(page.locator(".share-link input")).to_be_visible()


def save(page: Page, button: str, target: Path) -> Path:
    download(page, button).save_as(target)
    return target


def test_one_click_saves_a_picture_at_the_size_of_a_slide(visit: Any, tmp_path: Path) -> None:
    seen: Visit = visit(CASE)
    with Image.open(save(seen.page, "Obraz", tmp_path / "answer.png")) as picture:
        assert (picture.format, picture.size) == ("PNG", (1920, 1080))
        colors = picture.convert("RGB").getcolors(2**24) or []
    assert len(colors) > 50, "the answer is drawn, not a blank page"
    assert (200, 85, 61) in {color for _, color in colors}, "the reasons that raise the risk"


def test_the_link_is_copied_and_its_code_is_read_from_the_screen(visit: Any) -> None:
    seen: Visit = visit(CASE)
    page = seen.page
    page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page.evaluate("document.addEventListener('copy', () => { window.copied = document.getSelection().toString(); })")
    open_menu(page)
    link = page.locator(".share-link input").input_value()
    page.get_by_role("button", name="Kopiuj", exact=True).click()
    expect(page.get_by_role("button", name="Skopiowano")).to_be_visible()
    assert page.evaluate("window.copied || document.activeElement.value") == link
    code = page.locator(".share-code img")
    code.evaluate("image => image.decode()")
    expect(code).to_be_in_viewport(ratio=1)
    with Image.open(BytesIO(code.screenshot())) as picture:
        (read,) = zxingcpp.read_barcodes(picture.resize((picture.width * 3, picture.height * 3)))
    assert read.text == link
    assert severe_violations(page) == []


def test_the_document_opens_without_a_network_and_prints_to_whole_pages(visit: Any, tmp_path: Path, browser: Any) -> None:
    seen: Visit = visit(CASE)
    open_menu(seen.page)
    file = save(seen.page, "Dokument (HTML)", tmp_path / "case.html")
    context = browser.new_context(offline=True, color_scheme="dark", viewport={"width": 375, "height": 667})
    try:
        page = context.new_page()
        requests: list[str] = []
        page.on("request", lambda request: requests.append(request.url))
        page.goto(file.as_uri())
        assert requests == [file.as_uri()]
        expect(page.get_by_role("heading", level=2).first).to_have_text("Dwa miesiące zaległości")
        assert page.evaluate("document.documentElement.scrollWidth") <= 375
        pdf = pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True, print_background=True))
        texts = [each.get_textpage().get_text_range() for each in pdf]
        pdf.close()
    finally:
        context.close()
    assert "58%" in texts[0]
    assert all(f"Strona {number} / {len(texts)}" in text for number, text in enumerate(texts, 1))


def test_the_run_sheet_and_the_last_step_give_a_document_without_private_notes(
    visit: Any, programs: tuple[Program, Program], tmp_path: Path
) -> None:
    client = Client(programs[0].url)
    row = client.card("diamond-price")["examples"][0]["row"]
    case: Any = {
        "id": "one",
        "name": "Kamień A",
        "note": f"{CANARY} 1",
        "model": "diamond-price",
        "row": row,
        "show": ["answer"],
    }
    content: Any = {"title": "Wyceny", "language": "pl", "notes": f"{CANARY} 2", "cases": [case]}
    meeting = client.meetings.create(content, client.feedback.new_key())
    page = visit(f"/sign-in?token={meeting['presenter_token']}").page
    for number, path in enumerate(("run-sheet", "present")):
        page.goto(f"{programs[1].url}/{path}?meeting={meeting['id']}&lang=pl")
        if path == "present":
            page.get_by_role("button", name="Dalej").click()
            expect(page.get_by_text("Kamień A")).to_be_visible()
        page.get_by_role("button", name="Do zabrania").click()
        document = save(page, "Dokument (HTML)", tmp_path / f"{number}.html").read_text(encoding="utf-8")
        assert "Kamień A" in document
        assert "Wyceny" in document
        assert not [
            secret for secret in (CANARY, meeting["presenter_token"], meeting["audience_code"]) if secret in document
        ]
