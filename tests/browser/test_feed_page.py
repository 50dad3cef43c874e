"""The journey of a feed, in a real browser: it moves as records come, shows the worst and the queue, opens one in Try."""

import itertools
import json
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from playwright.sync_api import expect

from pipeline import enrich
from service.bundles.bundle_files import read_card
from service.bundles.versions.bundle_folder import default_folder
from service.settings import BUNDLES
from tests.support.browser_session import Visit, follow_menu, own_demo
from tests.support.server_process import Program

MODEL = "comment-sentiment"
PHONE, PROJECTOR = (375, 667), (1920, 1080)
WORST = {"en": "Worst first", "pl": "Od najgorszych"}
QUEUE = {"en": "Waiting for a person", "pl": "Do decyzji człowieka"}
CAME = {"en": "100 comments", "pl": "100 komentarzy"}


@pytest.fixture(scope="module")
def growing(tmp_path_factory: Any) -> Path:
    return Path(tmp_path_factory.mktemp("feed")) / "enriched.jsonl"


@pytest.fixture(scope="module")
def programs(bundled_service: Program, growing: Path) -> Iterator[tuple[Program, Program]]:
    """The service, and a demo that looks at what a pipeline writes."""
    with own_demo(bundled_service.url, DEMO_FEEDS=f"{MODEL}={growing}") as demo:
        yield bundled_service, demo


@pytest.fixture(scope="module")
def enriched(programs: tuple[Program, Program], tmp_path_factory: Any) -> list[bytes]:
    """All real comments of the card, each with its answer, as lines of the pipeline."""
    folder = Path(tmp_path_factory.mktemp("enriched"))
    rows = read_card(default_folder(BUNDLES, MODEL)).real_rows
    source, target = folder / "comments.jsonl", folder / "enriched.jsonl"
    source.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    enrich(MODEL, source, target, url=programs[0].url)
    return target.read_bytes().splitlines(keepends=True)


def chance(line: bytes) -> float:
    return float(json.loads(line)["probability_negative"])


