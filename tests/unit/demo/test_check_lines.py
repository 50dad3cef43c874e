"""Promises of the check before a meeting: each line is good or says what to do, in words of the reader."""

from typing import Any

import pytest

from client import Busy, Failed, InvalidAnswer, Refused, ServiceError, TooSlow, Unavailable
from demo.meeting_check import check_lines
from demo.meeting_check.answer_differences import Difference
from demo.meeting_check.case_check import CaseResult
from demo.text.translation import Translation

ENGLISH, POLISH = Translation("en"), Translation("pl")
REFUSED = Refused("xyzzy", "", status=422, code="invalid_input", errors=[])
NO_VERSION = Refused("xyzzy", "", status=404, code="unknown_version", errors=[])


def model(name: str, state: str = "ready", *versions: str) -> Any:
    title = name.title()
    return {"name": name, "state": state, "versions": list(versions), "title": title, "reason": "it is broken"}


def content(*cases: tuple[str, str | None], models: tuple[str, ...] = ()) -> dict[str, Any]:
    listed = [{"name": f"Case {index}", "model": name, "version": version} for index, (name, version) in enumerate(cases)]
    return {"models": list(models), "cases": listed}


def test_a_meeting_without_a_choice_needs_every_model() -> None:
    models = [model("a"), model("b", "broken")]
    assert check_lines.check_models(content(("a", None)), [model("a"), model("b")], ENGLISH).text == "2 models are ready."
    line = check_lines.check_models(content(("a", None)), models, ENGLISH)
    assert not line.is_good
    assert line.details == ("B is unavailable: it is broken.",)


def test_a_meeting_with_a_choice_needs_its_models_and_those_of_its_cases() -> None:
    chosen = content(("c", None), models=("a",))
    assert check_lines.check_models(chosen, [model("a"), model("b", "broken"), model("c")], ENGLISH).is_good
    line = check_lines.check_models(chosen, [model("a")], ENGLISH)
    assert line.details == ("c is not there.",)
    assert line.advice


def test_a_planned_version_must_be_served() -> None:
    models = [model("a", "ready", "3f9c2a7b11", "old")]
    assert check_lines.check_versions(content(("a", None)), models, ENGLISH).is_good
    assert check_lines.check_versions(content(("a", "old")), models, ENGLISH).is_good
    line = check_lines.check_versions(content(("a", "old"), ("a", "844bfde512426")), models, ENGLISH)
    assert (line.is_good, line.details) == (False, ("Case 1: version 844bfde5",))


def test_cases_are_good_only_if_each_answers_as_recorded() -> None:
    same, new = CaseResult("One", "same", 0.1), CaseResult("Two", "new", 0.2)
    change = Difference("Answer", "14%", "62%")
    different, failed = CaseResult("Three", "different", 0.1, (change,)), CaseResult("Four", "failed", problem=REFUSED)
    assert check_lines.check_cases([same, same], ENGLISH).text == "2 cases answer as recorded."
    assert check_lines.check_cases([same, new], ENGLISH).text == "2 cases answer."
    line = check_lines.check_cases([same, different], ENGLISH)
    assert (line.is_good, line.details) == (False, ("Three: Answer was 14%, now 62%",))
    line = check_lines.check_cases([failed, different], ENGLISH)
    assert (line.is_good, line.details[0]) == (False, "Four: The model does not accept its values.")
    assert len(line.details) == 2
    assert not check_lines.check_cases([], ENGLISH).is_good


@pytest.mark.parametrize(
    ("seconds", "is_good", "time"), [(0.04, True, "0.0 s"), (1.0, True, "1.0 s"), (3.24, False, "3.2 s")]
)
def test_the_slowest_answer_decides_on_the_speed(seconds: float, is_good: bool, time: str) -> None:  # noqa: FBT001
    line = check_lines.check_speed([CaseResult("One", "same", 0.01), CaseResult("Slow", "same", seconds)], ENGLISH)
    assert line is not None
    assert line.is_good is is_good
    assert time in line.text
    assert ("Slow" in line.text) is not is_good


def test_without_an_answer_nothing_is_said_of_the_speed() -> None:
    assert check_lines.check_speed([CaseResult("One", "failed", problem=REFUSED)], ENGLISH) is None


def test_every_case_needs_a_recording() -> None:
    assert check_lines.check_recordings([], [CaseResult("One", "same")], ENGLISH).is_good
    line = check_lines.check_recordings(["Two"], [CaseResult("Two", "failed", problem=REFUSED)], ENGLISH)
    assert (line.is_good, "Two" in line.text, "disk" in line.advice) == (False, True, False)
    line = check_lines.check_recordings(["Two"], [CaseResult("Two", "unsaved", 0.1)], ENGLISH)
    assert (line.is_good, "disk" in line.advice) == (False, True)


def test_a_link_for_this_computer_alone_names_the_way_out() -> None:
    line = check_lines.check_audience_link([], [], ENGLISH)
    assert not line.is_good
    assert "SHARE=yes" in line.advice


def test_the_link_that_phones_get_must_answer() -> None:
    first, second = "http://10.0.0.2:8501", "http://laptop:8501"
    assert first in check_lines.check_audience_link([first, second], [second], ENGLISH).text
    line = check_lines.check_audience_link([first, second], [first], ENGLISH)
    assert (line.is_good, second in line.advice) == (False, True)
    assert not check_lines.check_audience_link([first], [first], ENGLISH).is_good


@pytest.mark.parametrize(
    ("service_seconds", "browser_seconds", "text"),
    [
        (2.0, -3.0, "All clocks agree."),
        (0.0, None, "All clocks agree."),
        (0.0, -45.0, "The clocks of this computer and of the demo differ by 45 s."),
        (3_600.0, 0.0, "The clocks of the service and of the demo differ by 60 min."),
    ],
)
def test_clocks_that_differ_by_half_a_minute_are_told(
    service_seconds: float, browser_seconds: float | None, text: str
) -> None:
    line = check_lines.check_clocks(service_seconds, browser_seconds, ENGLISH)
    assert line is not None
    assert line.text == text
    assert line.is_good is (text == "All clocks agree.")


@pytest.mark.parametrize(
    "problem",
    [
        REFUSED,
        NO_VERSION,
        TooSlow("xyzzy"),
        Unavailable("xyzzy"),
        InvalidAnswer("xyzzy"),
        Busy("xyzzy", "", 1),
        Failed("xyzzy", "", status=500, code="internal"),
    ],
    ids=lambda problem: type(problem).__name__,
)
@pytest.mark.parametrize("tr", [ENGLISH, POLISH], ids=["en", "pl"])
def test_no_problem_shows_words_of_a_program(problem: ServiceError, tr: Translation) -> None:
    for line in (check_lines.check_service(problem, tr), check_lines.check_storage(problem, tr)):
        assert not line.is_good
        assert "xyzzy" not in (line.text + line.advice).lower()
    assert check_lines.check_service(None, tr).is_good
    assert check_lines.check_storage(None, tr).is_good
