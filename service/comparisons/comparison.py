"""Ask one row in several ways, and say how far each answer is from the live one."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from service.bundles.model import Model
from service.errors import ServiceError
from service.export_errors import CannotExport
from service.export_processes.made_forms import NotRun
from service.exports.proof.proof_answers import (
    DifferentAnswers,
    TimedAnswers,
    largest_difference,
    prediction_of,
)
from service.schemas import Card, Comparison, ComparisonAnswer, ExportProof

Ask = Callable[[], Awaitable[TimedAnswers]]
LIVE = "live"
_TOO_SLOW = "It took too long, with the ways before it."
_OTHERWISE = "It answers otherwise than the service."


async def compare(model: Model, live: TimedAnswers, asks: Mapping[str, Ask], max_seconds: float) -> Comparison[Any]:
    """Return the answer of each way, asked one after another, within a time for all of them."""
    answers = []
    deadline = asyncio.get_running_loop().time() + max_seconds
    for way, ask in asks.items():
        try:
            async with asyncio.timeout_at(deadline):
                answers.append(_compared(model.card, way, live, await ask()))
        except TimeoutError:
            answers.append(_without_answer(way, "failed", _TOO_SLOW))
        except CannotExport as error:
            answers.append(_without_answer(way, "refused", error.reason))
        except NotRun as error:
            answers.append(_recorded(way, error))
        except ServiceError as error:
            answers.append(_without_answer(way, "failed", error.detail))
    differences = [each.difference for each in answers if each.difference is not None and each.way != LIVE]
    return Comparison(
        model=model.card.name,
        version=model.card.version,
        answers=answers,
        difference=max(differences, default=None),
    )


def _compared(card: Card, way: str, live: TimedAnswers, timed: TimedAnswers) -> ComparisonAnswer[Any]:
    """Return an answer with its difference from the live one. Another label, decision or refusal is a failure."""
    try:
        difference: float | None = largest_difference(live.answers, timed.answers)
    except DifferentAnswers:
        difference = None
    return ComparisonAnswer(
        way=way,
        status="failed" if difference is None else "run",
        prediction=prediction_of(card, timed.answers[0]),
        difference=difference,
        seconds=timed.seconds,
        includes_start=timed.includes_start,
        program=timed.program or None,
        proof=None,
        reason=_OTHERWISE if difference is None else None,
    )


def _recorded(way: str, error: NotRun) -> ComparisonAnswer[Any]:
    return _without_answer(way, "recorded", f"This machine does not have {error.missing_runtime}.", error.proof)


def _without_answer(way: str, status: Any, reason: str, proof: ExportProof | None = None) -> ComparisonAnswer[Any]:
    return ComparisonAnswer(
        way=way,
        status=status,
        prediction=None,
        difference=None,
        seconds=None,
        includes_start=False,
        program=None,
        proof=proof,
        reason=reason,
    )
