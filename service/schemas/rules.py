"""Rules between the fields of a row, as data with a fixed vocabulary: what cannot be true of one case at once."""

import msgspec

from service.schemas.shape import Published, Text, Value


class Condition(Published, frozen=True):
    """A range of one field with its ends, or one value. A date is in ISO form."""

    field: str
    minimum: float | str | None = None
    maximum: float | str | None = None
    equals: Value = None


class Implies(Published, frozen=True, tag="implies", tag_field="kind"):
    """If one field is in a range, another field is in a range too."""

    if_: Condition = msgspec.field(name="if")
    then: Condition
    sentence: Text
    """The rule for people, such as "A client with late months has a worst delay of 1 month or more."."""


class AtMost(Published, frozen=True, tag="at_most", tag_field="kind"):
    """The value of `lower` is at most `factor` times the value of `upper`, plus `tolerance` for rounded values."""

    lower: str
    upper: str
    sentence: Text
    factor: float = 1.0
    tolerance: float = 0.0


class Sum(Published, frozen=True, tag="sum", tag_field="kind"):
    """The sum of `fields` is `total`: the name of a field, or a number. It may differ by `tolerance`."""

    fields: tuple[str, ...]
    total: str | float
    sentence: Text
    tolerance: float = 0.0


Rule = Implies | AtMost | Sum
"""A rule does not apply to a row in which one of its fields is null."""
