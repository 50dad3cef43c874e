"""What axe-core finds on a page of the demo."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe

SEVERE = {"serious", "critical"}
AXE = Axe()
STILL = """() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync("* { transition: none !important } [data-stale=true] { opacity: 1 !important }");
    document.adoptedStyleSheets.push(sheet);
}"""
"""A page that is drawn again, which may begin at any time, fades for a moment: its texts have less contrast then."""
ANIMATED = """() => Promise.all(document.getAnimations()
    .filter(each => each.effect.getComputedTiming().endTime !== Infinity)
    .map(each => each.finished.catch(() => null))).then(() => null)"""
"""Waits for the animations that are left, such as of a menu that opens."""
RUN = 'axe.run({resultTypes: ["violations"]}).then(results => results.violations)'


def severe_violations(page: Any) -> list[str]:
    """Return what axe calls serious or critical, and headings out of order, one line for each element."""
    if not page.evaluate("'axe' in window"):  # a page of the menu is the same document as the page before
        page.evaluate(AXE.axe_script)
        page.evaluate(STILL)
    page.evaluate(ANIMATED)
    return [
        f"{rule['id']}: {node['html'][:120]} {' '.join(check['message'] for check in node['any'])}"
        for rule in page.evaluate(RUN)
        if rule["impact"] in SEVERE or rule["id"] == "heading-order"
        for node in rule["nodes"]
    ]
