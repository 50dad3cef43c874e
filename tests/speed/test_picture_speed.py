"""How long people wait for an answer about a picture, and for its reasons, through the API of a running service."""

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from client import Client, Row
from tests.support.server_process import running, service_program

MODEL = "garment"
MAX_ANSWER_MILLISECONDS, MAX_REASONS_MILLISECONDS = 15, 600


def milliseconds(ask: Callable[[Row], object], rows: list[Row]) -> list[float]:
    times = []
    for row in rows:
        start = time.perf_counter()
        ask(row)
        times.append(1000 * (time.perf_counter() - start))
    return times


def test_a_picture_is_answered_and_explained_in_time(bundles: Path) -> None:
    program = service_program(bundles)
    with running(program):
        client = Client(program.url)
        first, *rows = client.card(MODEL)["real_rows"]
        client.predict(MODEL, [first])
        answers = milliseconds(lambda row: client.predict(MODEL, [row]), rows)
        reasons = milliseconds(lambda row: client.explain(MODEL, [row]), rows[:15])
    for name, times in (("an answer", answers), ("its reasons", reasons)):
        sys.stdout.write(f"{name}: median {statistics.median(times):.1f} ms, longest {max(times):.1f} ms of {len(times)}\n")
    assert statistics.median(answers) < MAX_ANSWER_MILLISECONDS
    assert statistics.median(reasons) < MAX_REASONS_MILLISECONDS
