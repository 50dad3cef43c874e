"""The result of a tool: an answer of the API or a problem, for programs as it is, and as text for assistants."""

import json
from collections.abc import Mapping
from typing import Any

import msgspec

from service.rows.strict_json import encode
from service.schemas import Problem
from wire.error_codes import INVALID_INPUT, UNKNOWN_MODEL, UNKNOWN_VERSION

_MAX_PLACES = 20
_ADVICE = {
    INVALID_INPUT: "Correct these arguments and call the tool again. describe_model has the schema of a row.",
    UNKNOWN_MODEL: "list_models has the names.",
    UNKNOWN_VERSION: "Leave `version` out for the default version.",
    "overloaded": "Wait some seconds, then call the tool again.",
    "model_timeout": "Ask for fewer rows, or try again later.",
    "model_unavailable": "list_models says which models can be asked.",
    "storage_unavailable": "Try again in a moment, or send all fields of the row without its key.",
}
"""The code of an error → what an assistant can do. Other errors say it themselves, or nothing can be done."""


def answer_result(body: bytes) -> dict[str, Any]:
    """Return the result for an answer of the API, a body of JSON."""
    return _result(body, visible(body.decode()), is_error=False)


def problem_result(problem: Problem, headers: Mapping[str, str]) -> dict[str, Any]:
    """Return the result for a problem: what is wrong where, and what to do; `headers` are those of its HTTP answer."""
    lines = [problem.title if problem.detail == problem.title else f"{problem.title}. {problem.detail}"]
    lines += [f"- {place.pointer or 'arguments'}: {place.message} ({place.code})" for place in problem.errors[:_MAX_PLACES]]
    if len(problem.errors) > _MAX_PLACES:
        lines.append(f"- and {len(problem.errors) - _MAX_PLACES} more")
    lines += filter(None, [_ADVICE.get(problem.code)])
    if "Retry-After" in headers:
        lines.append(f"Try again after {headers['Retry-After']} s.")
    return _result(encode(problem), visible("\n".join(lines), keep="\n"), is_error=True)


def _result(body: bytes, text: str, *, is_error: bool) -> dict[str, Any]:
    return {"content": [{"type": "text", "text": text}], "structuredContent": msgspec.Raw(body), "isError": is_error}


def visible(text: str, keep: str = "") -> str:
    r"""Return a text in which each character that people cannot see is written as \u202e; JSON stays the same JSON.

    Nothing can be said to the assistant that is hidden from people who read the same text.
    """
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() or letter in keep else json.dumps(letter)[1:-1] for letter in text)
