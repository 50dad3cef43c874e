"""The journey of a file, in a real browser: dropped, recognised, scored, looked through, opened in Try, taken away."""

import csv
import io
import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from client import Client
from tests.support.browser_session import Visit, download, follow_menu
from tests.support.dropped_files import dropped, read_parquet, rows_of
from tests.support.server_process import Program
from tests.support.workbooks import workbook

PHONE, LAPTOP = (375, 667), (1280, 860)
SCORED = {"en": "rows scored", "pl": "wierszy ocenionych"}
NOT_SCORED = {"en": "1 row not scored", "pl": "1 wiersz nieoceniony"}


@pytest.fixture
def clients(tmp_path: Path) -> Path:
    """A spreadsheet as Polish offices save it: semicolons, decimal commas, one broken cell."""
    rows = [row | {"client": f"00{index}"} for index, row in enumerate(rows_of("credit-default"))]
    cells = [[str(value).replace(".", ",") for value in row.values()] for row in rows]
    cells[7][0] = "brak"
    file = tmp_path / "clients.csv"
    with file.open("w", newline="", encoding="utf-8") as out:
        csv.writer(out, delimiter=";").writerows([list(rows[0]), *cells])
    return file


@pytest.mark.parametrize(("language", "size"), [("en", LAPTOP), ("pl", PHONE)])
def test_a_file_is_recognised_scored_and_browsed(language: str, size: tuple[int, int], visit: Any, clients: Path) -> None:
    viewport = {"width": size[0], "height": size[1]}
    seen: Visit = visit(f"/files?model=credit-default&lang={language}", viewport=viewport)
    page = seen.page
    dropped(page, clients)
    expect(page.locator(".headline")).to_contain_text(f"99 {SCORED[language]}")
    expect(page.locator(".headline")).to_contain_text(NOT_SCORED[language])
    expect(page.get_by_test_id("stCaptionContainer").get_by_text("clients.csv")).to_be_visible()
    expect(page.get_by_text(re.compile("decimal comma|przecinek dziesiętny"))).to_be_visible()
    expect(page.get_by_test_id("stDataFrame")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert seen.foreign == []


def test_a_row_is_rated_and_opened_in_try_with_its_values(
    visit: Any, clients: Path, programs: tuple[Program, Program]
) -> None:
    seen: Visit = visit("/files?model=credit-default")
    page = seen.page
    dropped(page, clients)
    grid = page.get_by_test_id("stDataFrame")
    grid.wait_for()
    page.get_by_role("combobox", name="Order").click()
    page.get_by_role("option", name="as in the file").click()
    expect(grid.locator("[role=gridcell]").first).to_have_text("1")
    seen.settled()
    box = grid.locator("canvas").first.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 18, box["y"] + 35 + 17)  # the box in front of the first row
    page.locator(".st-key-feedback").get_by_role("radio", name="Yes", exact=True).click()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Saved on")).to_be_visible()
    (entry,) = [each for each in Client(programs[0].url).feedback.entries()["items"] if each["shown"]["page"] == "files"]
    assert entry["row"] == rows_of("credit-default")[0]
    assert entry["shown"]["prediction"]["decision"] == (entry["prediction"] or {})["decision"]
    page.get_by_role("button", name="Open this row in Try").click()
    expect(page.get_by_role("heading", name="Will this client pay next month?")).to_be_visible()
    first = rows_of("credit-default")[0]
    expect(page.get_by_role("textbox", name=re.compile("^Credit limit"))).to_have_value(f"{first['credit_limit']:,}")
    expect(page.get_by_role("textbox", name=re.compile("^Last payment"))).to_have_value(f"{first['last_payment']:,}")
    expect(page.locator(".story")).to_contain_text("Starting point.")
    page.reload()
    expect(page.get_by_role("textbox", name=re.compile("^Last payment"))).to_have_value(f"{first['last_payment']:,}")
    expect(page.locator(".story")).to_contain_text("Starting point.")


