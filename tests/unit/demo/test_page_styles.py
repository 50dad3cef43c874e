"""Promise of the style of every page: a change of a part does not make the browser style the whole page anew."""

import re

from tests.support.repository import ROOT

LOOK = ROOT / "demo" / "assets" / "look.css"
WHOLE_PAGE = re.compile(r"""(?:\b(?:html|body)|:root|\.stApp|stMain\w*["']?\]):has\(""")


def test_no_rule_depends_on_what_is_anywhere_in_the_page() -> None:
    rules = LOOK.read_text(encoding="utf-8").splitlines()
    assert [rule for rule in rules if WHOLE_PAGE.search(rule)] == []


def test_such_a_rule_is_found() -> None:
    for selector in ("body:has(.chart) a", '[data-testid="stMainBlockContainer"]:has(.tiles) .choice', ".stApp:has(b)"):
        assert WHOLE_PAGE.search(selector), selector
