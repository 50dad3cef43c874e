"""Compares a model in a process of its own with the tutorial service, which runs it inside: the same pipeline, one core.

The service and the process share the core.
"""

import json
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks import twenty_fields
from benchmarks.load import Comparison
from benchmarks.server_programs import run_service
from benchmarks.serving import compare_loads
from service.publishing.conversion.column_sources import UnknownStep
from service.schemas import Card
from service.training.recipe import build_bundle
from service.training.recipes import RECIPES

MODELS = (twenty_fields.TREES, "credit-default", "credit-scorecard", "diamond-price")
CONNECTIONS = (1, 4, 16)
MANY_ROWS = 1000


def compare_processes(model: str, seconds: float) -> list[Comparison]:
    """Measure one row per request over some connections, and 1,000 rows per request."""
    with tempfile.TemporaryDirectory() as folder:
        card = _publish(model, Path(folder))
        one, many = (json.dumps({"rows": [card.real_rows[0]] * rows}).encode() for rows in (1, MANY_ROWS))
        loads = [(f"one row a request, {count} connections", one, count) for count in CONNECTIONS]
        with run_service({"SERVICE_BUNDLES": folder}) as ours:
            return compare_loads(model, ours, [*loads, ("1,000 rows a request, 1 connection", many, 1)], seconds)


def _publish(model: str, folder: Path) -> Card:
    """Publish a model as if it could not be converted."""
    if model in twenty_fields.RECIPES:
        return twenty_fields.publish_model(model, folder, _refuse)
    return build_bundle(replace(RECIPES[model], to_onnx=_refuse), folder)


def _refuse(_card: Any, _pipeline: Any, _numbers: Any) -> bytes:
    raise UnknownStep("it is measured in a process")
