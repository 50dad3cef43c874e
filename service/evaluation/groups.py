"""The held-out rows split into groups with names in both languages: quarters of a number, categories, lengths of a text."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from service.fields.value_wording import number, say
from service.rows.columns import Columns
from service.schemas import LANGUAGES, Card, Input, Language, Text

_MAX_VALUES = 12
"""A whole number with no more values than this is split into them, not into quarters."""

_RARE = 0.01
"""The largest values share a group until it holds this part of the rows."""

_MISSING: Text = {"en": "missing", "pl": "brak"}
_UNDOCUMENTED: Text = {"en": "not documented", "pl": "nieudokumentowane"}
_YES_NO: tuple[Text, Text] = ({"en": "no", "pl": "nie"}, {"en": "yes", "pl": "tak"})
_LENGTH: dict[Language, str] = {"en": "Length of the text", "pl": "Długość tekstu"}
_CHARACTERS: Text = {"en": "characters", "pl": "znaków"}


@dataclass(frozen=True)
class Group:
    label: Text
    rows: NDArray[np.intp]
    """Places of its rows."""


@dataclass(frozen=True)
class Division:
    """The rows split by one thing. Every row is in exactly one group; no group is empty."""

    name: str
    label: Text
    is_input: bool
    groups: list[Group]


def divisions(card: Card, columns: Columns, aside: pd.DataFrame, attributes: tuple[Input, ...]) -> list[Division]:
    """Return the divisions by every input, then by every attribute that the model does not see."""
    found = []
    numeric = [field.name for field in card.inputs if field.type != "text"]
    for field in card.inputs:
        if field.type == "text":
            lengths = np.array([len(text) for text in columns.texts[field.name]], dtype=np.float64)
            found.append(_by_length(field, lengths, alone=len(columns.texts) == 1))
        else:
            found.append(_division(field, columns.matrix[:, numeric.index(field.name)], is_input=True))
    return found + [_division(field, _codes(field, aside[field.name]), is_input=False) for field in attributes]


def _division(field: Input, values: NDArray[np.float64], *, is_input: bool) -> Division:
    split = {"category": _by_category, "boolean": _by_truth}.get(field.type, _by_size)
    pairs = [*split(field, values), (_MISSING, np.isnan(values))]
    groups = [Group(label, np.flatnonzero(chosen)) for label, chosen in pairs if chosen.any()]
    return Division(field.name, field.label or field.name, is_input, groups)


def _by_length(field: Input, lengths: NDArray[np.float64], *, alone: bool) -> Division:
    """Split by the length of a text; where there are several texts, the division says which."""
    counted = Input(name=field.name, type="integer", unit=_CHARACTERS)
    label: Text = {
        language: _LENGTH[language] if alone else f"{_LENGTH[language]}, {say(field.label or field.name, language)}"
        for language in LANGUAGES
    }
    return Division(field.name, label, is_input=True, groups=_division(counted, lengths, is_input=True).groups)


def _codes(field: Input, values: "pd.Series[Any]") -> NDArray[np.float64]:
    """Return numbers as they are, and categories as their place among those that the field names, -1 for others."""
    if field.type != "category":
        return values.to_numpy(np.float64)
    places = {category.value: float(place) for place, category in enumerate(field.categories)}
    return np.array([places.get(str(value), -1.0) for value in values])


def _by_category(field: Input, codes: NDArray[np.float64]) -> list[tuple[Text, NDArray[np.bool_]]]:
    named = [(each.label or each.value, codes == place) for place, each in enumerate(field.categories)]
    return [*named, (_UNDOCUMENTED, codes < 0)]


def _by_truth(field: Input, values: NDArray[np.float64]) -> list[tuple[Text, NDArray[np.bool_]]]:  # noqa: ARG001
    return [(label, values == place) for place, label in enumerate(_YES_NO)]


def _by_size(field: Input, values: NDArray[np.float64]) -> list[tuple[Text, NDArray[np.bool_]]]:
    known = values[~np.isnan(values)]
    distinct = np.unique(known)
    if len(distinct) <= _MAX_VALUES and bool(np.all(distinct == np.round(distinct))):
        return _by_value(known, distinct, values)
    cuts = _quarters(known, whole=field.type == "integer").tolist()
    pairs = [(_words(field, "below", cuts[0]), values < cuts[0])]
    pairs += [(_words(field, "between", low, high), (values >= low) & (values < high)) for low, high in pairwise(cuts)]
    return [*pairs, (_words(field, "above", cuts[-1]), values >= cuts[-1])]


def _by_value(
    known: NDArray[np.float64], distinct: NDArray[np.float64], values: NDArray[np.float64]
) -> list[tuple[Text, NDArray[np.bool_]]]:
    """Return a group for each value; the rare largest ones share one."""
    top = len(distinct) - 1
    while top > 0 and np.mean(known >= distinct[top]) < _RARE:
        top -= 1
    bare = Input(name="", type="integer")
    pairs: list[tuple[Text, NDArray[np.bool_]]] = [
        (_words(bare, "exactly", value), values == value) for value in distinct[:top].tolist()
    ]
    if len(distinct):
        last = "exactly" if top == len(distinct) - 1 else "above"
        pairs.append((_words(bare, last, float(distinct[top])), values >= distinct[top]))
    return pairs


def _quarters(known: NDArray[np.float64], *, whole: bool) -> NDArray[np.float64]:
    """Return up to three cuts near the quartiles, with as few digits as tell them apart."""
    quartiles = np.quantile(known, [0.25, 0.5, 0.75])
    spread = quartiles[2] - quartiles[0] or known.max() - known.min() or 1.0
    digits = 1 - int(np.floor(np.log10(spread)))
    cuts = np.unique(np.round(quartiles, min(digits, 0) if whole else digits))
    return cuts[cuts > known.min()] if (cuts > known.min()).any() else cuts[-1:]


_FORMS: dict[str, dict[Language, str]] = {
    "exactly": {"en": "{low}", "pl": "{low}"},
    "below": {"en": "below {last}", "pl": "poniżej {last}"},
    "between": {"en": "{low} to {last}", "pl": "od {low} do {last}"},
    "above": {"en": "{last} or more", "pl": "{last} i więcej"},
}


def _words(field: Input, form: str, low: float, high: float | None = None) -> Text:
    """Return a group's name. Of whole numbers the highest inside is named, of others the lowest beyond."""
    if high is not None and field.type == "integer":
        high -= 1
        form = "exactly" if high == low else form
    return {
        language: _FORMS[form][language].format(
            low=number(low, language, field.shown_as),
            last=_with_unit(field, low if high is None else high, language),
        )
        for language in LANGUAGES
    }


def _with_unit(field: Input, value: float, language: Language) -> str:
    unit = say(field.unit, language)
    gap = "" if unit in {"", "%"} else " "
    return f"{number(value, language, field.shown_as)}{gap}{unit}"
