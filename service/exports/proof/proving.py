"""Prove a file: run it on rows, and compare its answers with those of the service."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from service.bundles.model import Model
from service.exports.made_file import Proof
from service.exports.proof.proof_answers import (
    CodeFailed,
    DifferentAnswers,
    TimedAnswers,
    largest_difference,
    service_answers,
)
from service.exports.refusals import NotExportable
from service.schemas import Row

TOLERANCE = 1e-9
"""The largest difference between the numbers of the service and those of a form, relative to numbers above 1."""
SINGLE_TOLERANCE = 1e-6
"""The same for a model that the service computes in 32 bits, in a form that computes in 64."""


def prove(
    model: Model,
    real: Sequence[Row],
    special: Sequence[Row],
    run: Callable[[Sequence[Row]], TimedAnswers],
    *,
    tolerance: float = TOLERANCE,
) -> Proof | None:
    """Compare what `run` answers to real rows and special ones with the service. Without rows there is no proof.

    Raises NotInstalled, NotExportable.
    """
    rows = [*real, *special]
    if not rows:
        return None
    try:
        timed = run(rows)
        difference = largest_difference(service_answers(model, rows), timed.answers)
    except CodeFailed as error:
        raise NotExportable("the file does not run") from error
    except DifferentAnswers as error:
        raise NotExportable(f"the file answers otherwise than the service ({str(error).rstrip('.')})") from None
    if difference > tolerance:
        raise NotExportable(f"a number of the file differs by {difference:.1e} from that of the service")
    return Proof(len(rows), len(real), difference, timed.program, datetime.now(UTC).date())
