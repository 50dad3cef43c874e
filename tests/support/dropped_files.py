"""Files that a visitor drops on the page Files, and what the page gives back."""

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from playwright.sync_api import Page

from service.bundles.bundle_files import read_card
from service.bundles.versions.bundle_folder import default_folder
from service.settings import BUNDLES


def rows_of(model: str) -> list[dict[str, Any]]:
    return list(read_card(default_folder(BUNDLES, model)).real_rows)


def dropped(page: Page, file: Path) -> None:
    page.wait_for_selector("[data-testid=stFileUploader]")
    page.locator("input[type=file]").set_input_files(file)


def read_parquet(file: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(file).to_pylist()
    return rows
