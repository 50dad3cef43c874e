"""The lines of the check before a meeting: green or red, what was found, and what to do."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from client import Busy, Failed, ModelState, Refused, ServiceError, TooSlow
from demo.meeting_check.case_check import CaseResult
from demo.text.translation import Translation
from wire.error_codes import UNKNOWN_VERSION

MAX_SECONDS = 1.0
"""An answer that takes longer makes an audience wait."""
MAX_CLOCK_SECONDS = 30.0
"""Clocks that differ by more show times that nobody understands."""
_VERSION_DIGITS = 8
_SECONDS_OF_A_MINUTE = 60


@dataclass(frozen=True)
class CheckLine:
    """One line. `advice` says what to do; it is empty if the line is good. `details` are further sentences."""

    title: str
    text: str
    advice: str = ""
    details: tuple[str, ...] = ()

    @property
    def is_good(self) -> bool:
        return not self.advice


def check_service(problem: ServiceError | None, tr: Translation) -> CheckLine:
    """Return whether the service answers."""
    title = tr.text("Model service")
    if problem is None:
        return CheckLine(title, tr.text("It answers."))
    advice = tr.text("Start it, then check again. Until then the audience sees the recorded answers.")
    return CheckLine(title, describe_problem(problem, tr), advice)


def check_models(content: Mapping[str, Any], models: Sequence[ModelState], tr: Translation) -> CheckLine:
    """Return whether each model of the meeting and of its cases is ready; without a choice, each model of the service."""
    title, states = tr.text("Models"), {model["name"]: model for model in models}
    used = [*content["models"], *(case["model"] for case in content["cases"])] or list(states)
    names = list(dict.fromkeys(used if content["models"] else [*states, *used]))
    faults = [fault for name in names if (fault := _find_fault(name, states.get(name), tr))]
    if not faults:
        text = tr.count("{n} model is ready.", "{n} models are ready.", len(names))
        return CheckLine(title, text)
    advice = tr.text("Publish these models again, or take them out of the meeting.")
    return CheckLine(title, tr.text("Not every model is ready."), advice, tuple(faults))


def _find_fault(name: str, state: ModelState | None, tr: Translation) -> str:
    if state is None:
        return tr.text("{model} is not there.", model=name)
    if state["state"] != "ready":
        return tr.text("{model} is unavailable: {reason}.", model=state["title"] or name, reason=state["reason"] or "–")
    return ""


def check_versions(content: Mapping[str, Any], models: Sequence[ModelState], tr: Translation) -> CheckLine:
    """Return whether the planned version of each case is served."""
    title, served = tr.text("Versions"), {model["name"]: model["versions"] for model in models}
    planned = [case for case in content["cases"] if case["version"] is not None]
    missing = [case for case in planned if case["version"] not in served.get(case["model"], [])]
    if missing:
        details = (
            tr.text("{case}: version {version}", case=case["name"], version=case["version"][:_VERSION_DIGITS])
            for case in missing
        )
        advice = tr.text("Choose a version that is served in the run sheet.")
        return CheckLine(title, tr.text("Planned versions are not served."), advice, tuple(details))
    if planned:
        return CheckLine(title, tr.text("All planned versions are served."))
    return CheckLine(title, tr.text("No version is planned: each case shows the newest."))


def check_cases(results: Sequence[CaseResult], tr: Translation) -> CheckLine:
    """Return whether each case answers, and answers as recorded."""
    title = tr.text("Cases")
    if not results:
        return CheckLine(title, tr.text("The run sheet has no case."), tr.text("Add a case to the run sheet."))
    failed = [result for result in results if result.outcome == "failed"]
    different = [result for result in results if result.outcome == "different"]
    details = [*_list_failures(failed, tr), *_list_differences(different, tr)]
    if failed:
        text = tr.count("{n} case has no answer.", "{n} cases have no answer.", len(failed))
        advice = tr.text("Correct these cases in the run sheet, or take them out.")
        return CheckLine(title, text, advice, tuple(details))
    if different:
        text = tr.count("{n} case answers otherwise now.", "{n} cases answer otherwise now.", len(different))
        advice = tr.text("If the new answers are right, press “Record the new answers”.")
        return CheckLine(title, text, advice, tuple(details))
    if all(result.outcome == "same" for result in results):
        return CheckLine(title, tr.count("{n} case answers as recorded.", "{n} cases answer as recorded.", len(results)))
    return CheckLine(title, tr.count("{n} case answers.", "{n} cases answer.", len(results)))


def _list_failures(failed: Iterable[CaseResult], tr: Translation) -> list[str]:
    return [
        tr.text("{case}: {problem}", case=each.name, problem=describe_problem(each.problem, tr))
        for each in failed
        if each.problem
    ]


def _list_differences(different: Iterable[CaseResult], tr: Translation) -> list[str]:
    return [
        tr.text("{case}: {what} was {before}, now {now}", case=each.name, what=item.what, before=item.before, now=item.now)
        for each in different
        for item in each.differences
    ]


def check_speed(results: Sequence[CaseResult], tr: Translation) -> CheckLine | None:
    """Return whether the slowest answer is fast enough; None if nothing has answered."""
    measured = [(result.seconds, result.name) for result in results if result.seconds is not None]
    if not measured:
        return None
    seconds, case = max(measured)
    title, time = tr.text("Speed"), tr.text("{seconds} s", seconds=tr.number(seconds, 1))
    if seconds <= MAX_SECONDS:
        return CheckLine(title, tr.text("Fast enough: the slowest answer took {time}.", time=time))
    text = tr.text("Too slow: the answer to “{case}” took {time}.", case=case, time=time)
    return CheckLine(title, text, tr.text("Close other programs on the computer of the service, then check again."))


def check_storage(problem: ServiceError | None, tr: Translation) -> CheckLine:
    """Return whether the service could write into its database just now."""
    title = tr.text("Storage of the service")
    if problem is None:
        return CheckLine(title, tr.text("Feedback and guesses can be stored."))
    text = tr.text("Feedback and guesses cannot be stored now.")
    return CheckLine(title, text, tr.text("Make room on the disk of the service, or start its database again."))


def check_recordings(missing: Sequence[str], results: Sequence[CaseResult], tr: Translation) -> CheckLine:
    """Return whether each case has a recording that can be shown without the service. `missing` are names of cases."""
    title = tr.text("Recordings")
    if not missing:
        return CheckLine(title, tr.text("Every case can be shown even if the service stops."))
    is_full = any(result.outcome == "unsaved" for result in results)
    text = tr.text("These cases are not recorded: {cases}.", cases=", ".join(missing))
    advice = (
        tr.text("Make room on the disk of the demo, then check again.")
        if is_full
        else tr.text("A case is recorded as soon as it has an answer.")
    )
    return CheckLine(title, text, advice)


def check_audience_link(addresses: Sequence[str], silent: Sequence[str], tr: Translation) -> CheckLine:
    """Return whether phones can open the audience's page: at the first of these addresses that answers."""
    title = tr.text("Audience link")
    if not addresses:
        text = tr.text("Phones cannot open it: the demo is open to this computer alone.")
        return CheckLine(title, text, tr.text("Start the demo with SHARE=yes: make demo SHARE=yes"))
    working = [address for address in addresses if address not in silent]
    if addresses[0] in silent:
        text = tr.text("Nothing answers at {address}.", address=addresses[0])
        advice = (
            tr.text("Open this page at {address} instead.", address=working[0])
            if working
            else tr.text("Check the firewall and the network of this computer.")
        )
        return CheckLine(title, text, advice)
    return CheckLine(title, tr.text("It answers at {address}.", address=working[0]))


