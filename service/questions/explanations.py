"""Why: the contribution of each field of a row, or of each word of its text, to the distance from the average answer.

A field that is left out takes its values from the reference rows of the bundle. A word that is left out is cut from the
text. With few fields, all coalitions are scored. With more, permutations are drawn with a seed made of the row, so the same
row always gets the same values. The standard error contains the error of the permutations and of the choice of reference
rows. A linear model needs no closed form: if its answer is linear in the fields, these values equal the coefficient times
the distance from the mean of the reference rows.
"""

import hashlib
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.bundles.model import Model
from service.bundles.prediction_builder import output_number
from service.errors import TooLarge
from service.fields.arrays.array_type import ArrayType
from service.fields.field_type import FieldType, NumbersType
from service.fields.text import TextType
from service.questions.explanation_sentence import sentence
from service.questions.pictures.picture_explanation import explain_picture, is_only_picture
from service.questions.shapley import MIN_PAIRS, Coalitions, CoalitionValue, Games, shapley_values
from service.questions.usualness import usualness
from service.rows.columns import Columns
from service.schemas import Card, Classification, Contribution, Explanation, Explanations, Row
from wire.languages import Language

MAX_ROWS = 20
_ROW_BUDGET, _TEXT_BUDGET = 24_576, 1_000
"""The most coalitions that one explanation scores: about 150 ms on one core."""
_NUMBERS_AT_ONCE = 4_000_000
"""So many numbers of arrays are built at once."""
_MAX_WORDS = 40
_WORD = re.compile(r"\S+")


@dataclass(frozen=True)
class _Words:
    """One word of a text, or a few neighbouring words of a long text."""

    text: str
    span: tuple[int, int]


def explanations(model: Model, rows: list[Row], language: Language) -> Explanations[Any]:
    """Return one explanation for each row. Raises InvalidInput, TooLarge, ModelFailed."""
    if len(rows) > MAX_ROWS:
        raise TooLarge(f"Ask why for at most {MAX_ROWS} rows at once.")
    columns = model.checks.columns(rows)
    ratings = usualness(model.background, columns.numbers)
    results: list[Explanation[Any]] = []
    for index, row in enumerate(rows):
        one = _single_row(columns, index)
        (prediction,) = model.predict(one).predictions
        if is_only_picture(model):
            results.append(explain_picture(model, one, prediction, _seed(one), language))
            continue
        output = output_number(model.card, prediction)
        base, contributions, error = _contributions(model, one, row, output)
        results.append(
            Explanation(
                base=base,
                output=output,
                standard_error=error,
                contributions=contributions,
                sentence=sentence(model.card, contributions, base, output, language),
                prediction=prediction,
                usualness=ratings[index],
                known_words=model.texts.count_known_words(columns, index),
                label=_focus(model.card),
            )
        )
    return Explanations(model=model.card.name, version=model.card.version, explanations=results)


def _focus(card: Card) -> str | None:
    return card.output.focus if isinstance(card.output, Classification) else None


def _contributions(model: Model, one: Columns, row: Row, output: float) -> tuple[float, list[Contribution], float]:
    (text_field, *more) = one.texts or {"": []}
    if text_field and not more and not one.arrays and not one.numbers.shape[1]:
        return _word_contributions(model, text_field, one.texts[text_field][0], output)
    return _field_contributions(model, one, row, output)


