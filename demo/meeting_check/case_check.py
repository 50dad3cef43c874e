"""Asks one case of a run sheet and compares its answer with the recorded one; what is the same or new is recorded."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from client import Client, ServiceError
from demo.meeting_check.answer_differences import Difference, find_differences
from demo.meetings.case_queries import CaseAnswers, ask_case
from demo.meetings.recordings import RecordedAnswer, RecordedCase, RecordingStore
from demo.text.translation import Translation


@dataclass(frozen=True)
class CaseResult:
    """What the check of a case found. `seconds`: how long the answer took; None if there was none."""

    name: str
    outcome: Literal["same", "new", "different", "failed", "unsaved"]
    """`unsaved`: the case answers, and the demo's disk does not take the recording."""
    seconds: float | None = None
    differences: tuple[Difference, ...] = ()
    problem: ServiceError | None = None


@dataclass(frozen=True)
class CaseCheck:
    """Checks cases of a meeting. `replaces`: an answer that differs takes the place of the recorded one."""

    client: Client
    store: RecordingStore
    meeting_id: str
    tr: Translation
    replaces: bool = False

    def check(self, case: Mapping[str, Any], now: str) -> CaseResult:
        """Check a case and record it at `now` (UTC, ISO 8601), unless it answers differently than it did."""
        try:
            answers = ask_case(self.client, case)
        except ServiceError as error:
            return CaseResult(case["name"], "failed", problem=error)
        recorded = self.store.find(self.meeting_id, case, self.tr.language)
        differences = self._compare(recorded, answers)
        if differences and not self.replaces:
            return CaseResult(case["name"], "different", answers.seconds, differences)
        if not self.store.put(self.meeting_id, case, answers.by_language, now):
            return CaseResult(case["name"], "unsaved", answers.seconds)
        return CaseResult(case["name"], "same" if recorded and not differences else "new", answers.seconds)

    def _compare(self, recorded: RecordedCase | None, answers: CaseAnswers) -> tuple[Difference, ...]:
        if recorded is None:
            return ()
        before: RecordedAnswer = {
            "card": recorded.card,
            "explanation": recorded.explanation,
            "curves": recorded.curves,
        }
        return tuple(find_differences(before, answers.by_language[self.tr.language], self.tr))
