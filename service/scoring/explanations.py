"""Why: how far each field of a row, or each word of its text, pulls the answer away from the average one.

Knows: cards, rows, a model that gives outputs. Must not know: HTTP, which kind of model it is.

A field that is "out" has the values of the bundle's reference rows, one after another; a word that is "out" is cut
out of its text. With few fields every coalition is scored, so the values are exact, for a linear model its closed form;
with more, a sampler seeded by the row gives the same row the same bars, and says its standard error.
"""

import hashlib
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.errors import TooLarge
from service.schemas import Contribution, Explanation, Explanations, Language, Row
from service.scoring.columns import Columns
from service.scoring.reference import background
from service.scoring.registry import Model
from service.scoring.sentences import sentence
from service.scoring.shapley import Coalitions, Worth, exact, sampled
from service.scoring.usualness import Usual

MOST_ROWS = 20
_SCORED_ROWS = 32_768
"""For one explanation of fields: what 150 ms on one core allow."""
_MOST_EXACT_FIELDS = 9
_TEXTS = 1_000
_MOST_EXACT_WORDS, _MOST_WORDS = 8, 40
_FEWEST_PAIRS = 4
_WORD = re.compile(r"\S+")


@dataclass(frozen=True)
class _Piece:
    """A word of a text, or a few neighbours of a long one."""

    text: str
    span: tuple[int, int]


def explanations(model: Model, rows: list[Row], language: Language) -> Explanations[Any]:
    """Return one explanation a row. Raises InvalidInput, TooLarge, ModelFailed."""
    if len(rows) > MOST_ROWS:
        raise TooLarge(f"Ask why for at most {MOST_ROWS} rows at once.")
    columns = model.checks.columns(rows)
    predictions = model.predict(columns).predictions
    outputs, usual = model.outputs(columns), Usual(model.card, model.reference)(columns.matrix)
    found: list[Explanation[Any]] = []
    for place, row in enumerate(rows):
        output = float(outputs[place])
        base, contributions, error = _why(model, _one(columns, place), row, output)
        found.append(
            Explanation(
                base=base,
                output=output,
                standard_error=error,
                contributions=contributions,
                sentence=sentence(model.card, contributions, base, output, language),
                prediction=predictions[place],
                usualness=usual[place],
            )
        )
    return Explanations(model=model.card.name, version=model.card.version, explanations=found)


def _why(model: Model, one: Columns, row: Row, output: float) -> tuple[float, list[Contribution], float]:
    (text_field, *more) = one.texts or {"": []}
    if text_field and not more and not one.matrix.shape[1]:
        return _of_words(model, text_field, one.texts[text_field][0], output)
    return _of_fields(model, one, row, output)


def _of_fields(model: Model, one: Columns, row: Row, output: float) -> tuple[float, list[Contribution], float]:
    fields = model.card.inputs
    players = len(fields)
    others = background(model.reference, model.card, model.checks)
    if not others:
        return output, [], 0.0
    numeric = [place for place, field in enumerate(fields) if field.type != "text"]

    def worth(members: Coalitions) -> NDArray[np.float64]:
        inside = np.repeat(members, len(others), axis=0)
        matrix = np.where(inside[:, numeric], one.matrix, np.tile(others.matrix, (len(members), 1)))
        texts = {
            field.name: [
                one.texts[field.name][0] if own else other
                for own, other in zip(inside[:, place], others.texts[field.name] * len(members), strict=True)
            ]
            for place, field in enumerate(fields)
            if field.type == "text"
        }
        scored: NDArray[np.float64] = model.outputs(Columns(matrix, texts)).reshape(len(members), len(others)).mean(axis=1)
        scored[members.all(axis=1)] = output  # a batch may differ from a row alone in the seventh digit
        return scored

    pairs = max(_FEWEST_PAIRS, _SCORED_ROWS // (2 * players * len(others)))
    base, values, error = _shared_out(worth, players, pairs, one, exactly=players <= _MOST_EXACT_FIELDS)
    contributions = [
        Contribution(field=field.name, value=row.get(field.name), contribution=float(value))
        for field, value in zip(fields, values, strict=True)
    ]
    return base, sorted(contributions, key=lambda each: -abs(each.contribution)), error


def _of_words(model: Model, field: str, text: str, output: float) -> tuple[float, list[Contribution], float]:
    pieces = _pieces(text)
    players = len(pieces)
    nothing = np.empty((1, 0))
    base = float(model.outputs(Columns(nothing, {field: [""]}))[0])
    if not players:
        return output, [], 0.0

    def worth(members: Coalitions) -> NDArray[np.float64]:
        texts = [" ".join(piece.text for piece, own in zip(pieces, inside, strict=True) if own) for inside in members]
        scored = model.outputs(Columns(np.empty((len(texts), 0)), {field: texts}))
        scored[members.all(axis=1)] = output  # the text as it was typed in, spaces and all
        scored[~members.any(axis=1)] = base
        return scored

    pairs = max(_FEWEST_PAIRS, _TEXTS // (2 * players))
    one = Columns(nothing, {field: [text]})
    base, values, error = _shared_out(worth, players, pairs, one, exactly=players <= _MOST_EXACT_WORDS)
    contributions = [
        Contribution(field=field, value=piece.text, contribution=float(value), span=piece.span)
        for piece, value in zip(pieces, values, strict=True)
    ]
    return base, contributions, error


def _shared_out(
    worth: Worth, players: int, pairs: int, one: Columns, *, exactly: bool
) -> tuple[float, NDArray[np.float64], float]:
    """Return the worth of nobody, each player's value, and the standard error of the least certain one."""
    if exactly:
        base, values = exact(worth, players)
        return base, values, 0.0
    base, values, errors = sampled(worth, players, pairs, _seed(one))
    return base, values, float(errors.max())


def _seed(one: Columns) -> int:
    """Return a number that depends on the row alone: the same case gets the same bars, on any machine."""
    said = one.matrix.tobytes() + repr(sorted(one.texts.items())).encode()
    return int.from_bytes(hashlib.sha256(said).digest()[:8], "big")


def _one(columns: Columns, place: int) -> Columns:
    return Columns(columns.matrix[place : place + 1], {name: [cells[place]] for name, cells in columns.texts.items()})


def _pieces(text: str) -> list[_Piece]:
    """Return the words of a text; neighbours of a long one are taken together."""
    spans = [match.span() for match in _WORD.finditer(text)]
    together = max(1, -(-len(spans) // _MOST_WORDS))
    joined = [(spans[at][0], spans[min(at + together, len(spans)) - 1][1]) for at in range(0, len(spans), together)]
    return [_Piece(text[begin:end], (begin, end)) for begin, end in joined]
