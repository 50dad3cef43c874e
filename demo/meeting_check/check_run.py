"""Runs the check before a meeting: asks the service, each case, the disks, the audience link and the clocks."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from client import Client, Meeting, ModelState, ServiceError, TooSlow, Unavailable
from demo.meeting_check import check_lines
from demo.meeting_check.case_check import CaseCheck, CaseResult
from demo.meeting_check.check_lines import CheckLine
from demo.meetings.recordings import RecordingStore
from demo.settings import read_settings
from demo.sharing import phone_address
from demo.text.translation import Translation

Report = Callable[[int, str], None]
"""(how many cases are done, the name of the next one)."""


@dataclass(frozen=True)
class CheckReport:
    """What a check found. `has_new_answers`: some answers wait to take the place of recorded ones."""

    lines: list[CheckLine]
    has_new_answers: bool


@dataclass(frozen=True)
class CheckRun:
    """One check of a meeting. `replaces`: answers that differ take the place of the recorded ones."""

    client: Client
    store: RecordingStore
    meeting: Meeting
    tr: Translation
    page_url: str
    """The address of the page in the presenter's browser."""
    browser_seconds: float | None = None
    """By how much the browser's clock is ahead of the demo's; None: not known."""
    replaces: bool = False

    def run(self, report: Report) -> CheckReport:
        """Check everything, and record the answers."""
        content, tr = self.meeting["content"], self.tr
        models, problem = self._list_models()
        results: list[CaseResult] = []
        service_seconds: float | None = None
        lines: list[CheckLine | None] = [check_lines.check_service(problem, tr)]
        if models is not None:
            results = self._check_cases(report)
            service_seconds, storage_problem = self._write()
            lines += [
                check_lines.check_models(content, models, tr),
                check_lines.check_versions(content, models, tr),
                check_lines.check_cases(results, tr),
                check_lines.check_speed(results, tr),
                check_lines.check_storage(storage_problem, tr),
            ]
        lines += [
            self._check_recordings(results),
            self._check_link(),
            check_lines.check_clocks(service_seconds, self.browser_seconds, tr),
        ]
        has_new_answers = any(result.outcome == "different" for result in results)
        return CheckReport([line for line in lines if line is not None], has_new_answers)

    def _list_models(self) -> tuple[list[ModelState] | None, ServiceError | None]:
        try:
            return self.client.models(self.tr.language), None
        except ServiceError as error:
            return None, error

    def _check_cases(self, report: Report) -> list[CaseResult]:
        """Check all cases. A service that stops answering meanwhile is not asked for each further case."""
        check = CaseCheck(self.client, self.store, self.meeting["id"], self.tr, self.replaces)
        results: list[CaseResult] = []
        lost: ServiceError | None = None
        for index, case in enumerate(self.meeting["content"]["cases"]):
            report(index, case["name"])
            result = CaseResult(case["name"], "failed", problem=lost) if lost else check.check(case, _now())
            if isinstance(result.problem, TooSlow | Unavailable):
                lost = result.problem
            results.append(result)
        return results

    def _write(self) -> tuple[float | None, ServiceError | None]:
        """Let the service write. Return by how many seconds its clock is ahead, and why it could not write."""
        began = datetime.now(UTC)
        try:
            answer = self.client.meetings.check(self.meeting["id"])
        except ServiceError as error:
            return None, error
        middle = began + (datetime.now(UTC) - began) / 2
        return (datetime.fromisoformat(answer["time"]) - middle).total_seconds(), None

    def _check_recordings(self, results: Sequence[CaseResult]) -> CheckLine:
        cases = self.meeting["content"]["cases"]
        missing = [case["name"] for case in cases if not self.store.find(self.meeting["id"], case, self.tr.language)]
        return check_lines.check_recordings(missing, results, self.tr)

    def _check_link(self) -> CheckLine:
        addresses = phone_address.list_phone_addresses(self.page_url, read_settings(os.environ))
        path = f"/live/{self.meeting['audience_code']}"
        silent = [address for address in addresses if not phone_address.answers(address + path)]
        return check_lines.check_audience_link(addresses, silent, self.tr)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
