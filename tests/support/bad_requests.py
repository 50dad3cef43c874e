"""Values and bodies that the service refuses."""

import json

import pytest

from tests.support.problem_check import JSON


def bad_values() -> dict[str, str]:
    return {
        "wrong type": '"text"',
        "true": "true",
        "null": "null",
        "NaN": "NaN",
        "Infinity": "Infinity",
        "-Infinity": "-Infinity",
        "1e400": "1e400",
        "5,000 digits": "9" * 5000,
        "below the minimum": "-1",
        "a list": "[1]",
        "an object": '{"a": 1}',
        "a million letters": json.dumps("x" * 1_000_000),
        "a lone surrogate": '"\\ud800"',
        "deep nesting": "[" * 500 + "]" * 500,
    }


BAD_BODIES: list[tuple[bytes, dict[str, str], int, str]] = [
    (b'{"rows": ["\xff"]}', JSON, 400, "invalid_request"),
    (b"{", JSON, 400, "invalid_request"),
    (b"[" * 1_000_000, JSON, 400, "invalid_request"),
    (b'{"rows": []}', {"Content-Type": "text/plain"}, 415, "unsupported_type"),
    (b'{"rows": []}', {"Content-Type": "application/x-www-form-urlencoded"}, 415, "unsupported_type"),
    (b"x", JSON | {"Content-Encoding": "gzip"}, 415, "unsupported_type"),
    (b'{"rows": [{"comment": "' + b"x" * 10_000_000 + b'"}]}', JSON, 413, "too_large"),
    (b'{"rows": [' + b"{}," * 10_000 + b"{}]}", JSON, 413, "too_large"),
    (b'{"rows": 3}', JSON, 422, "invalid_input"),
]
"""Body, headers, and the status and the code of the answer."""

bad_bodies = pytest.mark.parametrize(
    ("body", "headers", "status", "code"), BAD_BODIES, ids=[f"{body[:12]!r}-{status}" for body, _, status, _ in BAD_BODIES]
)
