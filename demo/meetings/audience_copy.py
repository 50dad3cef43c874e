"""What the audience of a meeting sees, made of the demo's own copy: phones that come during an outage find the meeting."""

from typing import Any, cast

from client import AudienceView, Meeting
from demo.meetings.meeting_copies import meeting_copies

_CASE_KEYS = ("id", "name", "model", "row")
_DEFAULTS: dict[str, Any] = {
    "version": None,
    "show": [],
    "what_if_field": None,
    "compare_with": None,
    "guess": False,
}


def find_audience_view(code: str) -> AudienceView | None:
    """Return the view of the meeting with an audience code; None if this demo has no copy of it."""
    meeting = meeting_copies().find_by_code(code)
    return build_audience_view(meeting) if meeting else None


def build_audience_view(meeting: Meeting) -> AudienceView:
    """Return what the service would show the audience of a meeting: no note, and no case before the presenter shows it.

    It has no logo, which is not in the copy's reach, and no guesses.
    """
    content, state = meeting["content"], meeting["state"]
    cases = {case["id"]: _without_notes(cast("dict[str, Any]", case)) for case in content.get("cases", [])}
    case = cases.get(state["case"] or "") if state["phase"] != "waiting" else None
    is_answered = case is not None and state["phase"] == "answer"
    look = content.get("look") or {}
    view = {
        "meeting": meeting["id"],
        "title": content["title"],
        "language": content.get("language"),
        "models": content.get("models", []),
        "pages": content.get("pages", []),
        "reasons": content.get("reasons", []),
        "look": {"name": look.get("name"), "accent": look.get("accent"), "logo": None},
        "state": state,
        "case": case,
        "compare_case": cases.get(case["compare_with"] or "") if case and is_answered else None,
        "cases": list(cases.values()) if state["audience"] == "alone" else [],
        "guesses": None,
        "retention_days": None,
    }
    return cast(AudienceView, view)


def _without_notes(case: dict[str, Any]) -> dict[str, Any]:
    return {name: case[name] for name in _CASE_KEYS} | {name: case.get(name, value) for name, value in _DEFAULTS.items()}
