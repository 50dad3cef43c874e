"""What the audience of a meeting sees, for tests, as the client returns it."""

from typing import Any, cast

from client import AudienceView

CODE = "a-meeting-of-the-tests"


def case_of(model: str, row: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return a case whose answer, reasons and curve are shown."""
    case = {"id": "one", "name": "The first case", "model": model, "version": None, "row": row, "guess": True}
    return case | {"show": ["answer", "why", "what-if"], "what_if_field": None, "compare_with": None} | more


def view_of(case: dict[str, Any] | None, phase: str = "answer", show: str | None = "why", **more: Any) -> AudienceView:
    """Return the view of a meeting in which a case is on the presenter's screen."""
    state = {"revision": 3, "case": case and case["id"], "phase": phase, "show": show, "audience": "follow"}
    guesses = {"case": case["id"], "people": 0, "counts": {}, "values": []} if case and phase == "answer" else None
    view: dict[str, Any] = {
        "meeting": "m1",
        "title": "Spring pilot",
        "language": None,
        "models": [],
        "pages": [],
        "reasons": [],
    }
    view |= {"look": {"name": None, "accent": None, "logo": None}, "retention_days": None, "compare_case": None, "cases": []}
    return cast(AudienceView, view | {"state": state, "case": case, "guesses": guesses} | more)


def alone(cases: list[dict[str, Any]], **more: Any) -> AudienceView:
    """Return the view of a meeting in which each person goes through the cases alone."""
    state = {"revision": 3, "case": None, "phase": "waiting", "show": None, "audience": "alone"}
    return view_of(None, "waiting", None, state=state, cases=cases, **more)
