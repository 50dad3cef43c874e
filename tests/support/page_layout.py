"""What is measured on a page of the demo: texts that are cut, and a page that is wider than its window; and long saved cases."""

from typing import Any

from playwright.sync_api import Page

from demo.session import saved_cases
from demo.session.saved_cases import SavedCase
from service.bundles.bundle_files import read_card
from service.bundles.versions.bundle_folder import default_folder
from service.settings import BUNDLES
from tests.support.browser_session import Visit

PHONE, LAPTOP, PROJECTOR = ({"width": w, "height": h} for w, h in ((375, 667), (1280, 800), (1920, 1080)))
CUT_TEXTS = """() => {
  const cut = new Set();
  const walker = document.createTreeWalker(document.querySelector("[data-testid=stMain]"), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, parent = node.parentElement, text = node.textContent.trim();
    if (!text || parent.closest("style, script, [hidden], .hoverlayer, [data-testid=stDataFrame]")) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const box of range.getClientRects()) {
      if (box.width < 2 || box.height < 2) continue;
      let [left, right] = [0, innerWidth], hidden = false;
      for (let outer = parent; outer && outer !== document.body; outer = outer.parentElement) {
        const style = getComputedStyle(outer), frame = outer.getBoundingClientRect();
        hidden ||= style.visibility === "hidden" || style.opacity === "0" || frame.width < 2 || frame.height < 2;
        if (style.overflowX !== "visible" && style.display !== "inline" && style.display !== "contents")
          [left, right] = [Math.max(left, frame.left), Math.min(right, frame.right)];
      }
      if (!hidden && (box.left < left - 2 || box.right > right + 2)) cut.add(text);
    }
  }
  return [...cut];
}"""
"""The texts whose letters lie outside of what clips them: a box without overflow, a scroller, the window."""


def drawn(page: Page) -> Page:
    """Return the page when its charts and fonts are there."""
    page.wait_for_function("document.fonts.status === 'loaded'")
    page.wait_for_function(
        "[...document.querySelectorAll('[data-testid=stPlotlyChart]')].every(e => e.querySelector('svg'))"
    )
    return page


def assert_fits(seen: Visit, path: str) -> None:
    """Assert at three sizes of the window that no text is cut and that nothing lies beyond the right edge."""
    for size in (PROJECTOR, LAPTOP, PHONE):
        seen.resize(size["width"], size["height"])
        assert seen.page.evaluate(CUT_TEXTS) == [], (path, size)
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= size["width"], (path, size)


def example(model: str, name: str) -> dict[str, Any]:
    card = read_card(default_folder(BUNDLES, model))
    return dict(next(each.row for each in card.examples if each.name == name))


def kept(count: int, name: str = "Rising debt") -> str:
    """Return a link's parameter with so many kept cases."""
    row = example("credit-default", "rising-debt")
    cases = [SavedCase(f"{name} {late + 1}", row | {"months_late_now": late}) for late in range(count)]
    return f"kept={saved_cases.encode_saved_cases({'credit-default': cases})}"
