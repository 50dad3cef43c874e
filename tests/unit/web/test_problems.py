"""Promises of service/web/problems.py: positions of faults → what answers publish."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import Fault, InvalidFile, InvalidInput
from service.rows.fault_pointers import pointer
from service.schemas import InputError
from service.web.problems import input_errors


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault("age", "", "", row=0), "/rows/0/age"),
        (Fault(None, "", "", row=12), "/rows/12"),
        (Fault("age", "", "", path=("row",)), "/row/age"),
        (Fault(None, "", "", path=("goal", "probability", "label")), "/goal/probability/label"),
        (Fault(None, "", "", path=("fields", 1)), "/fields/1"),
        (Fault(None, "", "", path=()), ""),
        (Fault("a/b~c", "", "", row=0), "/rows/0/a~1b~0c"),
        (Fault("", "", "", row=0), "/rows/0/"),
    ],
)
def test_the_path_of_a_fault_in_a_body_is_published_as_a_json_pointer(fault: Fault, expected: str) -> None:
    assert pointer(fault) == expected
    (published,) = input_errors(InvalidInput(faults=[fault]))
    assert (published.pointer, published.row, published.column, published.line) == (expected, None, None, None)


def test_the_position_of_a_fault_in_a_file_is_published_as_a_column_or_a_line() -> None:
    error = InvalidFile("No.", fault_code="long_cell", line=7, faults=[Fault("n" * 100, "missing_column", "Gone.")])
    assert input_errors(error) == [
        InputError(code="long_cell", message="No.", line=7),
        InputError(code="missing_column", message="Gone.", column="n" * 64),
    ]


@given(st.text())
def test_a_pointer_never_repeats_more_than_64_characters_of_a_name(name: str) -> None:
    written = pointer(Fault(name, "unknown_field", "", path=()))
    assert len(written.replace("~0", "~").replace("~1", "/")) <= 65
    written.encode()