def test_the_whole_scored_file_can_be_downloaded(visit: Any, clients: Path) -> None:
    page = visit("/files?model=credit-default").page
    dropped(page, clients)
    for name, read in (("CSV", read_csv), ("Parquet", read_parquet)):
        result = read(download(page, f"Download all as {name}").path())
        assert len(result) == 100
        assert result[3]["client"] == "003"
        assert 0 <= float(str(result[3]["probability_default"]).replace(",", ".")) <= 1
        assert "average_payment" in result[7]["error"]


def test_a_workbook_is_scored_and_its_answer_is_a_workbook_with_the_numbers_of_the_api(
    visit: Any, tmp_path: Path, programs: tuple[Program, Program]
) -> None:
    rows = rows_of("credit-default")[:25]
    file = tmp_path / "clients.xlsx"
    cells = [[f"00{index}", *row.values()] for index, row in enumerate(rows)]
    file.write_bytes(workbook([["client", *rows[0]], *cells], sheets=["May", "June"], has_name=False, hidden=[3]))
    seen: Visit = visit("/files?model=credit-default")
    page = seen.page
    dropped(page, file)
    expect(page.locator(".headline")).to_contain_text("25 rows scored")
    page.get_by_role("combobox", name="Sheet").click()
    page.get_by_role("option", name="June").click()
    expect(page.get_by_text("sheet June · 1 hidden row scored too")).to_be_visible()
    result = read_workbook(download(page, "Download all as Excel").path())
    answers = Client(programs[0].url).predict("credit-default", rows)["predictions"]
    assert [row["client"] for row in result] == [f"00{index}" for index in range(25)]
    assert [row["probability_default"] for row in result] == [each["probabilities"]["default"] for each in answers]
    assert [row["decision"] for row in result] == [each["decision"] for each in answers]


def test_a_file_of_another_type_is_refused_in_the_language_of_the_page(visit: Any, tmp_path: Path) -> None:
    (tmp_path / "clients.docx").write_bytes(b"PK")
    page = visit("/files?model=credit-default&lang=pl").page
    dropped(page, tmp_path / "clients.docx")
    expect(page.get_by_text("plików tego typu nie można tu wczytać")).to_be_visible()
    expect(page.get_by_text("not allowed")).to_have_count(0)


def read_workbook(file: Path) -> list[dict[str, Any]]:
    names, *rows = openpyxl.load_workbook(io.BytesIO(file.read_bytes())).worksheets[0].iter_rows(values_only=True)
    return [dict(zip(map(str, names), row, strict=True)) for row in rows]


def read_csv(file: Path) -> list[dict[str, Any]]:
    return list(csv.DictReader(io.StringIO(file.read_bytes().decode("utf-8-sig")), delimiter=";"))


def test_a_file_that_cannot_be_scored_says_what_to_correct(visit: Any, tmp_path: Path) -> None:
    file = tmp_path / "wrong.csv"
    file.write_text("remark;id\nnice;1\n", encoding="utf-8")
    page = visit("/files?model=comment-sentiment&lang=pl").page
    dropped(page, file)
    for sentence in ("Nie udało się ocenić tego pliku.", "Brakuje 1 kolumny: comment."):
        expect(page.get_by_text(sentence)).to_be_visible()


def test_a_sample_file_is_downloaded_and_scored(visit: Any, tmp_path: Path) -> None:
    page = visit("/files?model=comment-sentiment").page
    file = tmp_path / "sample.csv"
    download(page, "Download a sample file").save_as(file)
    dropped(page, file)
    expect(page.locator(".headline")).to_contain_text("50 rows scored")
    expect(page.locator(".headline")).not_to_contain_text("not scored")


def drawn(page: Page) -> Any:
    """Return the traces of the chart on the page: what each is called, and how high its bars or points are."""
    page.locator(".js-plotly-plot .main-svg").first.wait_for()
    return page.evaluate(
        "Array.from(document.querySelector('.js-plotly-plot').calcdata).map(trace => trace.map(bar => bar.s ?? bar.y))"
    )


