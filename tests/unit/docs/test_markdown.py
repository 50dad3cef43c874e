"""Promises of the Markdown pages: short lines, paths of files that exist, one number per decision."""

import re
from pathlib import Path

import pytest

from tests.support.repository import ROOT

MAX_LINE = 120
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))
FOLDERS = "benchmarks|client|demo|deploy|docs|launch|pipeline|service|tests|wire"
page_by_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())


def long_lines(text: str) -> list[str]:
    """Return the lines that are too long. Rows of tables and lines of code cannot be broken."""
    prose = re.sub(r"^ *```.*?^ *```", "", text, flags=re.DOTALL | re.MULTILINE)
    return [line for line in prose.splitlines() if len(line) > MAX_LINE and not line.lstrip().startswith("|")]


def paths_in(text: str) -> list[str]:
    """Return the files and folders of this repository that a text names from its root."""
    return re.findall(rf"`((?:{FOLDERS})/[\w./-]*\w/?)`", text)


@page_by_page
def test_no_line_of_prose_is_longer_than_120_characters(page: Path) -> None:
    assert long_lines(page.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "page", [ROOT / "docs" / "architecture.md", ROOT / "CONTRIBUTING.md", *DECISIONS], ids=lambda page: page.name
)
def test_every_file_that_a_page_names_exists(page: Path) -> None:
    named = paths_in(page.read_text(encoding="utf-8"))
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_every_decision_has_a_number_of_its_own_and_says_it() -> None:
    numbers = [int(file.name[:4]) for file in DECISIONS]
    assert numbers == list(range(1, len(DECISIONS) + 1))
    for file, number in zip(DECISIONS, numbers, strict=True):
        assert file.read_text(encoding="utf-8").startswith(f"# {number}. "), file.name


def test_a_long_line_and_a_missing_file_would_be_found() -> None:
    assert long_lines("x" * 121) == ["x" * 121]
    assert long_lines("```\n" + "x" * 121 + "\n```\n| " + "x" * 121 + " |\n" + "x" * 120) == []
    assert paths_in("See `service/web/app.py`, `demo/charts/` and `launch`.") == ["service/web/app.py", "demo/charts/"]
