"""The journey of a client, in a real browser: looked up, stored answer and fields with their age, changed, live beside it."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from playwright.sync_api import Page, expect

from client import Client
from demo.text.translation import Translation
from tests.support.accessibility import severe_violations
from tests.support.browser_session import Visit, follow_menu, own_demo
from tests.support.repository import ROOT
from tests.support.server_process import Program, running, service_program

MODEL = "credit-default"
PHONE, PROJECTOR = (375, 667), (1920, 1080)
SINCE = {"en": re.compile(r"These values were stored .* ago\."), "pl": re.compile(r"Te wartości zapisano .* temu\.")}
TITLE = {"en": "Client look-up", "pl": "Zapisane dane: klient"}
FEW = 200


@pytest.fixture(scope="module")
def programs(bundles: Path, tmp_path_factory: Any) -> Iterator[tuple[Program, Program]]:
    """The service over a store that last night's jobs have filled, and the demo."""
    folder = Path(tmp_path_factory.mktemp("night"))
    store = {"SERVICE_DATABASE_URL": f"sqlite:///{folder}/witryna.db", "SERVICE_BUNDLES": str(bundles)}
    statements = pq.read_table(ROOT / "data" / "card_statements.parquet")
    few = statements.filter(pa.compute.less_equal(statements["client"], FEW))
    newcomer = few.filter(pa.compute.equal(few["client"], 7)).slice(0, 2)
    column = few.schema.get_field_index("client")
    newcomer = newcomer.set_column(column, "client", pa.array([777, 777], few.schema.field("client").type))
    pq.write_table(pa.concat_tables([few, newcomer]), folder / "statements.parquet")
    run_job("features", folder / "statements.parquet", folder, store)
    scored = pq.read_table(folder / "features.parquet")
    pq.write_table(scored.filter(pa.compute.not_equal(scored["client_id"], "5")), folder / "in.parquet")
    run_job("predict", folder / "in.parquet", folder, store)
    service = service_program(bundles, SERVICE_DATABASE_URL=store["SERVICE_DATABASE_URL"])
    with running(service), own_demo(service.url) as demo:
        yield service, demo


def run_job(job: str, source: Path, folder: Path, store: dict[str, str]) -> None:
    command: list[str | Path] = [
        sys.executable,
        "-m",
        "service.jobs",
        job,
        "--model",
        MODEL,
        "--input",
        source,
        "--output",
        folder,
    ]
    subprocess.run(command, cwd=ROOT, env=os.environ | store, check=True, capture_output=True)


def key_of(page: Page) -> Any:
    """Return the field of the client's number."""
    return page.get_by_role("textbox", name=re.compile("^(Client number|Numer klienta)$"))


def answers(page: Page) -> Any:
    return page.locator(".two-answers .number")


def said(prediction: dict[str, Any]) -> str:
    return f"{prediction['probabilities']['default']:.0%}"


@pytest.mark.parametrize(("language", "size", "scheme"), [("en", PROJECTOR, "light"), ("pl", PHONE, "dark")])
def test_a_client_is_looked_up_and_the_stored_answer_says_how_old_it_is(
    language: str, size: tuple[int, int], scheme: str, visit: Any, programs: tuple[Program, Program]
) -> None:
    viewport = {"width": size[0], "height": size[1]}
    seen: Visit = visit(f"/clients?model={MODEL}&lang={language}", viewport=viewport, color_scheme=scheme)
    page = seen.page
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE[language])
    key = key_of(page)
    key.fill("17")
    key.press("Enter")
    stored: Any = Client(programs[0].url).entity(MODEL, 17)
    expect(answers(page)).to_have_text([said(stored["stored_prediction"]["prediction"])])
    expect(page.locator(".stored-since")).to_have_text(SINCE[language])
    average = page.get_by_role("textbox", name=re.compile("^(Average payment|Średnia wpłata)"))
    stored_average = int(stored["stored_features"]["values"]["average_payment"])
    expect(average).to_have_value(Translation(language).number(stored_average))
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert severe_violations(page) == []
    assert seen.foreign == []


