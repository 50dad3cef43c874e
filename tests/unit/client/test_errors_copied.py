"""Promises of the client's errors that cross a process or a thread pool: a copy says the same."""

import copy
import pickle
from collections.abc import Callable
from typing import Any

import pytest

from client.errors import Busy, Failed, InputError, InvalidAnswer, Refused, ServiceError, TooSlow, Unavailable

FAULT = InputError(pointer="/rows/0/carat", column="", line="", code="wrong_type", message="Expected a number.")
ERRORS: list[ServiceError] = [
    Unavailable("No connection."),
    TooSlow("Too slow.", "id-1"),
    InvalidAnswer("No JSON."),
    Busy("Busy.", "id-2", 5),
    Failed("Broken.", "id-3", status=500, code="model_failed"),
    Refused(
        "1 of 1 rows cannot be scored.",
        "id-4",
        status=422,
        code="invalid_input",
        errors=[FAULT],
        file={"columns": ["a"], "sheet": "", "sheets": [], "charset": "windows-1250"},
    ),
]
WAYS: dict[str, Callable[[Any], Any]] = {
    "copy": copy.copy,
    "deep copy": copy.deepcopy,
    "pickle": lambda error: pickle.loads(pickle.dumps(error)),  # noqa: S301 - made here
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_a_copy_of_an_error_has_its_type_its_text_and_all_that_it_knows(
    error: ServiceError, way: Callable[[Any], Any]
) -> None:
    copied = way(error)
    assert type(copied) is type(error)
    assert (str(copied), copied.args, vars(copied)) == (str(error), error.args, vars(error))