def _field_contributions(model: Model, one: Columns, row: Row, output: float) -> tuple[float, list[Contribution], float]:
    fields = model.checks.fields
    reference = model.background.rows
    if not reference:
        return output, [], 0.0
    budget = _TEXT_BUDGET if one.texts or one.arrays else _ROW_BUDGET
    reference = _every_nth(reference, -(-len(reference) * 2 * MIN_PAIRS * (len(fields) - 1) // budget) or 1)
    numeric = [index for index, field in enumerate(fields) if isinstance(field, NumbersType)]

    part = max(1, _NUMBERS_AT_ONCE // max(1, sum(each.size for each in one.arrays.values())))

    def coalition_value(members: Coalitions, games: Games) -> NDArray[np.float64]:
        if len(members) > part:
            return _in_parts(coalition_value, members, games, part)
        matrix = np.where(members[:, numeric], one.numbers, reference.numbers[games])
        texts = {
            field.name: [
                one.texts[field.name][0] if is_member else reference.texts[field.name][game]
                for is_member, game in zip(members[:, index], games, strict=True)
            ]
            for index, field in enumerate(fields)
            if isinstance(field, TextType)
        }
        arrays = {
            field.name: _chosen(members[:, index], one.arrays[field.name], reference.arrays[field.name][games])
            for index, field in enumerate(fields)
            if isinstance(field, ArrayType)
        }
        return model.outputs(Columns(matrix, texts, arrays))

    base, values, error = _shapley(coalition_value, output, _equal_values(one, reference, fields), budget, one)
    contributions = [
        Contribution(
            field=field.name,
            value=None if isinstance(field, ArrayType) else row.get(field.name),
            contribution=float(value),
        )
        for field, value in zip(fields, values, strict=True)
    ]
    return base, sorted(contributions, key=lambda each: -abs(each.contribution)), error


def _in_parts(value: CoalitionValue, members: Coalitions, games: Games, size: int) -> NDArray[np.float64]:
    starts = range(0, len(members), size)
    return np.concatenate([value(members[start : start + size], games[start : start + size]) for start in starts])


def _word_contributions(model: Model, field: str, text: str, output: float) -> tuple[float, list[Contribution], float]:
    words = _split_words(text)
    players = len(words)
    if not players:
        return output, [], 0.0
    nothing = np.empty((1, 0))

    def coalition_value(members: Coalitions, _games: Games) -> NDArray[np.float64]:
        texts = [" ".join(word.text for word, is_member in zip(words, row, strict=True) if is_member) for row in members]
        return model.outputs(Columns(np.empty((len(texts), 0)), {field: texts}))

    base, values, error = _shapley(
        coalition_value, output, np.zeros((1, players), dtype=np.bool_), _TEXT_BUDGET, Columns(nothing, {field: [text]})
    )
    contributions = [
        Contribution(field=field, value=word.text, contribution=float(value), span=word.span)
        for word, value in zip(words, values, strict=True)
    ]
    return base, contributions, error


def _shapley(
    coalition_value: CoalitionValue, output: float, nulls: NDArray[np.bool_], budget: int, one: Columns
) -> tuple[float, NDArray[np.float64], float]:
    """Return the mean value of the empty coalition, the value of each player, and the largest standard error."""
    result = shapley_values(coalition_value, output, nulls, budget, _seed(one))
    return result.base, result.values, float(np.maximum(result.permutation_errors, result.game_errors).max())


def _equal_values(one: Columns, reference: Columns, fields: tuple[FieldType, ...]) -> NDArray[np.bool_]:
    """Return (reference rows, fields): True if the reference row has the same value."""
    numbers = iter(((reference.numbers == one.numbers) | (np.isnan(reference.numbers) & np.isnan(one.numbers))).T)
    equal: list[NDArray[np.bool_]] = []
    for field in fields:
        if isinstance(field, TextType):
            equal.append(np.array([text == one.texts[field.name][0] for text in reference.texts[field.name]]))
        elif isinstance(field, ArrayType):
            equal.append((reference.arrays[field.name] == one.arrays[field.name]).reshape(len(reference), -1).all(axis=1))
        else:
            equal.append(next(numbers))
    return np.stack(equal, axis=1)


def _chosen(is_member: NDArray[np.bool_], own: NDArray[Any], other: NDArray[Any]) -> NDArray[Any]:
    """Return arrays (coalitions, …): the own one where the field is a member, else that of the reference row."""
    return np.where(is_member.reshape(-1, *[1] * (own.ndim - 1)), own, other)


def _seed(one: Columns) -> int:
    """Return a number that depends only on the row, so the same row gets the same values on every machine."""
    content = one.numbers.tobytes() + repr(sorted(one.texts.items())).encode()
    content += b"".join(one.arrays[name].tobytes() for name in sorted(one.arrays))
    return int.from_bytes(hashlib.sha256(content).digest()[:8], "big")


def _single_row(columns: Columns, index: int) -> Columns:
    texts = {name: [cells[index]] for name, cells in columns.texts.items()}
    arrays = {name: cells[index : index + 1] for name, cells in columns.arrays.items()}
    return Columns(columns.numbers[index : index + 1], texts, arrays, {0: columns.warnings.get(index, [])})


def _every_nth(columns: Columns, step: int) -> Columns:
    """Return every `step`-th row. The rows are sorted by their answers, so the average hardly changes."""
    texts = {name: cells[::step] for name, cells in columns.texts.items()}
    return Columns(columns.numbers[::step], texts, {name: cells[::step] for name, cells in columns.arrays.items()})


def _split_words(text: str) -> list[_Words]:
    """Return the words of a text. In a long text, neighbouring words are joined."""
    spans = [match.span() for match in _WORD.finditer(text)]
    together = max(1, -(-len(spans) // _MAX_WORDS))
    joined = [(spans[at][0], spans[min(at + together, len(spans)) - 1][1]) for at in range(0, len(spans), together)]
    return [_Words(text[begin:end], (begin, end)) for begin, end in joined]
