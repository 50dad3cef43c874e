"""Where the ticks of an axis stand: round numbers."""

_MAX_TICKS = 8
_FACTORS = (1, 2, 2.5, 5, 10, 20)


def round_numbers(low: float, high: float, max_ticks: int = _MAX_TICKS) -> list[float]:
    """Return round numbers between two ends, `max_ticks` at most: 0, 20, 40 …"""
    if high <= low:
        return [low]
    rough = (high - low) / (max_ticks - 1)
    size = 10.0 ** len(str(int(rough))) / 10 if rough >= 1 else 10.0 ** -len(str(int(1 / rough)))
    step = next(size * factor for factor in _FACTORS if size * factor >= rough)
    first = int(low / step) if low >= 0 else int(low / step) - 1
    return [float(f"{step * place:.12g}") for place in range(first, first + 2 * max_ticks) if low <= step * place <= high]
