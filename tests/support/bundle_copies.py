"""Changes to the copy of a bundle, with a new version hash."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from service.bundles.bundle_files import digest


def change_card(folder: Path, change: Callable[[dict[str, Any]], Any]) -> None:
    """Change the card and write the new version hash, as a hostile author would."""
    card = json.loads((folder / "card.json").read_text())
    change(card)
    (folder / "card.json").write_text(json.dumps(card))
    (folder / "version").write_text(digest(folder))


def let_change(folder: Path, directions: dict[str, str]) -> None:
    """Let recommendations change these fields (field → "no", "up", "down" or "both"), whatever the card says of them."""

    def change(card: dict[str, Any]) -> None:
        for field in card["inputs"]:
            field["changeable"] = directions.get(field["name"], "no")

    change_card(folder, change)


def truncate(folder: Path) -> None:
    content = (folder / "model.onnx").read_bytes()
    (folder / "model.onnx").write_bytes(content[: len(content) // 2])
