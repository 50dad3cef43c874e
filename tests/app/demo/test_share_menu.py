"""Promises of the menu Share on the page Try."""

import pytest

from demo.leave_behind import pdf_file
from tests.support.demo_pages import opened, quiet

pytestmark = pytest.mark.usefixtures("request_log")


@pytest.mark.parametrize(
    ("language", "labels"),
    [("en", ["Document (HTML)", "Document (PDF)"]), ("pl", ["Dokument (HTML)", "Dokument (PDF)"])],
)
def test_a_case_can_be_taken_home_as_a_document(language: str, labels: list[str]) -> None:
    app = quiet(opened(model="credit-default", lang=language, start="two-months-late"))
    assert [each.proto.label for each in app.get("download_button")] == labels


def test_without_a_pdf_library_the_page_says_how_to_get_a_pdf(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_file, "can_write_pdf", lambda: False)
    app = quiet(opened(model="diamond-price", lang="en"))
    assert [each.proto.label for each in app.get("download_button")] == ["Document (HTML)"]
    assert any("print it" in each.value for each in app.caption)
