"""One row through a model and its forms."""

from typing import Generic, Literal

from service.schemas.answers import P
from service.schemas.shape import Row, Shape
from service.schemas.transfers.exports import ExportProof


class ComparisonRequest(Shape, frozen=True):
    row: Row
    ways: list[str]
    entity: str | None = None
    """The key whose stored prediction is the way `stored`."""
    version: str | None = None


class ComparisonAnswer(Shape, Generic[P], frozen=True):
    """The answer of one way."""

    way: str
    status: Literal["run", "recorded", "refused", "failed"]
    """`recorded`: this machine cannot run the form; `proof` is what another run found. `refused`: there is no such form of
    the model. `failed`: it gave no answer, or another one."""
    prediction: P | None
    difference: float | None
    """The largest difference of a number from the live answer, relative to numbers above 1."""
    seconds: float | None
    """The time for answering the row."""
    includes_start: bool
    """`seconds` includes the start of the program, because that cannot be told apart."""
    program: str | None
    """What gave the answer, such as Node.js 20.20.2; null: the service."""
    proof: ExportProof | None
    reason: str | None


class Comparison(Shape, Generic[P], frozen=True):
    model: str
    version: str
    answers: list[ComparisonAnswer[P]]
    """In the order of the ways that were asked for."""
    difference: float | None
    """The largest one; null if no way but `live` answered."""
