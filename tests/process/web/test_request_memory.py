"""Promises of the memory of requests in JSON: bounded by what is scored at once, and given back."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.overloaded_service import ask, good_body
from tests.support.process_memory import above_idle, has_proc, megabytes
from tests.support.server_process import Program, running, service_program

MODEL = "comment-sentiment"
MAX_MEGABYTES = 100


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
