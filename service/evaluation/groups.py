"""Held-out rows in groups with labels in all languages: by quartiles of a number, by category, by the length of a text."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from service.fields.arrays.array_type import ArrayType
from service.fields.field_type import NumbersType, RangeType
from service.fields.integer import IntegerType
from service.fields.lookup import type_of, types_of
from service.fields.value_wording import localized_text
from service.rows.columns import Columns
from service.schemas import Card, Input, Text
from wire.languages import LANGUAGES, Language

MAX_GROUPED_INPUTS = 24
"""The figures of more would take minutes to compute, and nobody reads them."""
_MAX_VALUES = 12
"""Whole numbers with at most so many distinct values are grouped by value, not by quartiles."""

_MIN_SHARE = 0.01
"""The largest values share a group until it holds this share of the rows."""

_MISSING: Text = {"en": "missing", "pl": "brak"}
_UNDOCUMENTED: Text = {"en": "not documented", "pl": "nieudokumentowane"}
_LENGTH: dict[Language, str] = {"en": "Length of the text", "pl": "Długość tekstu"}
_CHARACTERS: Text = {"en": "characters", "pl": "znaków"}


@dataclass(frozen=True)
class Group:
    """Some held-out rows."""

    label: Text
    rows: NDArray[np.intp]
    """The indices of the rows, rising."""


@dataclass(frozen=True)
class Grouping:
    """All held-out rows in groups by one input or attribute. Every row is in exactly one group; no group is empty."""

    name: str
    label: Text
    is_input: bool
    groups: list[Group]


def group_rows(card: Card, columns: Columns, aside: pd.DataFrame, attributes: tuple[Input, ...]) -> list[Grouping]:
    """Return one grouping per input, then one per attribute: a column of `aside`, which the model does not see.

    Of very many inputs, only the main fields of the card have groupings.
    """
    groupings = []
    numbers = iter(columns.numbers.T)
    grouped = _grouped_inputs(card)
    for field in types_of(card):
        values = next(numbers) if isinstance(field, NumbersType) else None
        if field.name not in grouped or isinstance(field, ArrayType):
            continue
        if isinstance(field, NumbersType) and values is not None:
            groupings.append(_grouping(field, values, is_input=True))
        else:
            lengths = np.array([len(text) for text in columns.texts[field.name]], dtype=np.float64)
            groupings.append(_by_length(field.field, lengths, alone=len(columns.texts) == 1))
    seen_aside = [field for field in map(type_of, attributes) if isinstance(field, NumbersType)]
    return groupings + [_grouping(field, field.training_numbers(aside[field.name]), is_input=False) for field in seen_aside]


def _grouped_inputs(card: Card) -> set[str]:
    names = [field.name for field in card.inputs]
    return set(names if len(names) <= MAX_GROUPED_INPUTS else (card.main_fields or names)[:MAX_GROUPED_INPUTS])


def _grouping(field: NumbersType, values: NDArray[np.float64], *, is_input: bool) -> Grouping:
    pairs = _by_range(field, values) if isinstance(field, RangeType) else _by_choice(field, values)
    pairs = [*pairs, (_MISSING, np.isnan(values))]
    groups = [Group(label, np.flatnonzero(mask)) for label, mask in pairs if mask.any()]
    return Grouping(field.name, field.field.label or field.name, is_input, groups)


def _by_length(field: Input, lengths: NDArray[np.float64], *, alone: bool) -> Grouping:
    """Group by the length of a text. If the card has several texts, the label names the text."""
    length = IntegerType(Input(name=field.name, type="integer", unit=_CHARACTERS))
    label: Text = {
        language: _LENGTH[language]
        if alone
        else f"{_LENGTH[language]}, {localized_text(field.label or field.name, language)}"
        for language in LANGUAGES
    }
    return Grouping(field.name, label, is_input=True, groups=_grouping(length, lengths, is_input=True).groups)


def _by_choice(field: NumbersType, numbers: NDArray[np.float64]) -> list[tuple[Text, NDArray[np.bool_]]]:
    named = [(field.choice_label(choice), numbers == choice) for choice in field.choices]
    return [*named, (_UNDOCUMENTED, numbers < 0)]


def _by_range(field: RangeType, values: NDArray[np.float64]) -> list[tuple[Text, NDArray[np.bool_]]]:
    known = values[~np.isnan(values)]
    distinct = np.unique(known)
    if len(distinct) <= _MAX_VALUES and bool(np.all(distinct == np.round(distinct))):
        return _by_value(field, known, distinct, values)
    cuts = _quartile_cuts(field, known).tolist()
    pairs = [(_range_label(field, "below", cuts[0]), values < cuts[0])]
    pairs += [(_range_label(field, "between", low, high), (values >= low) & (values < high)) for low, high in pairwise(cuts)]
    return [*pairs, (_range_label(field, "above", cuts[-1]), values >= cuts[-1])]


def _by_value(
    field: RangeType, known: NDArray[np.float64], distinct: NDArray[np.float64], values: NDArray[np.float64]
) -> list[tuple[Text, NDArray[np.bool_]]]:
    """Return one group per value; the largest values share one while it is rare."""
    top = len(distinct) - 1
    while top > 0 and np.mean(known >= distinct[top]) < _MIN_SHARE:
        top -= 1
    bare = field.without_unit()
    pairs: list[tuple[Text, NDArray[np.bool_]]] = [
        (_range_label(bare, "exactly", value), values == value) for value in distinct[:top].tolist()
    ]
    if len(distinct):
        last = "exactly" if top == len(distinct) - 1 else "above"
        pairs.append((_range_label(bare, last, float(distinct[top])), values >= distinct[top]))
    return pairs


def _quartile_cuts(field: RangeType, known: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return up to three distinct bounds near the quartiles, rounded to few digits."""
    quartiles = np.quantile(known, [0.25, 0.5, 0.75])
    spread = quartiles[2] - quartiles[0] or known.max() - known.min() or 1.0
    digits = 1 - int(np.floor(np.log10(spread)))
    cuts = np.unique(field.cuts(quartiles, digits))
    return cuts[cuts > known.min()] if (cuts > known.min()).any() else cuts[-1:]


_FORMS: dict[str, dict[Language, str]] = {
    "exactly": {"en": "{low}", "pl": "{low}"},
    "below": {"en": "below {last}", "pl": "poniżej {last}"},
    "between": {"en": "{low} to {last}", "pl": "od {low} do {last}"},
    "above": {"en": "{last} or more", "pl": "{last} i więcej"},
}


def _range_label(field: RangeType, form: str, low: float, high: float | None = None) -> Text:
    """Return the label of a range. The upper bound of whole numbers is inside the range, that of other numbers is not."""
    if high is not None and field.is_integral:
        high -= 1
        form = "exactly" if high == low else form
    return {
        language: _FORMS[form][language].format(
            low=field.number_text(low, language),
            last=_with_unit(field, low if high is None else high, language),
        )
        for language in LANGUAGES
    }


def _with_unit(field: RangeType, value: float, language: Language) -> str:
    unit = localized_text(field.field.unit, language)
    gap = "" if unit in {"", "%"} else " "
    return f"{field.number_text(value, language)}{gap}{unit}"
