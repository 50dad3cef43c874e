"""Where the ticks of an axis stand: round numbers, or round days of the calendar."""

from datetime import date, timedelta

_MAX_TICKS = 8
_FACTORS = (1, 2, 2.5, 5, 10, 20)
_EPOCH = date(1970, 1, 1)
_HOURS, _DAYS, _MONTHS, _YEARS = (1, 2, 3, 6, 12), (1, 2, 7, 14), (1, 2, 3, 6), (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
_DAYS_A_YEAR = 365
_MONDAY = 4
"""The first Monday of 1970 in days since its first day."""
_MAX_YEAR = 9999


def round_numbers(low: float, high: float, max_ticks: int = _MAX_TICKS) -> list[float]:
    """Return round numbers between two ends, `max_ticks` at most: 0, 20, 40 …"""
    if high <= low:
        return [low]
    rough = (high - low) / (max_ticks - 1)
    size = 10.0 ** len(str(int(rough))) / 10 if rough >= 1 else 10.0 ** -len(str(int(1 / rough)))
    step = next(size * factor for factor in _FACTORS if size * factor >= rough)
    first = int(low / step) if low >= 0 else int(low / step) - 1
    return [float(f"{step * number:.12g}") for number in range(first, first + 2 * max_ticks) if low <= step * number <= high]


def round_counts(high: int, max_ticks: int = _MAX_TICKS) -> list[float]:
    """Return round whole numbers from 0 to `high`, `max_ticks` at most."""
    return [tick for tick in round_numbers(0, high, max_ticks) if tick.is_integer()]


def calendar_days(low: float, high: float, max_ticks: int = _MAX_TICKS) -> list[float]:
    """Return round moments between two ends, in days since 1970: hours, days, Mondays, firsts of months or of years."""
    if high <= low:
        return [low]
    rough = (high - low) / (max_ticks - 1)
    for step in [hours / 24 for hours in _HOURS] if high - low < 1 else map(float, _DAYS):
        if step >= rough:
            start = _MONDAY if step % 7 == 0 else 0
            first = int((low - start) // step)
            ticks = [start + step * number for number in range(first, first + max_ticks + 2)]
            return [tick for tick in ticks if low <= tick <= high] or [low]
    months = [*_MONTHS, *(12 * years for years in _YEARS)]
    step_months = next((each for each in months if each * _DAYS_A_YEAR / 12 >= rough), months[-1])
    begin, end = _EPOCH + timedelta(days=int(low)), _EPOCH + timedelta(days=int(high))
    ticks = []
    for month in range(begin.year * 12 // step_months * step_months, (end.year + 1) * 12, step_months):
        year, index = divmod(month, 12)
        if 1 <= year <= _MAX_YEAR:
            tick = float((date(year, index + 1, 1) - _EPOCH).days)
            ticks += [tick] if low <= tick <= high else []
    return ticks or [low]
