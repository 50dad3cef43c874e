"""What axe-core finds on a page of the demo."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe

SEVERE = {"serious", "critical"}
AXE = Axe()


def severe_violations(page: Any) -> list[str]:
    """Return what axe calls serious or critical, and headings out of order, one line for each element."""
    violations = AXE.run(page).response["violations"]
    return [
        f"{rule['id']}: {node['html'][:120]} {' '.join(check['message'] for check in node['any'])}"
        for rule in violations
        if rule["impact"] in SEVERE or rule["id"] == "heading-order"
        for node in rule["nodes"]
    ]
