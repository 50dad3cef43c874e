"""The interface of all types of input fields.

A model takes one float column for each field of the channel `numbers`, strings for each field of the channel `texts`, and
one array for each field of the channel `arrays` (`service.fields.arrays.array_type`).
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, cast

import numpy as np
from numpy.typing import NDArray

from service.errors import BrokenBundle, Fault
from service.fields.value_grid import Grid
from service.fields.value_wording import NOT_KNOWN
from service.schemas import Card, Input, Text, Value
from wire.cells.text_style import TextStyle
from wire.languages import LANGUAGES, Language

Numbers = NDArray[np.float64]
Mask = NDArray[np.bool_]
Schema = dict[str, Any]


@dataclass(frozen=True)
class ParsedColumn:
    """A column of a file as numbers; NaN for values that are not numbers."""

    values: Numbers
    null: Mask
    wrong: Mask
    """The mask of values that do not have the type of the field."""
    messages: dict[int, str] = field(default_factory=dict)
    """Row index → a message that explains more than "Expected …"."""


class FieldType(ABC):
    """One input field with the behaviour of its type."""

    expected: ClassVar[str]
    """The description of a right value in error messages."""
    json_types: ClassVar[frozenset[type]]
    """The Python types of the JSON values that are accepted."""
    quick_type: ClassVar[type]
    """The type that msgspec decodes a JSON value to in the quick reader."""
    may_hold_quotes: bool = False
    """An accepted value can hold a quote."""
    frame_kind: ClassVar[Literal["number", "boolean", "category", "date", "datetime", "text", "image", "vector"]]
    """How the data frame of a fitted model holds the field (`model_worker.frame`)."""
    has_decimal_sign: ClassVar[bool] = False
    """Values in a text file are written with a decimal point or comma."""

    def __init__(self, field: Input) -> None:
        """Raise BrokenBundle if the card has limits of another type."""
        self.field = field
        self.name = field.name
        self.nullable = field.nullable

    def card_fault(self) -> str | None:
        """Return what is wrong with the field in the card, as the end of a sentence, or None."""
        return None

    def type_fault(self, row: int | None = None) -> Fault:
        """Return the fault of a value of another type."""
        return Fault(self.name, "wrong_type", f"Expected {self.expected}.", row=row)

    def missing_fault(self, row: int | None = None) -> Fault:
        """Return the fault of a value that is absent, null or an empty cell."""
        return Fault(self.name, "missing_field", "This field is missing.", row=row)

    @abstractmethod
    def json_schema(self) -> Schema:
        """Return the JSON schema of a value that is not null."""

    def text(self, value: Value, language: Language) -> str:
        """Return a value with its unit in a language: 62%, 50,000 NT$, very good, yes."""
        return NOT_KNOWN[language] if value is None else self.value_text(value, language)

    @abstractmethod
    def value_text(self, value: Any, language: Language) -> str:
        """Return a value that is not null with its unit in a language."""

    def value_of_training(self, value: Any) -> Value:
        """Return a value of a training table in the form of a JSON request."""
        if isinstance(value, float):
            return None if math.isnan(value) else int(value) if value.is_integer() else value
        plain: Value = value
        return plain


class NumbersType(FieldType):
    """A field of the channel `numbers`: its values are one float column. Null is NaN."""

    is_plain: ClassVar[bool] = False
    """The JSON values are the numbers of the column, without a conversion."""
    size: int = 0
    """The number of values of a field without an order (they are 0, 1, …), or 0 for a field with a range."""
    unseen: tuple[float, ...] = ()
    """The numbers of a field without an order that no training row has."""
    warning: ClassVar[Literal["outside_training_range", "unseen_category"]] = "outside_training_range"
    """The code of the warning for a value that was not seen in training."""
    min_number: float
    max_number: float
    """The least and the greatest number that is accepted."""
    min_seen: float = -math.inf
    max_seen: float = math.inf
    """The range of the training rows."""

    @abstractmethod
    def encode(self, values: Sequence[Any], faults: list[Fault]) -> Sequence[float | None]:
        """Return one number for each value of the right JSON type (null: None); add the faults to `faults`."""

    def encode_quick(self, values: Sequence[Any]) -> Sequence[float]:
        """Return one number for each value that msgspec decoded. Raises ValueError if `encode` finds a fault."""
        faults: list[Fault] = []
        numbers = self.encode(values, faults)
        if faults:
            raise ValueError(faults[0].message)
        return (
            [math.nan if number is None else number for number in numbers]
            if self.nullable
            else cast("Sequence[float]", numbers)
        )

    @abstractmethod
    def value(self, number: float) -> Value:
        """Return the JSON value for a number of the column that is not NaN."""

    @abstractmethod
    def range_fault(self, number: float) -> Fault:
        """Return the fault of a number below `min_number` or above `max_number`."""

    @abstractmethod
    def parse_text(self, array: Any, style: TextStyle) -> ParsedColumn:
        """Return a column of a text file (an Arrow array of strings) as numbers; an empty cell is null."""

    @abstractmethod
    def parse_arrow(self, array: Any) -> ParsedColumn:
        """Return a column of an Arrow or Parquet file as numbers. Raises InvalidFile if it has another type."""

    @abstractmethod
    def describe(self, values: Numbers) -> Input:
        """Return the field with seen values and a default from the training rows. If all are NaN, it stays as it is."""

    @abstractmethod
    def training_numbers(self, values: Any) -> Numbers:
        """Return a pandas series of a training table as numbers of the column."""

    def pipeline_series(self, values: Any) -> Any:
        """Return a pandas series of a training table in the form that the scikit-learn pipeline takes."""
        return values

    @property
    def choices(self) -> list[float]:
        """Every number of a field without an order."""
        return list(map(float, range(self.size)))

    def choice_label(self, choice: float) -> Text:
        """Return the label of one of the `choices` in all languages."""
        return {language: self.text(self.value(choice), language) for language in LANGUAGES}

    def number(self, value: Value) -> float:
        """Return a checked value as a number of the column; null is NaN."""
        return math.nan if value is None else float(self.encode_quick([value])[0])

    def values(self, numbers: Numbers) -> list[Value]:
        """Return the JSON value for each number of a column; NaN is null."""
        return [None if math.isnan(number) else self.value(number) for number in numbers.tolist()]


class RangeType(NumbersType):
    """A field whose values have an order and steps between them."""

    is_integral: ClassVar[bool] = False
    """All numbers are whole numbers."""

    def __init__(self, field: Input) -> None:
        super().__init__(field)
        self.min_number = self.lowest if field.minimum is None else self._card_number(field.minimum)
        self.max_number = self.highest if field.maximum is None else self._card_number(field.maximum)
        if field.seen is not None:
            self.min_seen, self.max_seen = map(self._card_number, field.seen)

    lowest: ClassVar[float]
    highest: ClassVar[float]
    """The limits if the card has none."""

    @abstractmethod
    def limit_number(self, limit: float | str) -> float | None:
        """Return a limit of the card or of a request as a number of the column, or None if it has another type."""

    def _card_number(self, limit: float | str) -> float:
        number = self.limit_number(limit)
        if number is None:
            raise BrokenBundle(f"{self.name[:64]} has a limit that is not {self.expected}")
        return number

    @abstractmethod
    def bound_schema(self) -> Schema:
        """Return the JSON schema of a limit."""

    @abstractmethod
    def bound(self, number: float) -> float | str:
        """Return a limit in the form of cards and answers."""

    @abstractmethod
    def grid(self, low: float, high: float, current: float = math.nan) -> Grid:
        """Return a grid of round values between two numbers. `current` is the number of the row, or NaN."""

    def seen_grid(self, card: Card, current: float = math.nan) -> Grid:
        """Return a grid over the seen range, extended to `current` if that is not NaN."""
        low, high = self.seen_range(card, current)
        low, high = max(self.min_number, np.fmin(low, current)), min(self.max_number, np.fmax(high, current))
        return self.grid(float(low), float(high), current)

    def change_grid(self, card: Card, current: float) -> Grid:
        """Return a grid of the values that a recommendation may set, for a row whose number is `current` (NaN: unknown)."""
        low, high = self.seen_range(card)
        return self.grid(max(self.min_number, low), min(self.max_number, high), current)

    def seen_range(self, card: Card, current: float = math.nan) -> tuple[float, float]:
        """Return the seen range of the card, or else its limits, or else the range of the values in its rows."""
        if self.field.seen is not None:
            return self.min_seen, self.max_seen
        rows = [*(example.row for example in card.examples), *card.real_rows]
        values = [self.field.default, *(row.get(self.name) for row in rows)]
        numbers = self.encode([value for value in values if type(value) in self.json_types], [])
        present = [number for number in (*numbers, current) if number is not None and math.isfinite(number)] or [0.0]
        low = min(present) if self.field.minimum is None else self.min_number
        high = max(present) if self.field.maximum is None else self.max_number
        return low, max(low, high)

    @abstractmethod
    def number_text(self, number: float, language: Language) -> str:
        """Return a number of the column in a language, without the unit."""

    def without_unit(self) -> "RangeType":
        """Return the field without unit and percent sign in its texts."""
        return self

    def cuts(self, quartiles: Numbers, digits: int) -> Numbers:
        """Return quartiles rounded to `digits` decimals, as bounds of groups."""
        return np.round(quartiles, min(digits, 0) if self.is_integral else digits)

    def card_fault(self) -> str | None:
        return "has a minimum above its maximum" if self.min_number > self.max_number else None
