"""Uploads to the pages Files and Feed, in a real browser: too large, with columns of other names, and gone after the visit."""

import csv
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from client import Client
from tests.support.browser_session import PATIENCE_MILLISECONDS, download
from tests.support.dropped_files import dropped, read_parquet, rows_of
from tests.support.server_process import Program

PHONE = {"width": 375, "height": 667}
UNTIL_MISSING = """async ([address, patience]) => {
  const end = performance.now() + patience;
  while ((await fetch(address)).status !== 404) {
    if (performance.now() > end) throw new Error("it still answers");
    await new Promise(done => setTimeout(done, 100));
  }
}"""


@pytest.mark.parametrize(
    ("path", "megabytes", "sentence"),
    [
        ("/files?model=credit-default&lang=en", 257, "rows.csv: this file is too large. The limit is 256 MB."),
        ("/feed?model=comment-sentiment&lang=pl", 65, "rows.csv: ten plik jest za duży. Limit to 64 MB."),
    ],
)
def test_a_file_that_is_too_large_is_refused_in_the_language_of_the_page_before_it_is_sent(
    path: str, megabytes: int, sentence: str, visit: Any, tmp_path: Path
) -> None:
    file, page = tmp_path / "rows.csv", visit(path).page
    with file.open("wb") as out:
        out.truncate(megabytes * 2**20)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method in {"PUT", "POST"} else None)
    dropped(page, file)
    expect(page.get_by_role("alert").filter(has_text=sentence)).to_be_visible()
    expect(page.get_by_text("or smaller")).to_have_count(0)
    assert sent == []
    file.write_text("a;b\n1;2\n")
    dropped(page, file)
    expect(page.get_by_text(sentence)).to_have_count(0)
    expect(page.get_by_test_id("stAlert").first).to_be_visible()  # another file is read, and refused for what it holds


def test_columns_of_other_names_are_chosen_once_for_all_files_like_it(
    visit: Any, tmp_path: Path, programs: tuple[Program, Program]
) -> None:
    rows = rows_of("diamond-price")[:10]
    names = {"carat": "q1", "cut": "q2"}
    file = tmp_path / "stones.csv"
    with file.open("w", newline="", encoding="utf-8") as out:
        csv.writer(out).writerows([[names.get(name, name) for name in rows[0]], *(row.values() for row in rows)])
    incomplete = "Wybierz kolumnę dla każdego pola, a każdą kolumnę tylko raz."
    page = visit("/files?model=diamond-price&lang=pl", viewport=PHONE, color_scheme="dark").page
    dropped(page, file)
    boxes = page.get_by_role("combobox", name=re.compile("Która kolumna to"))
    expect(boxes).to_have_count(2)
    again = page.get_by_role("button", name="Wyślij jeszcze raz")
    expect(again).to_be_disabled()
    for index, column in ((0, "q1"), (1, "q1"), (1, "q2")):
        expect(page.get_by_text(incomplete)).to_be_visible()
        boxes.nth(index).click()
        page.get_by_role("option", name=column, exact=True).click()
    expect(page.get_by_text(incomplete)).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    again.click()
    expect(page.locator(".headline")).to_contain_text("10 wierszy ocenionych")
    result = download(page, page.get_by_role("button", name="Parquet")).path()
    answers = Client(programs[0].url).predict("diamond-price", rows)["predictions"]
    assert [row["value"] for row in read_parquet(result)] == [each["value"] for each in answers]
    page.get_by_role("button", name="Inny plik").click()
    dropped(page, file)
    expect(page.locator(".headline")).to_contain_text("10 wierszy ocenionych")  # without another question


def test_a_file_is_not_readable_at_the_address_of_its_download_after_the_visit(
    visit: Any, browser: Browser, programs: tuple[Program, Program]
) -> None:
    page = visit("/files?model=diamond-price").page
    sample = download(page, "Download a sample file")
    assert sample.path().stat().st_size
    address = sample.url
    assert address.startswith(f"{programs[1].url}/media/")
    page.close()
    outsider = browser.new_page()
    outsider.goto(f"{programs[1].url}/_stcore/health")  # no visit: it only asks for addresses
    outsider.evaluate(UNTIL_MISSING, [address, PATIENCE_MILLISECONDS])
    outsider.close()
