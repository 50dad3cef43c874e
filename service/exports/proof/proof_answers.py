"""The answers for rows in a form that all languages share, and how far two lists of them are apart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from service.bundles.model import Model
from service.errors import InvalidInput
from service.schemas import Card, Classification, Interval, LabelPrediction, Row, ValuePrediction


@dataclass(frozen=True)
class Answer:
    """`numbers` are the probabilities in the order of the card's labels, or the value and the ends of its interval."""

    numbers: tuple[float, ...] = ()
    label: str | None = None
    decision: str | None = None
    is_refused: bool = False


REFUSED = Answer(is_refused=True)


@dataclass(frozen=True)
class TimedAnswers:
    """The answers of a form to some rows."""

    answers: list[Answer]
    program: str
    """What gave them, with its version."""
    seconds: float
    """The time for the rows. That for compiling, and for starting the program, is left out if it can be told apart."""
    includes_start: bool = False
    """It cannot be told apart: `seconds` is the time from the start of the program to its end."""


class DifferentAnswers(Exception):
    """A row has another label or decision, or is refused on one side only."""


class NotInstalled(Exception):
    """This machine does not have what runs the code. The message names it."""


class CodeFailed(Exception):
    """The code does not compile, or ends with an error."""


def service_answers(model: Model, rows: Sequence[Row]) -> list[Answer]:
    """Return what the service answers."""
    accepted = []
    for index, row in enumerate(rows):
        try:
            model.checks.columns([row])
        except InvalidInput:
            continue
        accepted.append(index)
    answers = [REFUSED] * len(rows)
    predictions: Sequence[Any] = model.predict([rows[index] for index in accepted]).predictions
    for index, prediction in zip(accepted, predictions, strict=True):
        answers[index] = answer_of(prediction)
    return answers


def prediction_of(card: Card, answer: Answer) -> LabelPrediction | ValuePrediction | None:
    """Return an answer in the shape of the service's predictions; None: the row was refused."""
    if answer.is_refused:
        return None
    output = card.output
    if isinstance(output, Classification):
        labels = (label.value for label in output.labels)
        probabilities = dict(zip(labels, answer.numbers, strict=True))
        return LabelPrediction(label=answer.label or "", probabilities=probabilities, decision=answer.decision, warnings=[])
    value, *ends = answer.numbers
    interval = Interval(ends[0], ends[1], output.interval.coverage) if ends and output.interval else None
    return ValuePrediction(value=value, interval=interval, decision=answer.decision, warnings=[])


def answer_of_json(prediction: Mapping[str, Any] | None) -> Answer:
    """Return a prediction in JSON as an answer; None: the row was refused."""
    if prediction is None:
        return REFUSED
    if "label" in prediction:
        return Answer(tuple(prediction["probabilities"].values()), prediction["label"], prediction.get("decision"))
    interval = prediction.get("interval")
    ends = (interval["low"], interval["high"]) if interval else ()
    return Answer((prediction["value"], *ends), None, prediction.get("decision"))


def answer_of(prediction: LabelPrediction | ValuePrediction) -> Answer:
    """Return a prediction as an answer."""
    if isinstance(prediction, LabelPrediction):
        numbers = tuple((prediction.probabilities or {}).values())
        return Answer(numbers, prediction.label, prediction.decision)
    ends = (prediction.interval.low, prediction.interval.high) if prediction.interval else ()
    return Answer((prediction.value, *ends), None, prediction.decision)


def largest_difference(expected: Sequence[Answer], actual: Sequence[Answer]) -> float:
    """Return the largest difference of a number, relative to numbers above 1. Raises DifferentAnswers."""
    if len(expected) != len(actual):
        raise DifferentAnswers(f"There are {len(actual)} answers for {len(expected)} rows.")
    largest = 0.0
    for index, (one, other) in enumerate(zip(expected, actual, strict=True)):
        named = (one.label, one.decision, one.is_refused, len(one.numbers))
        if named != (other.label, other.decision, other.is_refused, len(other.numbers)):
            raise DifferentAnswers(f"Row {index} has another answer: {str(other)[:200]} in place of {str(one)[:200]}.")
        for left, right in zip(one.numbers, other.numbers, strict=True):
            if not abs(left - right) <= max(1.0, abs(left)):
                raise DifferentAnswers(f"Row {index} has another answer: {right} in place of {left}.")
            largest = max(largest, abs(left - right) / max(1.0, abs(left)))
    return largest
