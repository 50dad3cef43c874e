"""What axe-core finds on a page of the demo."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe

SEVERE = {"serious", "critical"}
AXE = Axe()
AT_REST = """() => Promise.all(document.getAnimations()
    .filter(each => each.effect.getComputedTiming().endTime !== Infinity)
    .map(each => each.finished.catch(() => null))).then(() => null)"""
"""A page that is drawn again fades for a moment: its texts have less contrast then."""
RUN = 'axe.run({resultTypes: ["violations"]}).then(results => results.violations)'


def severe_violations(page: Any) -> list[str]:
    """Return what axe calls serious or critical, and headings out of order, one line for each element."""
    if not page.evaluate("'axe' in window"):  # a page of the menu is the same document as the page before
        page.evaluate(AXE.axe_script)
    page.evaluate(AT_REST)
    return [
        f"{rule['id']}: {node['html'][:120]} {' '.join(check['message'] for check in node['any'])}"
        for rule in page.evaluate(RUN)
        if rule["impact"] in SEVERE or rule["id"] == "heading-order"
        for node in rule["nodes"]
    ]
