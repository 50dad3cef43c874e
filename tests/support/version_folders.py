"""Folders of bundles with several versions of a small model."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import numpy as np

from service.bundles.versions.version_changes import add_version
from tests.support.onnx_models import graph, node, toy_card, write_toy_bundle

NAME = "toy"
ROW = {"a": 3.0, "b": 2.0}


def scaled_sum(factor: float) -> bytes:
    """(a + b) · factor for each row."""
    return graph(node("MatMul", "fields weights", "out"), weights=np.full((2, 1), float(factor)))


def put_version(bundles: Path, factor: float, name: str = NAME, **card: Any) -> str:
    """Publish a model that answers (a + b) · factor; return its version."""
    bundles.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=bundles, prefix=".building-") as scratch:
        made = msgspec.structs.replace(toy_card(name), **card)
        folder = add_version(bundles, write_toy_bundle(Path(scratch), scaled_sum(factor), made))
    return (folder / "version").read_text().strip()


def folder_names(bundles: Path) -> list[str]:
    return sorted(each.name for each in bundles.iterdir())
