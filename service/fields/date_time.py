"""A date with time."""

import re
from datetime import UTC, datetime, timedelta

from service.errors import Fault
from service.fields.date import DateType, day_text
from service.fields.field_type import Numbers
from service.fields.value_grid import MAX_DAY
from wire.cells.text_style import DateOrder
from wire.cells.time_values import ISO_MOMENT, iso_moment
from wire.languages import Language

MS_PER_DAY = 86_400_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE, _HOUR = 1 / 1440, 1 / 24


class DateTimeType(DateType):
    """A date and time in ISO form, with an offset or in UTC; its number is the count of days since 1970-01-01 in UTC.

    Values have a precision of one millisecond; finer digits are cut off. A graph with 32-bit inputs has a precision of about
    three minutes in the years 2015 to 2059: of the 24 bits of a float, days since 1970 take 15.
    """

    expected = "a date and time such as 2026-11-29T14:30:00Z"
    frame_kind = "datetime"
    is_integral = False
    highest = MAX_DAY + (MS_PER_DAY - 1) / MS_PER_DAY
    json_format = "date-time"
    limit_form = re.compile(ISO_MOMENT)
    day_parts = (_MINUTE, 5 * _MINUTE, 15 * _MINUTE, _HOUR / 2, _HOUR, 3 * _HOUR, 6 * _HOUR, 12 * _HOUR)

    def parse(self, text: str) -> float:
        if not self.limit_form.fullmatch(text):
            raise ValueError("not in ISO form")
        moment = datetime.fromisoformat(text.upper())
        return _number(moment if moment.tzinfo else moment.replace(tzinfo=UTC))

    def iso_text(self, text: str, order: DateOrder | None) -> str:
        return iso_moment(text, order)

    def value(self, number: float) -> str:
        ms = round(number * MS_PER_DAY)
        text = (_EPOCH + timedelta(milliseconds=ms)).isoformat(timespec="milliseconds" if ms % 1000 else "seconds")
        return text.replace("+00:00", "Z")

    def range_fault(self, number: float) -> Fault:
        low, high = self.value(self.min_number), self.value(self.max_number)
        return Fault(self.name, "out_of_range", f"Expected a date and time from {low} to {high}.")

    def number_text(self, number: float, language: Language) -> str:
        moment = datetime.fromisoformat(self.value(number))
        return f"{day_text(moment, language, is_short=True)}, {moment:%H:%M} UTC"

    def cuts(self, quartiles: Numbers, digits: int) -> Numbers:
        return quartiles if digits > 0 else super().cuts(quartiles, digits)

    def datetime_value(self, value: datetime) -> str:
        return value.isoformat()


def _number(moment: datetime) -> float:
    since = moment - _EPOCH
    return ((since.days * 86_400 + since.seconds) * 1000 + since.microseconds // 1000) / MS_PER_DAY
