"""The pages of the documentation, and the examples that they show."""

import re
from typing import Any

import pytest

from tests.support.repository import ROOT

DOCS = ROOT / "docs"


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


EXAMPLES = re.findall(
    r"```\ncurl -s http://127\.0\.0\.1:8000(/\S+)(?: -H 'Content-Type: application/json' \\\n  -d '(.*?)')?\n```\n\n```json\n(.*?)```",
    read("docs/api.md"),
    re.DOTALL,
)
"""Address, body (empty for a GET) and answer of each example on the page."""


CUT = "…"


def check_written(written: Any, real: Any, at: str = "answer") -> None:
    """Compare a documented answer with the real one. `…` stands for the rest of a list, an object or a text; figures are rounded."""
    if isinstance(written, dict):
        assert set(written) - {CUT} <= set(real), at
        assert CUT in written or set(written) == set(real), at
        for name in written.keys() - {CUT}:
            check_written(written[name], real[name], f"{at}.{name}")
    elif isinstance(written, list):
        whole = written[:-1] if written[-1:] == [CUT] else written
        assert len(whole) < len(real) if whole != written else len(whole) == len(real), at
        for index, item in enumerate(whole):
            check_written(item, real[index], f"{at}[{index}]")
    elif isinstance(written, float):
        assert written == pytest.approx(real, rel=0.02, abs=0.002), at
    elif isinstance(written, str) and written.endswith(CUT):
        assert isinstance(real, str), at
        assert len(real) > len(written), at
    else:
        assert (type(written), written) == (type(real), real), at
