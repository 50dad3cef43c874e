"""A day of the calendar."""

import math
import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import msgspec
import numpy as np

from service.errors import BrokenBundle, Fault
from service.fields.field_type import Numbers, ParsedColumn, RangeType, Schema
from service.fields.value_grid import EPOCH_DAY, MAX_DAY, MIN_DAY, CalendarGrid, Grid, grid_between
from service.schemas import Input, Value
from wire.cells.text_style import DateOrder, TextStyle
from wire.cells.time_values import ISO_DATE, TimeOfDay, iso_date, parse_day
from wire.languages import Language

if TYPE_CHECKING:
    import pyarrow as pa

_MONTHS: dict[Language, str] = {
    "en": "January February March April May June July August September October November December",
    "pl": "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
}
_SHORT_MONTHS: dict[Language, str] = {
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    "pl": "sty lut mar kwi maj cze lip sie wrz paź lis gru",
}


class DateType(RangeType):
    """A date in ISO form, such as 2026-11-29; its number is the count of days since 1970-01-01.

    A value may be the midnight of its day, as programs write it; a limit of the card is a date alone.
    A 32-bit float holds every day of the years 1 to 9999 exactly.
    """

    expected = "a date such as 2026-11-29"
    json_types = frozenset({str})
    quick_type = str
    frame_kind: ClassVar[Literal["date", "datetime"]] = "date"
    is_integral = True
    lowest: ClassVar[float] = MIN_DAY
    highest: ClassVar[float] = MAX_DAY
    json_format: ClassVar[str] = "date"
    limit_form: ClassVar[re.Pattern[str]] = re.compile(ISO_DATE)
    day_parts: ClassVar[tuple[float, ...]] = ()

    def bound_schema(self) -> Schema:
        return {"type": "string", "format": self.json_format}

    def parse(self, text: str) -> float:
        """Return the number of a value in ISO form. Raises ValueError."""
        return float(parse_day(text).toordinal() - EPOCH_DAY)

    def parse_local(self, text: str, order: DateOrder | None) -> float:
        """Return the number of a value in ISO or local form. Raises ValueError, AmbiguousDate."""
        return self.parse(self.iso_text(text, order))

    def iso_text(self, text: str, order: DateOrder | None) -> str:
        """Return a value in ISO or local form in ISO form. Raises ValueError, AmbiguousDate."""
        return iso_date(text, order)

    def limit_number(self, limit: float | str) -> float | None:
        try:
            return self.parse(limit) if isinstance(limit, str) and self.limit_form.fullmatch(limit) else None
        except ValueError:
            return None

    def bound(self, number: float) -> str:
        return self.value(number)

    def json_schema(self) -> Schema:
        limits = {"formatMinimum": self.field.minimum, "formatMaximum": self.field.maximum}
        return self.bound_schema() | {name: limit for name, limit in limits.items() if limit is not None}

    def encode(self, values: Sequence[Any], faults: list[Fault]) -> Sequence[float | None]:
        numbers: list[float | None] = []
        for index, value in enumerate(values):
            number = None
            if value is not None:
                try:
                    number = self.parse(value)
                except TimeOfDay as error:
                    faults.append(Fault(self.name, "wrong_type", str(error), row=index))
                except ValueError:
                    faults.append(self.type_fault(index))
            numbers.append(number)
        return numbers

    def value(self, number: float) -> str:
        return date.fromordinal(EPOCH_DAY + math.floor(number)).isoformat()

    def range_fault(self, number: float) -> Fault:
        low, high = self.value(self.min_number), self.value(self.max_number)
        return Fault(self.name, "out_of_range", f"Expected a date from {low} to {high}.")

    def parse_text(self, array: "pa.Array", style: TextStyle) -> ParsedColumn:
        from service.fields.arrow_values import trimmed

        return self._parse_texts(trimmed(array), lambda text: self.parse_local(text, style.dates))

    def parse_arrow(self, array: "pa.Array") -> ParsedColumn:
        from service.fields.arrow_values import is_text, parse_date_column

        return self._parse_texts(array, self.parse) if is_text(array.type) else parse_date_column(self, array)

    def _parse_texts(self, array: "pa.Array", parse: Callable[[str], float]) -> ParsedColumn:
        from service.fields.arrow_values import parse_texts

        return parse_texts(array, parse)

    def grid(self, low: float, high: float, current: float = math.nan) -> Grid:
        """Return a grid of days; a date with time keeps the time of day of `current`. The step of the card is in days."""
        day_part = 0.0 if math.isnan(current) else current % 1
        if self.field.step:
            anchor = day_part if self.field.minimum is None else self.min_number
            return grid_between(low, high, step=float(self.field.step), anchor=anchor)
        return CalendarGrid(low, high, day_part, 1.0, ends=False, day_parts=self.day_parts)

    def number_text(self, number: float, language: Language) -> str:
        return day_text(date.fromordinal(EPOCH_DAY + math.floor(number)), language)

    def value_text(self, value: str, language: Language) -> str:
        return self.number_text(self.parse(value), language)

    def cuts(self, quartiles: Numbers, digits: int) -> Numbers:
        return np.floor(quartiles)

    def value_of_training(self, value: Any) -> Value:
        """Return a `datetime.date`, a timestamp of pandas, ISO text or a number of days in ISO form; NaT is null."""
        if value is None or value != value:  # noqa: PLR0124 - NaT and NaN
            return None
        if isinstance(value, datetime):
            return self.datetime_value(value)
        if isinstance(value, int | float):
            return self.value(float(value))
        return value if isinstance(value, str) else str(value.isoformat())

    def datetime_value(self, value: datetime) -> str:
        """Return a date with time in the form of a JSON request."""
        return value.date().isoformat()

    def training_numbers(self, values: Any) -> Numbers:
        faults: list[Fault] = []
        numbers = self.encode([self.value_of_training(value) for value in values], faults)
        if faults:
            raise BrokenBundle(f"{self.name[:64]} holds training values that are no dates")
        return np.array(numbers, dtype=np.float64)

    def pipeline_series(self, values: Any) -> Any:
        """Return days since 1970-01-01, or the values as they are if the card says that the pipeline takes dates."""
        return values if self.field.dtype else self.training_numbers(values)

    def describe(self, values: Numbers) -> Input:
        if np.isnan(values).all():
            return self.field
        seen = (self.value(float(np.nanmin(values))), self.value(float(np.nanmax(values))))
        return msgspec.structs.replace(self.field, seen=seen, default=self.value(float(np.nanmedian(values))))


def day_text(day: date, language: Language, *, is_short: bool = False) -> str:
    """Return a day in words: November 29, 2026; with `is_short`, Nov 29, 2026. The demo's pages write it so too."""
    month = (_SHORT_MONTHS if is_short else _MONTHS)[language].split()[day.month - 1]
    return f"{month} {day.day}, {day.year}" if language == "en" else f"{day.day} {month} {day.year}"