def test_a_client_is_opened_in_try_which_says_why(visit: Any, programs: tuple[Program, Program]) -> None:
    page = visit(f"/clients?model={MODEL}&view=%3D17&lang=pl").page
    stored: Any = Client(programs[0].url).entity(MODEL, 17)
    answer = said(stored["stored_prediction"]["prediction"])
    expect(answers(page)).to_have_text([answer])
    page.get_by_role("button", name="Dlaczego? Otwórz przypadek").click()
    expect(page).to_have_url(re.compile(rf"/\?model={MODEL}"))
    expect(page.locator(".answer .number")).to_have_text(answer)
    expect(page.locator(".why")).to_be_visible()


def test_a_changed_field_brings_the_live_answer_beside_the_stored_one(visit: Any, programs: tuple[Program, Program]) -> None:
    page = visit(f"/clients?model={MODEL}&view=%3D17").page
    expect(answers(page)).to_have_count(1)
    # The stored answer was computed from the stored fields: to the last bit they are the same, so none is called renewed.
    expect(page.locator(".story")).to_have_text("Change a field to see today's answer beside it.")
    late = page.get_by_role("textbox", name="Months late now")
    late.fill("2")
    late.press("Enter")
    client = Client(programs[0].url)
    stored: Any = client.entity(MODEL, 17)
    live: Any = client.predict(MODEL, [{"client_id": 17, "months_late_now": 2}])["predictions"][0]
    shown = [said(stored["stored_prediction"]["prediction"]), said(live)]
    expect(answers(page)).to_have_text(shown)
    expect(page.locator(".story")).to_contain_text("Months late now 0 → 2")
    page.reload()
    expect(answers(page)).to_have_text(shown)
    follow_menu(page, "How good")
    expect(page.get_by_role("heading", name="How good is it?")).to_be_visible()
    follow_menu(page, "Clients")
    expect(key_of(page)).to_have_value("17")
    expect(answers(page)).to_have_text(shown)
    page.get_by_role("button", name="Restore stored values").click()
    expect(answers(page)).to_have_text(shown[:1])


def test_an_unknown_key_or_value_is_reported_in_a_sentence(visit: Any, programs: tuple[Program, Program]) -> None:
    page = visit(f"/clients?model={MODEL}&view=%3D999999").page
    expect(page.get_by_text("Nothing is stored for 999999.")).to_be_visible()
    key = key_of(page)
    key.fill("777")  # a newcomer with two statements: what needs six months is not known
    key.press("Enter")
    expect(page.get_by_text("Stored as unknown.").first).to_be_visible()
    expect(page.get_by_test_id("stAlert").first).to_be_visible()
    key.fill("5")  # no stored answer: today's answer from the stored fields
    key.press("Enter")
    live: Any = Client(programs[0].url).predict(MODEL, [{"client_id": 5}])["predictions"][0]
    assert live["source"] == "live"
    expect(answers(page)).to_have_text([said(live)])
    expect(page.locator(".two-answers h2")).to_have_text("Now")


def test_back_shows_the_previous_client(visit: Any) -> None:
    page = visit(f"/clients?model={MODEL}&view=%3D17").page
    expect(answers(page)).to_have_count(1)
    before = answers(page).inner_text()
    key = key_of(page)
    key.fill("12")
    key.press("Enter")
    expect(page).to_have_url(re.compile("view=%3D12"))
    expect(answers(page)).not_to_have_text(before)
    page.go_back()
    expect(key).to_have_value("17")
    expect(answers(page)).to_have_text(before)


def test_one_visitor_sees_no_client_of_another(visit: Any) -> None:
    one, two = visit(f"/clients?model={MODEL}&view=%3D17").page, visit(f"/clients?model={MODEL}").page
    expect(answers(one)).to_have_count(1)
    key_of(two).fill("12")
    key_of(two).press("Enter")
    expect(answers(two)).to_have_count(1)
    expect(key_of(one)).to_have_value("17")
    three = visit(f"/clients?model={MODEL}").page
    expect(key_of(three)).to_have_value("")
    expect(answers(three)).to_have_count(0)
