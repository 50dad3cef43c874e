"""Compares the service with a tutorial service in one run on one pipeline: one worker on one core, the load on another."""

import json
from collections.abc import Iterable
from functools import partial

from benchmarks.load import Comparison, compare_in_turns, post_repeatedly
from benchmarks.server_programs import LOAD_CORE, ROOT, on_core, run_service, run_tutorial_service
from service.bundles.versions.bundle_folder import default_folder

MODELS = ("credit-default", "credit-scorecard", "comment-sentiment", "diamond-price")
CONNECTIONS = 16
MANY_ROWS = 1000


def compare_services(model: str, seconds: float) -> list[Comparison]:
    """Measure one row per request, and 1,000 rows per request, on both services."""
    rows = json.loads((default_folder(ROOT / "bundles", model) / "card.json").read_text(encoding="utf-8"))["real_rows"]
    one = json.dumps({"rows": rows[:1]}).encode()
    many = json.dumps({"rows": (rows * MANY_ROWS)[:MANY_ROWS]}).encode()
    loads = (
        ("one row a request, 16 connections", one, CONNECTIONS),
        ("1,000 rows a request, 1 connection", many, 1),
        ("one row a request, 1 connection", one, 1),
    )
    with run_service() as ours:
        return compare_loads(model, ours, loads, seconds)


def compare_loads(model: str, ours: str, loads: Iterable[tuple[str, bytes, int]], seconds: float) -> list[Comparison]:
    """Measure loads (name, body, connections) on a service at `ours` and on the tutorial service."""
    with run_tutorial_service(model) as tutorial, on_core(LOAD_CORE):
        return [
            compare_in_turns(
                name,
                partial(post_repeatedly, f"{ours}/v1/models/{model}/predictions", body, connections),
                partial(post_repeatedly, f"{tutorial}/predict", body, connections),
                seconds,
            )
            for name, body, connections in loads
        ]
