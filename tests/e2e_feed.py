"""The journey of a feed, in a real browser: it moves as records come, shows the worst and the queue, opens one in Try."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from pipeline import enrich
from service.scoring.bundle import read_card
from tests.programs import Program, free_port, running
from tests.visits import Visit

ROOT = Path(__file__).parents[1]
MODEL = "comment-sentiment"
PHONE, LAPTOP, PROJECTOR = (375, 667), (1280, 860), (1920, 1080)
WORST = {"en": "Worst first", "pl": "Od najgorszych"}
QUEUE = {"en": "Waiting for a person", "pl": "Czekają na człowieka"}
CAME = {"en": "78 came in", "pl": "Napłynęło: 78"}


@pytest.fixture(scope="module")
def growing(tmp_path_factory: Any) -> Path:
    return Path(tmp_path_factory.mktemp("feed")) / "enriched.jsonl"


@pytest.fixture(scope="module")
def programs(bundles: Path, growing: Path) -> Iterator[tuple[Program, Program]]:
    """The service, and a demo that looks at what a pipeline writes."""
    ports = free_port(), free_port()
    service = Program("service", "/health/ready", ports[0], SERVICE_PORT=str(ports[0]), SERVICE_BUNDLES=str(bundles))
    demo = Program(
        "demo",
        "/_stcore/health",
        ports[1],
        DEMO_PORT=str(ports[1]),
        DEMO_SERVICE_URL=service.url,
        DEMO_FEEDS=f"{MODEL}={growing}",
    )
    with running(service), running(demo):
        yield service, demo


@pytest.fixture(scope="module")
def enriched(programs: tuple[Program, Program], tmp_path_factory: Any) -> list[bytes]:
    """All real comments of the card, each with its answer, as lines of the pipeline."""
    folder = Path(tmp_path_factory.mktemp("enriched"))
    rows = read_card(ROOT / "bundles" / MODEL).real_rows
    source, target = folder / "comments.jsonl", folder / "enriched.jsonl"
    source.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    enrich(MODEL, source, target, url=programs[0].url)
    return target.read_bytes().splitlines(keepends=True)


def chance(line: bytes) -> float:
    return float(json.loads(line)["probability_positive"])


@pytest.mark.parametrize(
    ("language", "size", "scheme"), [("en", LAPTOP, "light"), ("pl", PHONE, "dark"), ("pl", PROJECTOR, "light")]
)
def test_the_worst_and_the_queue_stand_under_the_shares(
    language: str, size: tuple[int, int], scheme: str, visit: Any, growing: Path, enriched: list[bytes]
) -> None:
    growing.write_bytes(b"".join(enriched))
    viewport = {"width": size[0], "height": size[1]}
    seen: Visit = visit(f"/feed?model={MODEL}&lang={language}", viewport=viewport, color_scheme=scheme)
    page = seen.page
    expect(page.locator(".feed-counts strong")).to_have_text(CAME[language])
    expect(page.locator(".js-plotly-plot")).to_be_visible()
    lists = page.get_by_test_id("stMainBlockContainer")
    expect(lists.get_by_role("heading", name=WORST[language])).to_be_visible()
    expect(lists.get_by_role("heading", name=QUEUE[language])).to_be_visible()
    worst = [json.loads(line)["comment"] for line in sorted(enriched, key=chance)[:5]]
    expect(page.locator("[class*=st-key-fed-worst] .feed-text")).to_have_text(worst)
    queue = [json.loads(line)["comment"] for line in enriched if json.loads(line)["decision"] == "ask"]
    expect(page.locator("[class*=st-key-fed-queue] .feed-text")).to_have_text(queue[:5])
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert seen.foreign == []


def test_the_page_moves_as_records_come_in(visit: Any, growing: Path, enriched: list[bytes]) -> None:
    growing.unlink(missing_ok=True)
    page = visit(f"/feed?model={MODEL}").page
    expect(page.get_by_text("Nothing has come in yet.")).to_be_visible()
    with growing.open("ab", buffering=0) as out:
        out.write(b"".join(enriched[:7]))
        expect(page.locator(".feed-counts strong")).to_have_text("7 came in")
        out.write(enriched[7])
        expect(page.locator(".feed-counts strong")).to_have_text("8 came in")
        page.get_by_text("Move with what comes in").click()
        out.write(enriched[8])
        page.get_by_role("link", name="How good").click()
        expect(page.get_by_role("heading", name="How good is it?")).to_be_visible()
        page.get_by_role("link", name="Feed").click()
        expect(page.locator(".feed-counts strong")).to_have_text("9 came in")


def test_a_record_is_opened_in_try_with_its_own_words(visit: Any, growing: Path, enriched: list[bytes]) -> None:
    growing.write_bytes(b"".join(enriched))
    page = visit(f"/feed?model={MODEL}").page
    lowest = json.loads(min(enriched, key=chance))
    page.locator("[class*=st-key-fed-worst]").first.get_by_role("button", name="Open in Try").click()
    expect(page.get_by_role("textbox", name=re.compile("^Comment"))).to_have_value(lowest["comment"])
    expect(page.locator(".answer .number")).to_be_visible()
    page.go_back()
    expect(page.locator(".feed-counts strong")).to_have_text("78 came in")


def test_a_file_of_the_pipeline_is_opened_and_closed(visit: Any, programs: tuple[Program, Program], tmp_path: Path) -> None:
    rows = [
        dict(row) | {"seen": f"2026-11-{day:02d}T08:00:00"}
        for day, row in enumerate(read_card(ROOT / "bundles" / "credit-default").real_rows[:20], 1)
    ]
    source, target = tmp_path / "clients.jsonl", tmp_path / "clients.csv"
    source.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    enrich("credit-default", source, target, url=programs[0].url)
    page = visit("/feed?model=credit-default").page
    expect(page.get_by_text("Nothing flows in here yet.")).to_be_visible()
    page.locator("input[type=file]").set_input_files(source)
    expect(page.get_by_text("there is no column probability_default")).to_be_visible()
    page.locator("input[type=file]").set_input_files(target)
    expect(page.locator(".feed-counts strong")).to_have_text("20 came in")
    expect(page.get_by_text("as time went by")).to_be_visible()
    expect(page.locator(".js-plotly-plot").get_by_text("Nov 1", exact=True)).to_be_visible()
    page.get_by_role("button", name="Close the file").click()
    expect(page.get_by_text("Nothing flows in here yet.")).to_be_visible()
