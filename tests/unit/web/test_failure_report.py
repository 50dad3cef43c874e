"""Promises of the report of a failure for the log."""

import pytest

from service.web.problems import report_failure

VALUE = "PESEL-44051401359"


def _score() -> None:
    raise ValueError(f"could not convert {VALUE}") from KeyError(VALUE)


def test_the_report_of_a_failure_names_places_and_classes_but_no_message() -> None:
    with pytest.raises(ValueError, match=VALUE) as raised:
        _score()
    report = report_failure(raised.value)
    assert VALUE not in report
    assert report.splitlines()[0] == "KeyError"
    assert report.splitlines()[-1] == "ValueError"
    assert "in _score" in report


def test_the_report_ends_if_exceptions_are_the_causes_of_each_other() -> None:
    one, other = ValueError(), OSError(28, "No space left on device", VALUE)
    one.__cause__, other.__cause__ = other, one
    assert report_failure(one) == "OSError: ENOSPC\nValueError"
