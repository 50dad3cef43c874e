"""Promises of Take it away in a browser: a file is made and downloaded with the keyboard alone, and the views are accessible."""

from typing import Any

import pytest
from playwright.sync_api import expect

from client import Client
from tests.support.accessibility import severe_violations
from tests.support.browser_session import Visit, download
from tests.support.server_process import Program

FORM = ".st-key-form-python"


def test_a_file_is_made_and_downloaded_with_the_keyboard_alone(visit: Any, programs: tuple[Program, Program]) -> None:
    seen: Visit = visit("/take-away?model=credit-scorecard&lang=en")
    form = seen.page.locator(FORM)
    make = form.get_by_role("button", name="Make the file")
    make.focus()
    make.press("Enter")
    button = form.get_by_role("button", name="Download")
    expect(button).to_be_visible()
    expect(form).to_contain_text("Compared on")
    result = download(seen.page, button, key="Enter")
    file = Client(programs[0].url).download_export("credit-scorecard", "python")
    assert result.suggested_filename == file.name
    assert result.path().read_bytes() == file.content


@pytest.mark.parametrize(("view", "scheme"), [("answers", "dark"), ("csharp", "light"), ("curl", "dark")])
def test_axe_finds_nothing_serious_in_a_view(view: str, scheme: Any, visit: Any) -> None:
    seen: Visit = visit(f"/take-away?model=credit-scorecard&lang=pl&view={view}", color_scheme=scheme)
    assert severe_violations(seen.page) == []
