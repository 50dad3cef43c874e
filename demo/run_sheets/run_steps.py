"""The steps of a meeting: for each case the guess, then what it shows. One press goes one step on or back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, cast

from client import MeetingCase, MeetingState, NewState

Phase = Literal["waiting", "guess", "answer"]
Audience = Literal["follow", "alone"]
"""Whether the audience follows the presenter, or goes through the cases alone."""


@dataclass(frozen=True)
class RunStep:
    """One picture on the screen: before the first case, a case whose answer is guessed, or a part of its answer."""

    case: str | None
    phase: Phase
    show: str | None = None


OPENING = RunStep(None, "waiting")
"""Before the first case: the title, and how to take part."""


def list_steps(cases: Sequence[MeetingCase]) -> list[RunStep]:
    """Return all steps, from the opening on. A case that shows nothing shows its answer."""
    steps = [OPENING]
    for case in cases:
        if case["guess"]:
            steps.append(RunStep(case["id"], "guess"))
        parts: Sequence[str | None] = case["show"] or [None]
        steps.extend(RunStep(case["id"], "answer", part) for part in parts)
    return steps


def find_step(steps: Sequence[RunStep], step: RunStep) -> int:
    """Return the index of a step. If the run sheet has changed since: of the nearest of its case, else of the opening."""
    if step in steps:
        return steps.index(step)
    same_phase = (index for index, each in enumerate(steps) if each.case == step.case and each.phase == step.phase)
    same_case = (index for index, each in enumerate(steps) if each.case == step.case)
    return next(same_phase, next(same_case, 0))


def step_of_state(state: MeetingState) -> RunStep:
    """Return the step that a state of the service names."""
    phase = state["phase"]
    if state["case"] is None or phase == "waiting":
        return OPENING
    return RunStep(state["case"], "guess" if phase == "guess" else "answer", state["show"])


def make_state(step: RunStep, audience: Audience) -> NewState:
    """Return the state that brings a step to the service."""
    return cast(NewState, {"case": step.case, "phase": step.phase, "show": step.show, "audience": audience})


def go(steps: Sequence[RunStep], step: RunStep, by: int) -> RunStep:
    """Return the step so many steps on, or back if `by` is negative; at most an end."""
    return steps[min(max(find_step(steps, step) + by, 0), len(steps) - 1)]


def next_case(cases: Sequence[MeetingCase], step: RunStep) -> MeetingCase | None:
    """Return the case after that of a step; None after the last one."""
    index = next((index for index, case in enumerate(cases) if case["id"] == step.case), -1)
    return cases[index + 1] if index + 1 < len(cases) else None
