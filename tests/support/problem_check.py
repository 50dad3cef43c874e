"""The check that every error answer passes: one problem document with the expected code."""

from typing import Any

JSON = {"Content-Type": "application/json"}


def check_problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    """Check that an answer has the shape of all problems, and return it."""
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert (answer.status_code, problem["status"], problem["code"]) == (status, status, code)
    assert {"type", "title", "detail", "request_id"} <= problem.keys()
    assert problem["request_id"] == answer.headers["x-request-id"]
    assert len(answer.content) < 30_000
    assert b"Traceback" not in answer.content
    assert b"service/" not in answer.content
    return problem
