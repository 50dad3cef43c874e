"""One column of a sample → one field of a card: its type, its range, its step, its categories."""

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import msgspec
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api import types

from service.bundles.texts.language import common_language
from service.fields.category import CategoryType, category_text
from service.fields.integer import MAX_EXACT_INTEGER
from service.fields.lookup import TYPES, type_of
from service.fields.number import NumberType
from service.fields.text import TextType
from service.publishing.drafting.arrays.array_cells import is_array_column, read_arrays
from service.publishing.drafting.arrays.array_fields import array_input
from service.publishing.drafting.findings import CannotDraft, nearest
from service.publishing.plain_rows import shown_number
from service.schemas import Category, Input
from wire.field_types import FieldTypeName

MAX_CATEGORIES = 50
"""Texts with more distinct values are categories only if an encoder of the model knows them."""
MAX_CATEGORY_CHARACTERS = 64
MAX_CATEGORY_SHARE = 0.5
"""The greatest share of distinct values among the rows of a column of categories."""
SEEN_QUANTILE = 0.001
"""So small a share of the rows lies below the seen range of a field, and above it."""
MAX_COLUMNS_OF_QUANTILES = 25
"""Of more columns the share is smaller: else nearly every row of a wide table has a value outside."""
_MIN_ROWS_OF_QUANTILES = 1000
"""With fewer rows, the range of all rows is as good."""
_MAX_DECIMALS = 4
_MAX_STEPS = 10_000
_EXACT_DOUBLE = 2.0**53
"""A double holds every whole number up to this one."""
_UNIT = re.compile(r"(?P<label>.+?)[ _]*[(\[](?P<unit>[^()\[\]]{1,12})[)\]]")
_PLAIN_UNIT = re.compile(r"(?P<label>.+?)[ _](?:(?P<currency>eur|usd|gbp|chf|pln)|(?P<unit>kg|km|cm|mm))", re.IGNORECASE)
_SHARE = re.compile(r"(?:^|[_ ])(share|ratio|rate|probability|prob|fraction|proportion)(?:$|[_ ])", re.IGNORECASE)
_COUNT = re.compile(
    r"(?:^|[_ ])(count|counts|number|num|n|nb|qty|quantity|age|years|months|weeks|days)(?:$|[_ ])", re.IGNORECASE
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def draft_input(
    name: str,
    values: "pd.Series[Any]",
    *,
    known: Sequence[Any] | None = None,
    is_text: bool = False,
    kind: FieldTypeName | None = None,
    columns: int = 1,
) -> Input:
    """Return the field for a column of a sample that has so many columns.

    `known` are the categories that the model's encoder knows (none, if it reads categories without a list). `is_text` tells
    that a vectorizer reads the column. `kind` is the type that a person chose. Raises CannotDraft if no field has its type.
    """
    label, unit = label_of(name)
    field = Input(
        name=name,
        type="number",
        label=label,
        unit=unit,
        nullable=bool(values.isna().any()),
        dtype=_dtype(values),
    )
    if kind is not None and kind not in TYPES:
        raise CannotDraft(f"card.toml gives {name!r} the type {kind!r}, which does not exist. {nearest(kind, TYPES)}")
    if is_array_column(values):
        return array_input(field, read_arrays(name, values), kind)
    present = values.dropna()
    field = _replace(field, type=kind or field_type(name, values, known=known, is_text=is_text))
    behaviour = type_of(field)
    if isinstance(behaviour, CategoryType):
        return _replace(field, categories=_categories(values, present, known or ()))
    if isinstance(behaviour, NumberType):
        quantile = SEEN_QUANTILE * min(1.0, MAX_COLUMNS_OF_QUANTILES / columns)
        return _with_range(field, behaviour.training_numbers(values), quantile, is_integral=behaviour.is_integral)
    if isinstance(behaviour, TextType):
        texts = present.astype(str)
        longest = max(map(len, texts), default=0)
        is_nullable = field.nullable or not all(map(str.strip, texts))
        length = max(field.max_length, 2 * longest)
        return _replace(field, max_length=length, nullable=is_nullable, language=common_language(texts.tolist()))
    return field


def _dtype(values: "pd.Series[Any]") -> str:
    """Return the type of a column. Numbers that are objects have that of numbers: a category that is an object is a text."""
    inferred = values.infer_objects().dtype
    return str(inferred if types.is_numeric_dtype(inferred) and values.notna().any() else values.dtype)


def _replace(field: Input, **changes: Any) -> Input:
    return msgspec.structs.replace(field, **changes)


def label_of(name: str) -> tuple[str, str]:
    """Return a name as words, and the unit that it ends with: "sepal length (cm)" is Sepal length, in cm.

    A few units need no brackets: price_eur is Price, in EUR.
    """
    match = _UNIT.fullmatch(name) or _PLAIN_UNIT.fullmatch(name)
    unit = "" if match is None else match["unit"] or match["currency"].upper()
    words = _CAMEL.sub(" ", match["label"] if match else name)
    words = " ".join(re.split(r"[\s_.]+", words)).strip()
    if words.isupper() and len(words) > 4:  # noqa: PLR2004 - short ones are abbreviations
        words = words.lower()
    return (words[:1].upper() + words[1:]) or name, unit


def field_type(
    name: str, values: "pd.Series[Any]", *, known: Sequence[Any] | None = None, is_text: bool = False
) -> FieldTypeName:
    """Return the type of the field for a column. Raises CannotDraft."""
    present = values.dropna()
    dtype = values.dtype
    if is_text:
        return "text"
    kinds = set(map(type, present.tolist())) if types.is_object_dtype(dtype) else set()
    if types.is_bool_dtype(dtype) or (kinds and kinds <= {bool, np.bool_}):
        return "boolean"
    if known is not None or isinstance(dtype, pd.CategoricalDtype):
        return "category"
    if types.is_integer_dtype(dtype) or types.is_float_dtype(dtype):
        return "integer" if types.is_integer_dtype(dtype) or _is_whole_with_gaps(values, present) else "number"
    if types.is_datetime64_any_dtype(dtype):
        return "date" if bool((present == present.dt.normalize()).all()) else "datetime"
    if types.is_string_dtype(dtype) or types.is_object_dtype(dtype):
        return _type_of_objects(name, present, kinds or {str})
    raise CannotDraft(f"The column {name!r} holds {dtype}, which no field of a card has. Leave it out of the model.")


def _is_whole_with_gaps(values: "pd.Series[Any]", present: "pd.Series[Any]") -> bool:
    """Tell whether a column of floats is one of whole numbers that pandas made floats because some are missing."""
    return 0 < len(present) < len(values) and bool((present == present.round()).all())


def _type_of_objects(name: str, present: "pd.Series[Any]", kinds: set[type]) -> FieldTypeName:
    if not len(present):
        return "text"
    if kinds <= {date, datetime, pd.Timestamp}:
        return "date" if kinds == {date} else "datetime"
    if not kinds <= {str}:
        words = ", ".join(sorted(kind.__name__ for kind in kinds))
        raise CannotDraft(f"The column {name!r} mixes values of several kinds ({words}). Give it one type before the fit.")
    if present.map(lambda text: bool(_ISO_DAY.fullmatch(text))).all():
        return "date"
    distinct = present.nunique()
    longest = int(present.str.len().max())
    if distinct > MAX_CATEGORIES or longest > MAX_CATEGORY_CHARACTERS:
        return "text"
    return "text" if distinct > max(2, MAX_CATEGORY_SHARE * len(present)) and len(present) > MAX_CATEGORIES else "category"


def _categories(values: "pd.Series[Any]", present: "pd.Series[Any]", known: Sequence[Any]) -> tuple[Category, ...]:
    """Return the categories of the type, then those that the encoder knows, in its order, then those of the sample."""
    of_type = values.dtype.categories.tolist() if isinstance(values.dtype, pd.CategoricalDtype) else []
    seen = set(map(category_text, present.unique().tolist()))
    ordered = [category_text(each) for each in (*of_type, *known)]
    names = dict.fromkeys([*ordered, *sorted(seen - set(ordered), key=_natural)])
    return tuple(Category(value=name, seen=name in seen) for name in names)


def _natural(text: str) -> tuple[float, str]:
    try:
        return float(text), text
    except ValueError:
        return np.inf, text


def _with_range(field: Input, numbers: NDArray[np.float64], quantile: float, *, is_integral: bool) -> Input:
    """Return a field of numbers with its seen range, its step, and the limits that are certain."""
    finite = numbers[np.isfinite(numbers)]
    if not len(finite):
        return field
    is_whole = bool((finite == np.round(finite)).all())
    low, high = float(finite.min()), float(finite.max())
    is_share = _has_name(_SHARE, field) and low >= 0 and high <= 1
    minimum = 0.0 if low >= 0 and (is_share or _has_name(_COUNT, field)) else None
    maximum = 1.0 if is_share else None
    if is_integral and max(abs(low), abs(high)) > MAX_EXACT_INTEGER:
        minimum, maximum = (-_EXACT_DOUBLE if minimum is None else minimum), _EXACT_DOUBLE
    if len(finite) >= _MIN_ROWS_OF_QUANTILES:
        quantiles = np.quantile(finite, (quantile, 1 - quantile), method="nearest")
        low, high = float(quantiles[0]), float(quantiles[1])
    step = _step(finite, is_whole=is_whole, span=high - low)
    seen = min(low, shown_number(low)), max(high, shown_number(high))  # the rows at the ends are inside
    return _replace(field, minimum=minimum, maximum=maximum, seen=seen, step=step)


def _has_name(pattern: re.Pattern[str], field: Input) -> bool:
    return bool(pattern.search(_CAMEL.sub("_", field.name)))


def _step(numbers: NDArray[np.float64], *, is_whole: bool, span: float) -> float | None:
    """Return the step between values that a person would type; None if the values have too many decimals."""
    if is_whole:
        step = 1.0
        while span / step > _MAX_STEPS and not (numbers % (10 * step)).any():
            step *= 10
        return step
    for decimals in range(1, _MAX_DECIMALS + 1):
        if np.isclose(numbers, np.round(numbers, decimals), rtol=1e-9, atol=0).all():
            step = 10.0**-decimals
            return float(f"{step:.{decimals}f}") if span / step <= _MAX_STEPS * 100 else None
    return None
