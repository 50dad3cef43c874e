"""The table of `python -m service.exports compare`: one row through a model in every way, asked on this machine."""

import argparse
import asyncio
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from service.bundles.model import Model
from service.bundles.registry import Registry
from service.comparisons.service_ways import answer_stored
from service.comparisons.ways import STORED, WAYS, RowQuestion
from service.export_processes.made_forms import MadeForms
from service.schemas import Comparison, ComparisonAnswer, LabelPrediction, Row
from service.store.store import Store

_TITLES = ("way", "answer", "difference", "seconds", "")
_MAX_SECONDS = 3600.0
_DIGITS = 15


def compare_row(model: Model, row: Row, ways: Sequence[str], store: Store | None, key: str) -> Comparison[Any]:
    """Return the answers of all ways but `stored`, or of some ways. With a store, `stored` is that of a key.

    Raises ServiceError.
    """
    chosen = ways or [way for way in WAYS if way != STORED or store is not None]
    return asyncio.run(_ask(model, row, chosen, store, key))


async def _ask(model: Model, row: Row, ways: Sequence[str], store: Store | None, key: str) -> Comparison[Any]:
    forms = MadeForms(Registry.of([model]), _MAX_SECONDS)
    stored = None if store is None else partial(asyncio.to_thread, answer_stored, model, store, key)
    try:
        return await RowQuestion(model, row, asyncio.to_thread, forms, stored).ask(ways, _MAX_SECONDS)
    finally:
        await forms.close()


def table_of(comparison: Comparison[Any]) -> str:
    """Return a comparison as lines of text."""
    lines = [_TITLES, *(_cells(answer) for answer in comparison.answers)]
    widths = [max(len(line[at]) for line in lines) for at in range(len(_TITLES) - 1)]
    return "".join("  ".join([*map(str.ljust, line, widths), line[-1]]).rstrip() + "\n" for line in lines)


def _cells(answer: ComparisonAnswer[Any]) -> tuple[str, ...]:
    seconds = "" if answer.seconds is None else f"{answer.seconds:.6f}"
    difference = "" if answer.difference is None else f"{answer.difference:.1e}"
    return answer.way, _prediction(answer.prediction), difference, seconds, ", ".join(_notes(answer))


def _prediction(prediction: Any) -> str:
    """Return the label with its probability, or the value; and the decision. Other programs print no control characters."""
    if prediction is None:
        return ""
    if isinstance(prediction, LabelPrediction):
        parts = [prediction.label, f"{prediction.probabilities[prediction.label]:.{_DIGITS}g}"]
    else:
        parts = [f"{prediction.value:.{_DIGITS}g}"]
    text = " ".join([*parts, *([prediction.decision] if prediction.decision is not None else [])])
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def _notes(answer: ComparisonAnswer[Any]) -> Iterator[str]:
    if answer.status != "run":
        yield answer.status
    if answer.program:
        yield answer.program
    if answer.includes_start:
        yield "with the start of the program"
    if answer.reason:
        yield answer.reason
    if answer.proof:
        proof = answer.proof
        yield f"proved on {proof.rows:,} rows with {proof.program}, difference {proof.difference:.1e}, {proof.date}"


def add_options(command: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    command.add_argument("--row", metavar="FILE", help="a JSON object, field → value; without it, the example of the card")
    command.add_argument("--ways", help=f"some of {','.join(WAYS)}, separated by commas; without it, all")
    command.add_argument("--entity", metavar="KEY", help="also what is stored for this key, whose row is asked then")