@pytest.mark.parametrize(("language", "size", "scheme"), [("en", PROJECTOR, "light"), ("pl", PHONE, "dark")])
def test_the_worst_records_and_the_queue_are_under_the_shares(
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
    worst = [json.loads(line)["comment"] for line in sorted(enriched, key=chance, reverse=True)[:5]]
    expect(page.locator("[class*=st-key-fed-worst] .feed-text")).to_have_text(worst)
    queue = [json.loads(line)["comment"] for line in enriched if json.loads(line)["decision"] == "ask"]
    expect(page.locator("[class*=st-key-fed-queue] .feed-text")).to_have_text(queue[:5])
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    record = page.locator("[class*=st-key-fed-worst]").first
    badge, button = record.locator(".band").bounding_box(), record.get_by_role("button").bounding_box()
    assert badge
    assert button
    is_beside = button["x"] >= badge["x"] + badge["width"] or button["y"] >= badge["y"] + badge["height"]
    assert is_beside, "the button does not cover the badge"
    assert seen.foreign == []


def test_the_page_updates_as_records_come_in(visit: Any, growing: Path, enriched: list[bytes]) -> None:
    growing.unlink(missing_ok=True)
    page = visit(f"/feed?model={MODEL}").page
    expect(page.get_by_text("New ones appear here by themselves.")).to_be_visible()
    with growing.open("ab", buffering=0) as out:
        out.write(b"".join(enriched[:7]))
        expect(page.locator(".feed-counts strong")).to_have_text("7 comments")
        out.write(enriched[7])
        expect(page.locator(".feed-counts strong")).to_have_text("8 comments")
        page.get_by_text("Live", exact=True).click()
        out.write(enriched[8])
        follow_menu(page, "How good")
        expect(page.get_by_role("heading", name="How good is it?")).to_be_visible()
        follow_menu(page, "Feed")
        expect(page.locator(".feed-counts strong")).to_have_text("9 comments")


def test_a_record_is_opened_in_try_with_its_text(visit: Any, growing: Path, enriched: list[bytes]) -> None:
    growing.write_bytes(b"".join(enriched))
    page = visit(f"/feed?model={MODEL}").page
    highest = json.loads(max(enriched, key=chance))
    page.locator("[class*=st-key-fed-worst]").first.get_by_role("button", name="Open in Try").click()
    expect(page.get_by_role("textbox", name=re.compile("^Comment"))).to_have_value(highest["comment"])
    expect(page.locator(".answer .number")).to_be_visible()
    page.go_back()
    expect(page.locator(".feed-counts strong")).to_have_text(CAME["en"])


def test_a_file_of_the_pipeline_is_opened_and_closed(visit: Any, programs: tuple[Program, Program], tmp_path: Path) -> None:
    rows = [
        dict(row) | {"seen": f"2026-11-{day:02d}T08:00:00"}
        for day, row in enumerate(read_card(default_folder(BUNDLES, "credit-default")).real_rows[:20], 1)
    ]
    source, target = tmp_path / "clients.jsonl", tmp_path / "clients.csv"
    source.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    enrich("credit-default", source, target, url=programs[0].url)
    page = visit("/feed?model=credit-default").page
    expect(page.get_by_text("No clients yet. Upload a file")).to_be_visible()
    page.locator("input[type=file]").set_input_files(source)
    expect(page.get_by_text("the column probability_default is missing")).to_be_visible()
    page.locator("input[type=file]").set_input_files(target)
    expect(page.locator(".feed-counts strong")).to_have_text("20 clients")
    expect(page.get_by_text("by time.")).to_be_visible()
    expect(page.locator(".js-plotly-plot").get_by_text("Nov 1", exact=True)).to_be_visible()
    page.get_by_role("button", name="Close the file").click()
    expect(page.get_by_text("No clients yet. Upload a file")).to_be_visible()


def test_the_drawn_shares_are_those_of_the_records(visit: Any, growing: Path, enriched: list[bytes]) -> None:
    growing.write_bytes(b"".join(enriched))
    page = visit(f"/feed?model={MODEL}").page
    page.locator(".js-plotly-plot .main-svg").first.wait_for()
    drawn: Any = page.evaluate(
        "Object.fromEntries(document.querySelector('.js-plotly-plot').data.map(trace => [trace.name, trace.y]))"
    )
    said = [json.loads(line)["decision"] for line in enriched]
    ends = [index * len(said) // 24 for index in range(25)]
    parts = [said[begin:end] for begin, end in itertools.pairwise(ends)]
    names = {"Negative": "negative", "Not sure: ask a person": "ask", "Positive": "positive"}
    assert {names[name] for name in drawn} == set(names.values())
    for name, heights in drawn.items():
        assert heights == pytest.approx([part.count(names[name]) / len(part) for part in parts])
    counted = page.locator(".feed-counts .band b").all_inner_texts()
    assert counted == [str(said.count(band)) for band in ("negative", "ask", "positive")]


def test_prices_without_bands_are_drawn_as_averages_with_the_highest_first(
    visit: Any, programs: tuple[Program, Program], tmp_path: Path
) -> None:
    rows = [
        dict(row) | {"seen": f"2026-11-{1 + index // 2:02d}T08:00:00"}
        for index, row in enumerate(read_card(default_folder(BUNDLES, "diamond-price")).real_rows[:48])
    ]
    source, target = tmp_path / "stones.jsonl", tmp_path / "stones.parquet"
    source.write_text("".join(json.dumps(row) + "\n" for row in rows[::-1]), encoding="utf-8")
    enrich("diamond-price", source, tmp_path / "stones.out.jsonl", url=programs[0].url)
    records = [json.loads(line) for line in (tmp_path / "stones.out.jsonl").read_text(encoding="utf-8").splitlines()]
    pq.write_table(pa.Table.from_pylist(records), target)
    page = visit("/feed?model=diamond-price").page
    page.locator("input[type=file]").set_input_files(target)
    expect(page.locator(".feed-counts strong")).to_have_text("48 diamonds")
    expect(page.get_by_role("heading", name="Highest first")).to_be_visible()
    expect(page.get_by_role("heading", name="Waiting for a person")).to_have_count(0)
    highest = sorted((record["value"] for record in records), reverse=True)[:5]
    expect(page.locator("[class*=st-key-fed-worst] b")).to_have_text(
        [f"{value:,.0f}\N{NO-BREAK SPACE}USD" for value in highest]
    )
    page.locator(".js-plotly-plot .main-svg").first.wait_for()
    drawn: Any = page.evaluate("Array.from(document.querySelector('.js-plotly-plot').data[0].y)")
    by_time = [record["value"] for record in records][::-1]
    whole = (datetime(2026, 11, 24) - datetime(2026, 11, 1)).total_seconds() / 24
    inside: list[list[float]] = [[] for _ in range(24)]
    for index, value in enumerate(by_time):
        inside[min(int(86400 * (index // 2) / whole), 23)].append(value)
    assert drawn == pytest.approx([sum(some) / len(some) for some in inside])
    first, last = (sum(some) / 16 for some in (by_time[:16], by_time[-16:]))
    expect(page.get_by_text(f"On average {first:,.0f}")).to_contain_text(f"{last:,.0f}")
    page.locator("[class*=st-key-fed-worst]").first.get_by_role("button", name="Open in Try").click()
    expect(page.locator(".answer .number")).to_have_text(f"{highest[0]:,.0f}")


def test_a_feed_with_other_field_names_says_so_and_offers_no_try_button(
    visit: Any, growing: Path, enriched: list[bytes]
) -> None:
    other = [json.loads(line) for line in enriched[:9]]
    growing.write_text(
        "".join(json.dumps(record | {"comment_text": record.pop("comment")}) + "\n" for record in other), encoding="utf-8"
    )
    page = visit(f"/feed?model={MODEL}").page
    expect(page.locator(".feed-counts strong")).to_have_text("9 comments")
    expect(page.get_by_text("Did the pipeline run with --field?")).to_be_visible()
    expect(page.get_by_role("button", name="Open in Try")).to_have_count(0)
    expect(page.locator("[class*=st-key-fed-worst] .feed-text").first).to_have_text(re.compile(r"^Record \d$"))


def test_one_visitor_sees_no_file_of_another(visit: Any, enriched: list[bytes], tmp_path: Path) -> None:
    file = tmp_path / "own.jsonl"
    rows = [json.loads(line) | {"probability_default": 0.5} for line in enriched[:3]]
    fields = read_card(default_folder(BUNDLES, "credit-default")).real_rows[0]
    file.write_text("".join(json.dumps(dict(fields) | row) + "\n" for row in rows), encoding="utf-8")
    one, two = visit("/feed?model=credit-default").page, visit("/feed?model=credit-default").page
    one.locator("input[type=file]").set_input_files(file)
    expect(one.locator(".feed-counts strong")).to_have_text("3 clients")
    two.reload()
    expect(two.get_by_text("No clients yet. Upload a file")).to_be_visible()
    expect(two.get_by_text("own.jsonl")).to_have_count(0)
