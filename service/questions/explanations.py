"""Why: how far each field of a row, or each word of its text, pulls the answer away from the average one.

A field that is "out" has the values of the bundle's reference rows, one after another; a word that is "out" is cut
out of its text. With few fields every coalition is scored; with more, a sampler seeded by the row gives the same row the
same bars. The standard error holds both what the sampler adds and what other reference rows would have changed. For a
linear model either way gives its closed form: the coefficient times the distance from the mean of the reference rows.
"""

import hashlib
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.bundles.prediction_builder import output_number
from service.bundles.registry import Model
from service.errors import TooLarge
from service.fields.field_type import FieldType, NumbersType
from service.fields.text import TextType
from service.questions.explanation_sentence import sentence
from service.questions.shapley import MIN_PAIRS, Coalitions, Games, Worth, shared_out
from service.questions.usualness import usualness
from service.rows.columns import Columns
from service.schemas import Contribution, Explanation, Explanations, Row
from wire.languages import Language

MAX_ROWS = 20
_ROWS, _TEXTS = 24_576, 1_000
"""Scored for one explanation: what 150 ms on one core allow."""
_MAX_WORDS = 40
_WORD = re.compile(r"\S+")


@dataclass(frozen=True)
class _Piece:
    """A word of a text, or a few neighbours of a long one."""

    text: str
    span: tuple[int, int]


def explanations(model: Model, rows: list[Row], language: Language) -> Explanations[Any]:
    """Return one explanation a row. Raises InvalidInput, TooLarge, ModelFailed."""
    if len(rows) > MAX_ROWS:
        raise TooLarge(f"Ask why for at most {MAX_ROWS} rows at once.")
    columns = model.checks.columns(rows)
    ratings = usualness(model.background, columns.numbers)
    found: list[Explanation[Any]] = []
    for place, row in enumerate(rows):
        one = _one(columns, place)
        (prediction,) = model.predict(one).predictions
        output = output_number(model.card, prediction)
        base, contributions, error = _why(model, one, row, output)
        found.append(
            Explanation(
                base=base,
                output=output,
                standard_error=error,
                contributions=contributions,
                sentence=sentence(model.card, contributions, base, output, language),
                prediction=prediction,
                usualness=ratings[place],
            )
        )
    return Explanations(model=model.card.name, version=model.card.version, explanations=found)


def _why(model: Model, one: Columns, row: Row, output: float) -> tuple[float, list[Contribution], float]:
    (text_field, *more) = one.texts or {"": []}
    if text_field and not more and not one.numbers.shape[1]:
        return _of_words(model, text_field, one.texts[text_field][0], output)
    return _of_fields(model, one, row, output)


def _of_fields(model: Model, one: Columns, row: Row, output: float) -> tuple[float, list[Contribution], float]:
    fields = model.checks.fields
    others = model.background.rows
    if not others:
        return output, [], 0.0
    budget = _TEXTS if one.texts else _ROWS
    others = _every(others, -(-len(others) * 2 * MIN_PAIRS * (len(fields) - 1) // budget) or 1)
    numeric = [place for place, field in enumerate(fields) if isinstance(field, NumbersType)]

    def worth(members: Coalitions, games: Games) -> NDArray[np.float64]:
        matrix = np.where(members[:, numeric], one.numbers, others.numbers[games])
        texts = {
            field.name: [
                one.texts[field.name][0] if own else others.texts[field.name][game]
                for own, game in zip(members[:, place], games, strict=True)
            ]
            for place, field in enumerate(fields)
            if isinstance(field, TextType)
        }
        return model.outputs(Columns(matrix, texts))

    base, values, error = _shared_out(worth, output, _alike(one, others, fields), budget, one)
    contributions = [
        Contribution(field=field.name, value=row.get(field.name), contribution=float(value))
        for field, value in zip(fields, values, strict=True)
    ]
    return base, sorted(contributions, key=lambda each: -abs(each.contribution)), error


def _of_words(model: Model, field: str, text: str, output: float) -> tuple[float, list[Contribution], float]:
    pieces = _pieces(text)
    players = len(pieces)
    if not players:
        return output, [], 0.0
    nothing = np.empty((1, 0))

    def worth(members: Coalitions, _games: Games) -> NDArray[np.float64]:
        texts = [" ".join(piece.text for piece, own in zip(pieces, inside, strict=True) if own) for inside in members]
        return model.outputs(Columns(np.empty((len(texts), 0)), {field: texts}))

    base, values, error = _shared_out(
        worth, output, np.zeros((1, players), dtype=np.bool_), _TEXTS, Columns(nothing, {field: [text]})
    )
    contributions = [
        Contribution(field=field, value=piece.text, contribution=float(value), span=piece.span)
        for piece, value in zip(pieces, values, strict=True)
    ]
    return base, contributions, error


def _shared_out(
    worth: Worth, output: float, nulls: NDArray[np.bool_], budget: int, one: Columns
) -> tuple[float, NDArray[np.float64], float]:
    """Return the mean worth of nobody, each player's value, and the standard error of the least certain one."""
    found = shared_out(worth, output, nulls, budget, _seed(one))
    return found.base, found.values, float(np.maximum(found.walk_errors, found.game_errors).max())


def _alike(one: Columns, others: Columns, fields: tuple[FieldType, ...]) -> NDArray[np.bool_]:
    """Return (others, fields): where another row has the same value."""
    numbers = iter(((others.numbers == one.numbers) | (np.isnan(others.numbers) & np.isnan(one.numbers))).T)
    alike = [
        np.array([text == one.texts[field.name][0] for text in others.texts[field.name]])
        if isinstance(field, TextType)
        else next(numbers)
        for field in fields
    ]
    return np.stack(alike, axis=1)


def _seed(one: Columns) -> int:
    """Return a number that depends on the row alone: the same case gets the same bars, on any machine."""
    said = one.numbers.tobytes() + repr(sorted(one.texts.items())).encode()
    return int.from_bytes(hashlib.sha256(said).digest()[:8], "big")


def _one(columns: Columns, place: int) -> Columns:
    texts = {name: [cells[place]] for name, cells in columns.texts.items()}
    return Columns(columns.numbers[place : place + 1], texts, {0: columns.warnings.get(place, [])})


def _every(columns: Columns, step: int) -> Columns:
    """Return every so manieth row: the rows stand in the order of their answers, so the average hardly moves."""
    return Columns(columns.numbers[::step], {name: cells[::step] for name, cells in columns.texts.items()})


def _pieces(text: str) -> list[_Piece]:
    """Return the words of a text; neighbours of a long one are taken together."""
    spans = [match.span() for match in _WORD.finditer(text)]
    together = max(1, -(-len(spans) // _MAX_WORDS))
    joined = [(spans[at][0], spans[min(at + together, len(spans)) - 1][1]) for at in range(0, len(spans), together)]
    return [_Piece(text[begin:end], (begin, end)) for begin, end in joined]
