"""Three to six real rows that show what a model does: typical, high, low, borderline, unusual."""

from collections.abc import Iterator
from typing import Any

import msgspec
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from service.fields.arrays.array_type import ArrayType
from service.fields.field_type import RangeType
from service.fields.lookup import types_of
from service.fields.text import TextType
from service.fields.value_wording import localized_text
from service.publishing.drafting.arrays.array_fields import array_distances
from service.publishing.drafting.column_checks import codes_of
from service.publishing.drafting.output_draft import focus_scores
from service.publishing.plain_rows import shown_rows
from service.schemas import Card, Classification, Example, Regression, Text

MAX_EXAMPLES, MIN_EXAMPLES = 6, 3
MAX_LETTERS = 2**18
_NEAR_SHARE = 0.02
"""A row with a high score is the most typical one among so many rows with the highest scores; so are low and borderline."""
_HALF = 0.5
_TYPICAL: Text = {"en": "A typical case", "pl": "Typowy przypadek"}
_UNUSUAL: Text = {"en": "An unusual case", "pl": "Nietypowy przypadek"}
_BORDERLINE: Text = {"en": "On the borderline", "pl": "Na granicy"}
_HIGH: Text = {"en": "A high value", "pl": "Wysoka wartość"}
_LOW: Text = {"en": "A low value", "pl": "Niska wartość"}

Wanted = tuple[str, Text, NDArray[np.intp], NDArray[np.float64]]
"""Name, label, the indices of the candidates, and the numbers of all rows of which the least is wanted."""


def with_examples(card: Card, table: pd.DataFrame, scores: NDArray[np.float64]) -> Card:
    """Return the card with examples and with the default of each field, from rows of the sample and their scores."""
    if not len(table):
        return card
    distances = mean_distances(card, table, focus_scores(card.output, scores))
    chosen: list[Example] = []
    for name, label, candidates, order in _wanted(card, scores, distances):
        taken = [example.row for example in chosen]
        for at in candidates[np.argsort(order[candidates], kind="stable")].tolist():
            (row,) = shown_rows(card, table.iloc[[at]])
            if row not in taken:
                chosen.append(Example(name=name, label=label, row=row))
                break
    typical = chosen[0].row
    inputs = tuple(
        field.field if isinstance(field, ArrayType) else msgspec.structs.replace(field.field, default=typical[field.name])
        for field in types_of(card)
    )
    return msgspec.structs.replace(card, inputs=inputs, examples=_within_letters(chosen[:MAX_EXAMPLES]))


def _within_letters(examples: list[Example]) -> tuple[Example, ...]:
    """Return the first examples, fewer of large pictures: every page reads all of them."""
    letters = np.cumsum([len(msgspec.json.encode(example.row)) for example in examples])
    return tuple(examples[: max(MIN_EXAMPLES, int((letters <= MAX_LETTERS).sum()))])


def _wanted(card: Card, scores: NDArray[np.float64], distances: NDArray[np.float64]) -> Iterator[Wanted]:
    every = np.arange(len(distances))
    yield "typical", _TYPICAL, every, distances
    output = card.output
    numbers = focus_scores(output, scores)
    if isinstance(output, Regression):
        yield "high", _HIGH, _least(-numbers), distances
        yield "low", _LOW, _least(numbers), distances
    elif len(output.labels) > 2 or output.scores == "labels":  # noqa: PLR2004 - two
        yield from _by_label(output, scores, distances)
    else:
        other = next(each for each in output.labels if each.value != output.focus)
        yield "high", _clear(_words(output, output.focus)), _least(-numbers), distances
        yield "low", _clear(_words(output, other.value)), _least(numbers), distances
        yield "borderline", _BORDERLINE, _least(np.abs(numbers - _threshold(output))), distances
    yield "unusual", _UNUSUAL, every, -distances


def _threshold(output: Classification) -> float:
    """Return the end of the lowest band, or one half."""
    return min((band.high for band in output.bands), default=_HALF)


def _by_label(output: Classification, scores: NDArray[np.float64], distances: NDArray[np.float64]) -> Iterator[Wanted]:
    """Yield the rows with the clearest scores of each label, for at most four labels, the focus first."""
    labels = [label.value for label in output.labels]
    order = sorted(range(len(labels)), key=lambda at: (labels[at] != output.focus, at))
    for number, at in enumerate(order[: MAX_EXAMPLES - 2], start=1):
        named = np.flatnonzero(scores.argmax(axis=1) == at)
        if len(named):
            yield f"label-{number}", _clear(_words(output, labels[at])), named[_least(-scores[named, at])], distances


def _least(numbers: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return the indices of the rows with the least numbers: a small share of all, and those that are equal to them."""
    count = max(1, int(len(numbers) * _NEAR_SHARE))
    return np.flatnonzero(numbers <= np.partition(numbers, count - 1)[count - 1])


def _words(output: Classification, value: str) -> tuple[str, str]:
    label: Text = next((each.label for each in output.labels if each.value == value), "") or value
    return localized_text(label, "en"), localized_text(label, "pl")


def _clear(words: tuple[str, str]) -> Text:
    return {"en": f"A clear “{words[0]}”", "pl": f"Wyraźne „{words[1]}”"}


def mean_distances(card: Card, table: pd.DataFrame, outputs: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean distance of each row (rows,) to all rows, from 0 to 1: the least is that of the medoid.

    `outputs` (rows,) are the answers of the model; they count as one more field.

    The distance of two rows is the mean over the fields: of the difference of their ranks, from 0 to 1, or 1 for different
    categories. A missing value has the distance 1 to any other. It takes O(rows · log rows) for each field.
    Source: Gower, A General Coefficient of Similarity and Some of Its Properties, Biometrics 1971, with ranks.
    """
    if not len(table):
        return np.zeros(0)
    total = _of_ranks(outputs)
    for field in types_of(card):
        values = table[field.name]
        if isinstance(field, ArrayType):
            total += array_distances(values)
        elif isinstance(field, TextType):
            total += _of_ranks(
                values.astype(object).map(lambda text: len(str(text)), na_action="ignore").to_numpy(np.float64)
            )
        elif isinstance(field, RangeType):
            total += _of_ranks(codes_of(values))
        else:
            total += _of_categories(values)
    return total / (1 + len(card.inputs))


def _of_ranks(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean distance of each number to all others, by rank."""
    known = np.isfinite(numbers)
    count = int(known.sum())
    distances = np.full(len(numbers), count / len(numbers))
    if not count:
        return distances
    ranks = (pd.Series(numbers[known]).rank(method="average").to_numpy() - 1) / max(1, count - 1)
    order = np.argsort(ranks, kind="stable")
    ranked = ranks[order]
    sums = np.cumsum(ranked)
    below = np.arange(1, count + 1)
    spread = ranked * below - sums + (sums[-1] - sums) - ranked * (count - below)
    inside = np.empty(count)
    inside[order] = spread
    distances[known] = (inside + (len(numbers) - count)) / len(numbers)
    return distances


def _of_categories(values: "pd.Series[Any]") -> NDArray[np.float64]:
    codes = pd.factorize(values.astype(object))[0] + 1
    return np.asarray(1 - np.bincount(codes)[codes] / len(codes))
