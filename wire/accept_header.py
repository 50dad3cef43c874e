"""Reads the headers Accept and Accept-Language: values separated by commas, each with an optional quality `q` (RFC 9110)."""

_MAX_CHARACTERS = 1000


def preferences(header: str) -> list[str]:
    """Return the values of a header in lower case, the preferred first; equal ones stay in their order.

    A value without `q` has the quality 1. A value whose `q` is 0, or is not a number from 0 to 1, is left out.
    """
    rated = []
    for entry in header[:_MAX_CHARACTERS].lower().split(","):
        value, *parameters = (part.strip() for part in entry.split(";"))
        rated.append((_quality(parameters), value))
    return [value for quality, value in sorted(rated, key=lambda each: -each[0]) if quality > 0]


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, text = parameter.partition("=")
        if name.strip() == "q":
            try:
                quality = float(text)
            except ValueError:
                return 0.0
            return quality if 0 <= quality <= 1 else 0.0
    return 1.0