def test_the_distribution_includes_every_scored_row_and_stays_during_a_visit_of_another_page(
    visit: Any, clients: Path, programs: tuple[Program, Program]
) -> None:
    page = visit("/files?model=credit-default").page
    dropped(page, clients)
    expect(page.locator(".headline")).to_contain_text("99 rows scored")
    rows = [row for index, row in enumerate(rows_of("credit-default")) if index != 7]
    said = Client(programs[0].url).predict("credit-default", rows)["predictions"]
    indices = [min(int(each["probabilities"]["default"] * 20), 19) for each in said]
    bars = [[indices.count(index) for index in range(20)]]
    assert drawn(page) == bars
    follow_menu(page, "How good")
    expect(page.get_by_role("heading", name="How good is it?")).to_be_visible()
    follow_menu(page, "Files")
    expect(page.locator(".headline")).to_contain_text("99 rows scored")
    assert drawn(page) == bars
    page.get_by_role("button", name="Another file").click()
    expect(page.get_by_test_id("stFileUploader")).to_be_visible()


def test_a_row_that_was_not_scored_is_opened_repaired_and_scored(
    visit: Any, clients: Path, programs: tuple[Program, Program]
) -> None:
    seen: Visit = visit("/files?model=credit-default&lang=en")
    page = seen.page
    dropped(page, clients)
    grid = page.get_by_test_id("stDataFrame")
    grid.wait_for()
    page.get_by_role("radio", name="not scored").or_(page.get_by_role("button", name=re.compile("^not scored"))).click()
    seen.settled()
    expect(grid.locator("[role=gridcell]").nth(1)).to_contain_text("average_payment “brak” is not a number")
    box = grid.locator("canvas").first.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 18, box["y"] + 35 + 17)
    page.get_by_role("button", name="Open this row in Try").click()
    expect(page.get_by_test_id("stAlert")).to_contain_text("Correct the marked fields.")
    fault = page.locator(".fault")
    expect(fault).to_contain_text("In the file: average_payment “brak” is not a number. Used instead: ")
    payment = page.get_by_role("textbox", name=re.compile("^Average payment"))
    payment.fill(str(rows_of("credit-default")[7]["average_payment"]))
    payment.press("Enter")
    expect(fault).to_have_count(0)
    expect(page.get_by_test_id("stAlert")).to_have_count(0)
    answer: Any = Client(programs[0].url).predict("credit-default", [rows_of("credit-default")[7]])["predictions"][0]
    seen.shows(f"{answer['probabilities']['default']:.0%}")


@pytest.fixture(scope="module")
def many(tmp_path_factory: Any) -> Path:
    """A file that is on its way for a while."""
    file = Path(tmp_path_factory.mktemp("many")) / "many.csv"
    rows = [list(row.values()) for row in rows_of("credit-default")]
    with file.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(list(rows_of("credit-default")[0]))
        for _ in range(3000):
            writer.writerows(rows)
    return file


def test_a_long_file_shows_its_progress_during_visits_of_other_pages(visit: Any, many: Path) -> None:
    page = visit("/files?model=credit-default").page
    dropped(page, many)
    expect(page.get_by_role("progressbar")).to_be_visible()
    expect(page.get_by_text("You can use other pages meanwhile")).to_be_visible()
    follow_menu(page, "How good")
    expect(page.get_by_role("heading", name="How good is it?")).to_be_visible()
    follow_menu(page, "Files")
    expect(page.locator(".headline")).to_contain_text("300,000 rows scored")
    part = page.get_by_role("spinbutton", name="Part (of 600)")
    part.fill("600")
    part.press("Enter")
    expect(page.get_by_text("Rows 299,501 to 300,000 of 300,000 in this order.")).to_be_visible()
