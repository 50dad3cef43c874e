"""Promises of the memory of requests in JSON: bounded by what is scored at once, and given back."""

import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import requests
from PIL import Image

from tests.support.overloaded_service import ask, good_body
from tests.support.process_memory import above_idle, has_proc, megabytes
from tests.support.row_files import MEDIA, written
from tests.support.server_process import Program, running, service_program
from wire.row_values import data_url

MODEL = "comment-sentiment"
MAX_MEGABYTES = 100
MAX_MEGABYTES_UNDER_LOAD = 180
"""With the pools that glibc and Arrow keep by default it takes some 220."""
MAX_MEGABYTES_OF_PICTURES = 250
"""With copies of the whole picture in other modes it takes some 400."""
CALLERS, ROUNDS = 8, 6
PICTURES: tuple[tuple[str, dict[str, Any]], ...] = (("RGB", {"transparency": (0, 0, 0)}), ("RGBA", {}), ("I;16", {}))
"""Mode and options: those whose pixels need the most steps."""
BYTES_BEHIND = 5 * 2**20


@pytest.fixture(scope="module")
def program(bundles: Path) -> Iterator[Program]:
    with running(service_program(bundles)) as started:
        yield started


@has_proc
def test_ten_thousand_comments_take_bounded_memory_and_give_it_back(program: Program, cards: dict[str, Any]) -> None:
    ask(program.url, MODEL, good_body(cards, MODEL))
    before = megabytes(program, "VmRSS")
    (status, _, answer, _), more = above_idle(program, lambda: ask(program.url, MODEL, good_body(cards, MODEL, 10_000)))
    assert (status, len(answer["predictions"])) == (200, 10_000)
    assert more < MAX_MEGABYTES
    assert megabytes(program, "VmRSS") - before < MAX_MEGABYTES


@has_proc
def test_many_callers_at_once_take_bounded_memory(program: Program, cards: dict[str, Any]) -> None:
    """Each caller sends large files of every kind, in another order, to every model."""
    files = [
        (model, kind, written(pa.Table.from_pylist((cards[model]["real_rows"] * 3000)[:30_000]), kind))
        for model in ("credit-default", "diamond-price")
        for kind in ("csv", "arrow", "parquet")
    ]

    def call(caller: int) -> None:
        for turn in range(ROUNDS):
            model, kind, body = files[(caller + turn) % len(files)]
            url = f"{program.url}/v1/models/{model}/predictions"
            answer = requests.post(url, body, headers={"Content-Type": MEDIA[kind]}, timeout=120)
            assert answer.status_code == 200

    def all_callers() -> None:
        with ThreadPoolExecutor(CALLERS) as callers:
            list(callers.map(call, range(CALLERS)))

    _, more = above_idle(program, all_callers)
    assert more < MAX_MEGABYTES_UNDER_LOAD


def _large_picture(mode: str, options: dict[str, Any]) -> bytes:
    """Return the file of a picture of 24 million pixels, and about as many bytes as a request in JSON may hold."""
    buffer = io.BytesIO()
    Image.new(mode, (6000, 3990)).save(buffer, "PNG", **options)
    return buffer.getvalue() + bytes(BYTES_BEHIND)


@has_proc
def test_the_largest_pictures_of_many_callers_take_bounded_memory_and_give_it_back(
    program: Program, cards: dict[str, Any]
) -> None:
    """One is decoded at a time, and its memory is free before the next one begins."""
    bodies = [{"rows": [{"picture": data_url(_large_picture(*picture))}]} for picture in PICTURES] * 2
    url = f"{program.url}/v1/models/garment/predictions"

    def all_callers() -> list[int]:
        with ThreadPoolExecutor(len(bodies)) as callers:
            return list(callers.map(lambda body: requests.post(url, json=body, timeout=120).status_code, bodies))

    ask(program.url, "garment", good_body(cards, "garment"))
    before = megabytes(program, "VmRSS")
    statuses, more = above_idle(program, all_callers)
    assert statuses == [200] * len(bodies)
    assert more < MAX_MEGABYTES_OF_PICTURES
    assert megabytes(program, "VmRSS") - before < MAX_MEGABYTES
