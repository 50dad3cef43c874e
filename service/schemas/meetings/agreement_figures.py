"""How often people agree with a model, with the number of people and an interval."""

from typing import Annotated

from msgspec import Meta

from service.schemas.shape import Shape


class AgreementFigures(Shape, frozen=True):
    """How often people agree with one version of a model.

    An opinion is the last verdict of a person on a case: who says yes ten times to one case counts once. An entry without
    a person is an opinion, and a person, by itself.
    """

    model: str
    version: str
    entries: int
    """All entries, also the repeated ones."""
    people: int
    agree: int
    """The opinions with this verdict; so are the next two."""
    disagree: int
    unsure: int
    agreement: float | None
    """The share of `agree` among `agree` and `disagree`; null without any."""
    interval: Annotated[list[float], Meta(min_length=2, max_length=2)] | None
    """The 95 % interval of the agreement (Wilson): its low and its high end."""


class FeedbackFigures(Shape, frozen=True):
    """One item for each version, that of the newest entry first."""

    items: list[AgreementFigures]
