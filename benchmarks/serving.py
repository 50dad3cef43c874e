"""Compares the service with a tutorial service in one run on one pipeline: one worker on one core, the load on another."""

import json
import tempfile
from collections.abc import Iterable
from functools import partial
from pathlib import Path

from benchmarks import twenty_fields
from benchmarks.load import Comparison, compare_in_turns, post_repeatedly
from benchmarks.server_programs import LOAD_CORE, ROOT, Server, on_core, run_service, run_tutorial_service
from service.bundles.versions.bundle_folder import default_folder

_BUNDLED = ("credit-default", "credit-scorecard", "comment-sentiment", "diamond-price")
MODELS = (*_BUNDLED, *twenty_fields.RECIPES)
CONNECTIONS = 16
MANY_ROWS = 1000


def compare_services(model: str, seconds: float) -> list[Comparison]:
    """Measure one row per request, and 1,000 rows per request, on both services."""
    if model in _BUNDLED:
        return _compare_in(ROOT / "bundles", model, seconds)
    with tempfile.TemporaryDirectory() as folder:
        twenty_fields.publish_model(model, Path(folder))
        return _compare_in(Path(folder), model, seconds)


def _compare_in(bundles: Path, model: str, seconds: float) -> list[Comparison]:
    rows = json.loads((default_folder(bundles, model) / "card.json").read_text(encoding="utf-8"))["real_rows"]
    one = json.dumps({"rows": rows[:1]}).encode()
    many = json.dumps({"rows": (rows * MANY_ROWS)[:MANY_ROWS]}).encode()
    loads = (
        ("one row a request, 16 connections", one, CONNECTIONS),
        ("1,000 rows a request, 1 connection", many, 1),
        ("one row a request, 1 connection", one, 1),
    )
    with run_service({"SERVICE_BUNDLES": str(bundles)}) as ours:
        return compare_loads(model, ours, loads, seconds)


def compare_loads(model: str, ours: Server, loads: Iterable[tuple[str, bytes, int]], seconds: float) -> list[Comparison]:
    """Measure loads (name, body, connections) on a service that runs and on the tutorial service."""
    with run_tutorial_service(model) as tutorial, on_core(LOAD_CORE):
        return [
            compare_in_turns(
                name,
                partial(post_repeatedly, ours, f"/v1/models/{model}/predictions", body, connections),
                partial(post_repeatedly, tutorial, "/predict", body, connections),
                seconds,
            )
            for name, body, connections in loads
        ]
