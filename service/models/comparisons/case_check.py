"""check-cases: scores the cases of an earlier version with a newer one, and says whose answer or decision differs.

Its exit code tells a script the result: 0 if every decision stays, 1 if one differs. Cases of feedback say which answer is
right; then it is 1 if the newer version gets a case wrong that the earlier one got right.
"""

import argparse
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from service.bundles.bundle_opening import open_model
from service.bundles.model import Model
from service.bundles.versions.bundle_folder import SHORT_VERSION
from service.errors import BrokenBundle, ServiceError
from service.models.comparisons.right_answers import check_right_answers, read_cases
from service.models.stored_versions import StoredVersion, WrongCommand, choose_version, version_before, versions_of
from service.schemas import Classification, FeedbackCases, Row, ValuePrediction

_MAX_BYTES = 64 * 2**20
_MAX_NAMED = 20


@dataclass(frozen=True)
class CheckedCase:
    """A case and its answers by two versions: the number that people read, and the decision."""

    name: str
    numbers: tuple[float, float]
    decisions: tuple[str, str]

    @property
    def distance(self) -> float:
        return abs(self.numbers[0] - self.numbers[1])


def add_commands(commands: "argparse._SubParsersAction[Any]") -> None:
    check = commands.add_parser("check-cases", help="whose answer or decision differs between two versions")
    check.add_argument("name")
    check.add_argument("version", nargs="?", help="the version to check; the default is the default version")
    check.add_argument("--against", metavar="VERSION", help="the version to compare with; the default is the one before")
    check.add_argument(
        "--cases", type=Path, metavar="FILE", help="a JSON list of rows, or cases of feedback, instead of those of the card"
    )
    check.add_argument(
        "--tolerance", type=float, default=1e-9, help="answers that differ by less are the same; the default is 1e-9"
    )
    check.set_defaults(act=_check)


def _check(options: argparse.Namespace, bundles: Path) -> int:
    versions = versions_of(bundles, options.name)
    checked = choose_version(versions, options.version) if options.version else versions[0]
    content = _read_json(options.cases) if options.cases else None
    if feedback := read_cases(content):
        return _check_feedback(feedback, checked, versions, options.against)
    if options.against:
        against = choose_version(versions, options.against)
    else:
        against = version_before(versions, bundles) if checked.is_default else versions[0]
    cases = _read_rows(content, options.cases.name) if options.cases else _card_cases(against)
    if not cases:
        raise WrongCommand(f"Version {against.label} has no cases on its card: name a file with --cases.")
    results, refused = _compare(_open(against), _open(checked), cases)
    return _report(against, checked, results, refused, options.tolerance)


def _check_feedback(cases: FeedbackCases, checked: StoredVersion, versions: list[StoredVersion], against: str | None) -> int:
    """Check cases of feedback against a version, and against an earlier one if there is one. Raises WrongCommand."""
    name = checked.card.name
    of_model = [case for case in cases.cases if case.model == name]
    if not of_model:
        raise WrongCommand(f"The file has no cases of {name}.")
    others = [version for version in versions if version.label != checked.label]
    old = choose_version(versions, against) if against else next(iter(others), None)
    _print(f"{name}: {len(of_model)} cases of feedback")
    return check_right_answers(None if old is None else _open(old), _open(checked), of_model)


def _card_cases(version: StoredVersion) -> dict[str, Row]:
    examples = {example.name: example.row for example in version.card.examples}
    return examples | {f"real-{number}": row for number, row in enumerate(version.card.real_rows, start=1)}


def _read_json(file: Path) -> Any:
    """Return the content of a JSON file. Raises WrongCommand."""
    try:
        if file.stat().st_size > _MAX_BYTES:
            raise WrongCommand(f"{file.name} is larger than {_MAX_BYTES // 2**20} MB.")
        return json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise WrongCommand(f"{file.name} cannot be read: {error.strerror}.") from None
    except (ValueError, RecursionError):
        raise WrongCommand(f"{file.name} is not JSON.") from None


def _read_rows(content: Any, name: str) -> dict[str, Row]:
    """Return the rows of a JSON file, with the name that each has in the report. Raises WrongCommand."""
    rows = content.get("rows") if isinstance(content, dict) else content
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise WrongCommand(f"{name} is to be a JSON list of rows, each an object of fields and values.")
    return {f"row {number}": row for number, row in enumerate(rows, start=1)}


def _open(version: StoredVersion) -> Model:
    try:
        return open_model(version.folder)
    except BrokenBundle as error:
        raise WrongCommand(f"Version {version.label} of {version.card.name} cannot be served: {error}.") from None


def _compare(old: Model, new: Model, cases: dict[str, Row]) -> tuple[list[CheckedCase], dict[str, str]]:
    """Return the cases with both answers, and those that the newer version refuses, with the reason.

    A case has the fields of the earlier version. The newer one gets its other fields with their defaults. Raises
    WrongCommand for a case that the earlier version refuses.
    """
    results: list[CheckedCase] = []
    refused: dict[str, str] = {}
    for name, row in cases.items():
        try:
            before = _answer(old, row)
        except ServiceError as error:
            raise WrongCommand(
                f"{name} does not fit version {old.card.version[:SHORT_VERSION]}: {_reason(error)}."
            ) from None
        try:
            after = _answer(new, {field.name: row.get(field.name, field.default) for field in new.card.inputs})
        except ServiceError as error:
            refused[name] = _reason(error)
        else:
            results.append(CheckedCase(name, (before[0], after[0]), (before[1], after[1])))
    return results, refused


def _reason(error: ServiceError) -> str:
    fault = error.faults[0] if error.faults else None
    return f"{fault.field}: {fault.message}" if fault else error.detail.rstrip(".")


def _answer(model: Model, row: Row) -> tuple[float, str]:
    """Return the number that people read and the decision. Without bands, the label is the decision."""
    (prediction,) = model.predict([row]).predictions
    if isinstance(prediction, ValuePrediction):
        return prediction.value, prediction.decision or ""
    assert isinstance(model.card.output, Classification)  # noqa: S101 - it predicts a label
    return prediction.probabilities[model.card.output.focus], prediction.decision or prediction.label


def _report(
    against: StoredVersion, checked: StoredVersion, cases: list[CheckedCase], refused: dict[str, str], tolerance: float
) -> int:
    """Print the cases that differ, those with another decision first. Return the exit code."""
    decided = [case for case in cases if case.decisions[0] != case.decisions[1]]
    moved = [case for case in cases if case not in decided and case.distance > tolerance]
    _print(f"{checked.card.name}: version {checked.label} against {against.label}, {len(cases) + len(refused)} cases")
    _print(f"  {len(decided)} with another decision, {len(moved)} with another answer, {len(refused)} refused")
    for case in [*decided, *sorted(moved, key=lambda each: -each.distance)][:_MAX_NAMED]:
        first, second = case.decisions
        decision = f"  {first} → {second}" if first != second else ""
        _print(f"  {case.name}: {case.numbers[0]:.6g} → {case.numbers[1]:.6g}{decision}")
    for name, reason in list(refused.items())[:_MAX_NAMED]:
        _print(f"  {name}: refused, {reason}")
    return int(bool(decided or refused))


def _print(line: str) -> None:
    sys.stdout.write(line + "\n")
