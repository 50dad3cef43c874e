"""Check an answer that a person names: a right answer, or a guess."""

import math
from collections.abc import Iterator

from service.errors import Fault
from service.schemas import Card, Classification, RightAnswer


def answer_faults(answer: RightAnswer, card: Card | None, path: tuple[str | int, ...]) -> Iterator[Fault]:
    """Yield the fault of an answer that the model of this card never gives. Without a card, all answers are taken."""
    if sum(part is not None for part in (answer.label, answer.value, answer.decision)) != 1:
        yield Fault(None, "one_answer", "Give one of `label`, `value` and `decision`.", path=path)
        return
    if answer.value is not None and not math.isfinite(answer.value):
        yield Fault("value", "not_finite", "Expected a finite number.", path=path)
        return
    if card is None:
        return
    output = card.output
    labels = [label.value for label in output.labels] if isinstance(output, Classification) else []
    if answer.value is not None and labels:
        yield Fault("value", "wrong_answer", "This model gives a label, not a value.", path=path)
    elif answer.label is not None and answer.label not in labels:
        yield Fault("label", "unknown_category", "Not a label of the model.", path=path)
    elif answer.decision is not None and answer.decision not in [band.value for band in output.bands]:
        yield Fault("decision", "unknown_category", "Not a decision of the model.", path=path)
