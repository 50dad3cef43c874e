"""Promises of the steps of a meeting: one press is one step, nothing is skipped, and a changed run sheet loses nobody."""

from typing import Any

from demo.meetings import run_sheet
from demo.run_sheets import run_steps
from demo.run_sheets.run_steps import OPENING, RunStep


def case(name: str, *show: str, guess: bool = False) -> Any:
    return {**run_sheet.make_case(name, "flat-price", {}), "id": name, "show": list(show), "guess": guess}


CASES = [case("a", "answer", "why", guess=True), case("b"), case("c", "answer", "compare")]
STEPS = run_steps.list_steps(CASES)


def state(case_id: str | None, phase: str, show: str | None = None) -> Any:
    return {"revision": 1, "case": case_id, "phase": phase, "show": show, "audience": "follow"}


def test_a_case_is_guessed_before_its_answer_and_each_part_is_a_step() -> None:
    assert [
        OPENING,
        RunStep("a", "guess"),
        RunStep("a", "answer", "answer"),
        RunStep("a", "answer", "why"),
        RunStep("b", "answer"),
        RunStep("c", "answer", "answer"),
        RunStep("c", "answer", "compare"),
    ] == STEPS


def test_going_on_passes_every_step_and_stops_at_the_last_and_going_back_returns() -> None:
    step, seen = OPENING, [OPENING]
    for _ in range(10):
        step = run_steps.go(STEPS, step, 1)
        seen.append(step)
    assert seen[: len(STEPS)] == STEPS
    assert step == STEPS[-1]
    for _ in range(10):
        step = run_steps.go(STEPS, step, -1)
    assert step == OPENING


def test_a_step_that_is_gone_leads_to_the_nearest_of_its_case_else_to_the_opening() -> None:
    assert run_steps.find_step(STEPS, RunStep("a", "answer", "compare")) == 2
    assert run_steps.find_step(STEPS, RunStep("b", "guess")) == 4
    assert run_steps.find_step(STEPS, RunStep("x", "answer")) == 0
    assert run_steps.go(STEPS, RunStep("b", "guess"), 1) == RunStep("c", "answer", "answer")


def test_a_step_and_the_state_of_the_service_name_the_same() -> None:
    for step in STEPS:
        sent: Any = run_steps.make_state(step, "alone")
        assert sent["audience"] == "alone"
        returned: Any = {"revision": 1, **sent}
        assert run_steps.step_of_state(returned) == step
    assert run_steps.step_of_state(state("a", "waiting")) == OPENING


def test_the_next_case_is_known_before_it_is_needed() -> None:
    following = [run_steps.next_case(CASES, step) for step in STEPS]
    assert [each and each["id"] for each in following] == ["a", "b", "b", "b", "c", None, None]
    assert run_steps.next_case([], OPENING) is None
    assert run_steps.list_steps([]) == [OPENING]