def check_clocks(service_seconds: float | None, browser_seconds: float | None, tr: Translation) -> CheckLine | None:
    """Return whether the clocks agree. Each is ahead of the demo's by so many seconds; None: not known."""
    title = tr.text("Clock")
    if service_seconds is None and browser_seconds is None:
        return None
    advice = tr.text("Let both computers set their clocks by themselves, from the internet.")
    if browser_seconds is not None and abs(browser_seconds) > MAX_CLOCK_SECONDS:
        text = tr.text("The clocks of this computer and of the demo differ by {time}.", time=_describe(browser_seconds, tr))
        return CheckLine(title, text, advice)
    if service_seconds is not None and abs(service_seconds) > MAX_CLOCK_SECONDS:
        text = tr.text("The clocks of the service and of the demo differ by {time}.", time=_describe(service_seconds, tr))
        return CheckLine(title, text, advice)
    return CheckLine(title, tr.text("All clocks agree."))


def _describe(seconds: float, tr: Translation) -> str:
    amount = abs(seconds)
    if amount < _SECONDS_OF_A_MINUTE:
        return tr.text("{seconds} s", seconds=tr.number(amount))
    return tr.text("{minutes} min", minutes=tr.number(amount / _SECONDS_OF_A_MINUTE))


def describe_problem(problem: ServiceError, tr: Translation) -> str:
    """Return why there is no answer, in a sentence."""
    if isinstance(problem, Refused):
        return (
            tr.text("Its planned version is not served.")
            if problem.code == UNKNOWN_VERSION
            else tr.text("The model does not accept its values.")
        )
    sentences = {
        Busy: tr.text("The service is busy."),
        TooSlow: tr.text("The service does not answer in time."),
        Failed: tr.text("The service failed."),
    }
    return sentences.get(type(problem)) or tr.text("The service cannot be reached.")
