"""Which of the cases whose right answer people named each version gets right."""

from typing import Annotated

from msgspec import Meta

from service.schemas.meetings.feedback import RightAnswer
from service.schemas.shape import Row, Shape

MAX_CANDIDATES = 4


class Candidate(Shape, frozen=True):
    """A version of a model; without one, the version that is served now."""

    model: str
    version: str | None = None


class CaseComparisonRequest(Shape, frozen=True):
    """`model` is the one whose cases are answered: by its own versions, or by another model with the same fields."""

    model: str
    candidates: Annotated[list[Candidate], Meta(min_length=1, max_length=MAX_CANDIDATES)]
    meeting: str | None = None


class CandidateCounts(Shape, frozen=True):
    """How many of the cases one candidate answers as people said, and how many it does not answer at all."""

    model: str
    version: str
    right: int
    wrong: int
    unanswered: int


class CaseAnswer(Shape, frozen=True):
    """The answer of one candidate to a case; both are null if it does not take the row."""

    answer: RightAnswer | None
    is_right: bool | None


class ComparedCase(Shape, frozen=True):
    """A case, and the answers of the candidates in their order. `id` is that of the feedback."""

    id: str
    version: str
    row: Row
    right_answer: RightAnswer
    answers: list[CaseAnswer]


class CaseComparison(Shape, frozen=True):
    """`items` are the cases that not every candidate gets right: first those on which they differ, the newest first."""

    cases: int
    """All cases that were answered, the newest 1,000 at most."""
    candidates: list[CandidateCounts]
    items: list[ComparedCase]
    omitted: int
    """How many more such cases there are than `items` has."""
