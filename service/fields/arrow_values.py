"""Parse Arrow arrays into numbers and texts. The types import this module on first use, and pyarrow only with it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from service.errors import Fault, InvalidFile
from service.fields.field_type import Mask, Numbers, ParsedColumn
from service.fields.value_grid import MAX_DAY, MIN_DAY
from wire.cells.cell_values import FALSE_WORDS, NUMBER, PERCENT, PERCENT_SIGN, TRUE_WORDS, grouped_number, thousands_sign
from wire.cells.text_style import TextStyle
from wire.cells.time_values import AmbiguousDate, TimeOfDay

if TYPE_CHECKING:
    from service.fields.date import DateType
    from service.fields.field_type import FieldType

_NUMBER = f"^({NUMBER})$"
_UNITS_PER_DAY = {"s": 86_400, "ms": 86_400_000, "us": 86_400_000_000, "ns": 86_400_000_000_000}
_MS_PER_DAY = 86_400_000
_SECONDS_PER_DAY = 86_400
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MAX_ARROW_ZONE_SECONDS = int(datetime(2037, 12, 31, tzinfo=UTC).timestamp())
AMBIGUOUS_DATE = "Such a date may mean two days. Write 2026-12-31, or say ?dates=day_first or ?dates=month_first."


def to_float64(array: pa.Array) -> pa.Array:
    """Return numbers of any Arrow type as the nearest doubles, as a JSON parser does.

    Arrow multiplies a decimal by a power of ten, which makes 0.5700000000000001 of 0.57. The way through text is exact.
    """
    if pa.types.is_decimal(array.type):
        array = array.cast(pa.string())
    return array.cast(pa.float64(), safe=False)


def with_points(array: pa.Array) -> pa.Array:
    """Replace decimal commas with points. A point is replaced too, so that such a cell stays invalid."""
    return pc.replace_substring(pc.replace_substring(array, ".", "·"), ",", ".")


def is_text(kind: pa.DataType) -> bool:
    """Return whether a column holds strings (or only nulls), in any layout."""
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    texts = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view, pa.types.is_null)
    return any(is_kind(kind) for is_kind in texts)


def wrong_column(field: "FieldType", kind: Any) -> InvalidFile:
    """Return the error for a column of a type that the field does not take."""
    message = f"The column holds {str(kind).partition('<')[0]}, not {field.expected}."
    return InvalidFile(
        f"The column {field.name} has another type than the model needs.", faults=[Fault(field.name, "wrong_type", message)]
    )


def trimmed(array: pa.Array) -> pa.Array:
    """Return the cells of a text file without spaces around them; an empty one is null."""
    array = pc.utf8_trim_whitespace(array)
    return pc.if_else(pc.equal(array, ""), None, array)


def is_null(array: pa.Array) -> Mask:
    """Return the mask of nulls (rows,)."""
    return np.asarray(pc.is_null(array)) if array.null_count else np.zeros(len(array), dtype=np.bool_)


def floats(array: pa.Array) -> Numbers:
    """Return a column of doubles as a numpy array; null is NaN."""
    return np.asarray(array.to_numpy(zero_copy_only=False), dtype=np.float64)


def no_wrong_values(array: pa.Array) -> Mask:
    """Return a mask without wrong values (rows,)."""
    return np.zeros(len(array), dtype=np.bool_)


def parse_number_column(field: "FieldType", array: pa.Array) -> ParsedColumn:
    """Return a column of integers, floats or decimals. Raises InvalidFile for another type."""
    kind = array.type
    if not (pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind) or pa.types.is_null(kind)):
        raise wrong_column(field, kind)
    return ParsedColumn(floats(to_float64(array)), is_null(array), no_wrong_values(array))


def parse_number_text(array: pa.Array, style: TextStyle, *, is_percent: bool = False) -> ParsedColumn:
    """Return the numbers in a column of strings; with `is_percent`, 62% is 0.62. Words and other signs are wrong values."""
    array = trimmed(array)
    null, numbers = is_null(array), with_points(array) if style.decimal == "comma" else array
    fits = pc.match_substring_regex(numbers, _NUMBER)
    if not pc.all(fits).as_py():
        numbers = _plain_numbers(array, style, is_percent=is_percent)
        fits = pc.match_substring_regex(numbers, _NUMBER)
    plain = pc.replace_substring_regex(pc.if_else(fits, numbers, None), r"^\+", "")
    return ParsedColumn(floats(plain.cast(pa.float64())), null, ~np.asarray(pc.fill_null(fits, fill_value=False)) & ~null)


def _plain_numbers(array: pa.Array, style: TextStyle, *, is_percent: bool) -> pa.Array:
    """Return cells as `plain_number` writes them, without signs between thousands and per cent signs."""
    hundredth = pc.and_(pc.match_substring_regex(array, f"^({PERCENT})$"), is_percent)
    numbers = pc.if_else(hundredth, pc.replace_substring_regex(array, PERCENT_SIGN, ""), array)
    grouped = pc.match_substring_regex(numbers, f"^({grouped_number(style)})$")
    numbers = pc.if_else(grouped, pc.replace_substring_regex(numbers, thousands_sign(style), ""), numbers)
    numbers = with_points(numbers) if style.decimal == "comma" else numbers
    return pc.if_else(hundredth, pc.binary_join_element_wise(numbers, "e-2", ""), numbers)


def parse_boolean_column(field: "FieldType", array: pa.Array) -> ParsedColumn:
    """Return a column of booleans, or of strings such as "yes" and "0". Raises InvalidFile for another type."""
    if pa.types.is_boolean(array.type):
        return ParsedColumn(floats(pc.if_else(array, 1.0, 0.0)), is_null(array), no_wrong_values(array))
    if pa.types.is_null(array.type):
        return ParsedColumn(np.full(len(array), np.nan), is_null(array), no_wrong_values(array))
    if not is_text(array.type):
        raise wrong_column(field, array.type)
    lower, null = pc.utf8_lower(array.cast(pa.string())), is_null(array)
    true, false = (np.asarray(pc.is_in(lower, pa.array(words))) for words in (TRUE_WORDS, FALSE_WORDS))
    return ParsedColumn(np.where(true, 1.0, 0.0), null, ~(true | false) & ~null)


def parse_text_column(field: "FieldType", array: pa.Array) -> tuple[list[str], NDArray[np.bool_]]:
    """Return a column of text, null as "", and the mask of nulls. Raises InvalidFile for another type."""
    if not is_text(array.type):
        raise wrong_column(field, array.type)
    cells: list[str] = pc.fill_null(array.cast(pa.string()), "").to_pylist()
    return cells, is_null(array)


def parse_texts(array: pa.Array, parse: Callable[[str], float]) -> ParsedColumn:
    """Apply `parse` to each distinct string. A ValueError of `parse` marks the value as wrong."""
    null = is_null(array)
    if pa.types.is_null(array.type):
        return ParsedColumn(np.full(len(array), np.nan), null, no_wrong_values(array))
    encoded = array.cast(pa.string()).dictionary_encode()
    values = np.full(len(encoded.dictionary) + 1, np.nan)
    reasons: dict[int, str] = {}
    for index, text in enumerate(encoded.dictionary.to_pylist()):
        try:
            values[index] = parse(text)
        except (AmbiguousDate, TimeOfDay) as error:
            reasons[index] = AMBIGUOUS_DATE if isinstance(error, AmbiguousDate) else str(error)
        except ValueError:
            continue
    indices = np.asarray(encoded.indices.fill_null(len(encoded.dictionary)))
    null = indices == len(encoded.dictionary)
    numbers = values[indices]
    messages = {row: reasons[index] for row, index in enumerate(indices.tolist()) if index in reasons} if reasons else {}
    return ParsedColumn(numbers, null, np.isnan(numbers) & ~null, messages)


def parse_date_column(field: "DateType", array: pa.Array) -> ParsedColumn:
    """Return a column of dates or timestamps. Raises InvalidFile for another type.

    A timestamp without a zone is in UTC. For a field of days, a timestamp with a zone gives the date in that zone.
    """
    kind = array.type
    if pa.types.is_timestamp(kind) and not field.is_integral:
        days = _days(array)
    elif has_days(kind):
        try:
            days = calendar_days(array).astype(np.float64)
        except pa.ArrowException as error:  # a zone that does not exist
            raise wrong_column(field, kind) from error
    else:
        raise wrong_column(field, kind)
    null = is_null(array)
    return ParsedColumn(np.where(null, np.nan, days), null, no_wrong_values(array))


def has_days(kind: pa.DataType) -> bool:
    """Return whether a column holds dates or timestamps."""
    return bool(pa.types.is_date(kind) or pa.types.is_timestamp(kind))


def calendar_days(array: pa.Array) -> NDArray[np.int64]:
    """Return dates and timestamps as days since 1970-01-01; null is any number.

    A timestamp with a zone gives the day in that zone, any other the day in UTC. Raises pa.ArrowException if the zone does
    not exist.
    """
    if pa.types.is_date32(array.type):
        return _integers(array, np.int32)
    if pa.types.is_date64(array.type):
        return _integers(array, np.int64) // _MS_PER_DAY
    seconds = _seconds(array)
    return (_local_seconds(array, seconds) if array.type.tz else seconds) // _SECONDS_PER_DAY


def _days(array: pa.Array) -> Numbers:
    """Return timestamps as days, to the millisecond."""
    units = _UNITS_PER_DAY[array.type.unit]
    moments = _integers(array, np.int64)
    if units <= _MS_PER_DAY:  # a float cannot overflow here, and within the calendar it is exact
        return np.asarray(moments.astype(np.float64) / units)
    return np.asarray((moments // (units // _MS_PER_DAY)).astype(np.float64) / _MS_PER_DAY)


def _seconds(array: pa.Array) -> NDArray[np.int64]:
    """Return timestamps as whole seconds since 1970-01-01 in UTC."""
    return _integers(array, np.int64) // (_UNITS_PER_DAY[array.type.unit] // _SECONDS_PER_DAY)


def _local_seconds(array: pa.Array, seconds: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return timestamps with a zone as seconds of that zone's calendar; times outside of the calendar stay in UTC."""
    days = seconds // _SECONDS_PER_DAY
    inside = (days > MIN_DAY + 1) & (days < MAX_DAY - 1)
    local = _seconds(pc.local_timestamp(pc.if_else(pa.array(inside), array, None)))
    return _correct_late_seconds(np.where(inside, local, seconds), seconds, inside, array.type.tz)


def _correct_late_seconds(
    local: NDArray[np.int64], seconds: NDArray[np.int64], inside: NDArray[np.bool_], zone: str
) -> NDArray[np.int64]:
    """Correct local times after 2037, because Arrow knows summer time only until then."""
    late = np.flatnonzero(inside & (seconds > _MAX_ARROW_ZONE_SECONDS))
    if not late.size or zone[0] in "+-":
        return local
    try:
        time_zone = ZoneInfo(zone)
    except (ValueError, OSError, ZoneInfoNotFoundError):  # the machine has no time zone data
        return local
    for index in late:
        moment = (_EPOCH + timedelta(seconds=int(seconds[index]))).astimezone(time_zone)
        local[index] = seconds[index] + (moment.utcoffset() or timedelta()) // timedelta(seconds=1)
    return local


def _integers(array: pa.Array, width: "type[np.int32 | np.int64]") -> NDArray[np.int64]:
    """Return the integers that Arrow stores; null is 0."""
    stored = array.view(pa.int32() if width is np.int32 else pa.int64())
    return np.asarray(stored.fill_null(0)).astype(np.int64)
