"""A model as a list of named steps, which every language writes down in its own way."""

from dataclasses import dataclass
from typing import Literal

from service.bundles.texts.term_counts import TermSource
from service.exports.expressions.nodes import ChoiceField, Choose, Expression, Member, Node
from service.exports.refusals import NotExportable
from service.schemas import Card, Classification, Regression

FieldKind = Literal["number", "day", "moment", "flag", "choice", "text"]


@dataclass(frozen=True)
class ProgramField:
    """A field of a row. `low` and `high` are the limits of a number, `choices` the names of the categories.

    The limit of a text is its number of characters.
    """

    name: str
    identifier: str
    """The name in small letters and underscores, unique without regard to either."""
    kind: FieldKind
    is_whole: bool
    low: float
    high: float
    has_minimum: bool
    has_maximum: bool
    """Whether the card gives the limit; without it, it is that of the type of the field."""
    nullable: bool
    choices: tuple[str, ...]
    label: str
    unit: str

    @property
    def is_number(self) -> bool:
        """Whether formulas compute with its value: a number, or the days of a date since 1970-01-01."""
        return self.kind not in {"flag", "choice", "text"}


@dataclass(frozen=True)
class Points:
    """A number for each choice of a field; the last one of a nullable field is that of a missing value."""

    name: str
    field: ChoiceField
    values: tuple[float, ...]


@dataclass(frozen=True)
class MemberSet:
    """Whether the value of a field is one of several choices."""

    name: str
    member: Member


@dataclass(frozen=True)
class Listed:
    """The number at an index."""

    name: str
    index: Expression
    values: tuple[float, ...]


@dataclass(frozen=True)
class Value:
    """A number from a short formula."""

    name: str
    expression: Expression


@dataclass(frozen=True)
class Total:
    """The sum of some numbers."""

    name: str
    terms: tuple[Expression, ...]


@dataclass(frozen=True)
class Branch:
    """One of two numbers."""

    name: str
    expression: Choose


@dataclass(frozen=True)
class Tree:
    """Nested conditions. The inner ones are at most `MAX_DEPTH` deep; deeper ones are trees of their own before it."""

    name: str
    expression: Choose


@dataclass(frozen=True)
class Terms:
    """The totals over the terms of a text: the sum of weight · countᵖᵒʷᵉʳ for each of some columns."""

    name: str
    field: int
    """The index of the text."""
    source: TermSource
    pattern: str
    """That of a word, as every language reads it."""
    powers: tuple[int, ...]
    weights: tuple[tuple[str, tuple[float, ...]], ...]
    """Each term with a weight for each column."""


@dataclass(frozen=True)
class TermsColumn:
    """One of the totals over the terms of a text."""

    name: str
    terms: str
    column: int


Step = Points | MemberSet | Listed | Value | Total | Branch | Tree | Terms | TermsColumn


def step_roots(step: Step) -> tuple[Node, ...]:
    """Return the expressions that a step is computed from."""
    match step:
        case Value(_, root) | Branch(_, root) | Tree(_, root) | Listed(_, root, _) | MemberSet(_, root):
            return (root,)
        case Total(_, terms):
            return terms
    return ()


@dataclass(frozen=True)
class Program:
    """What a file of code holds. The names in steps are small letters, digits and underscores."""

    card: Card
    """Its texts are in one language."""
    fields: tuple[ProgramField, ...]
    """The fields of the channel `numbers`, in the order of the indices of nodes, then the texts."""
    steps: tuple[Step, ...]
    scores: tuple[str, ...]
    """The steps with the probability of each label, or with the value."""
    is_single_precision: bool = False
    """The service computes the scores in 32 bits, the program in 64: its answers may differ by 1e-6."""

    @property
    def labels(self) -> tuple[str, ...]:
        output = self.card.output
        return tuple(label.value for label in output.labels) if isinstance(output, Classification) else ()

    @property
    def answer(self) -> str:
        """The step whose number decides: the probability of the focus, or the value."""
        output = self.card.output
        return self.scores[self.labels.index(output.focus)] if isinstance(output, Classification) else self.scores[0]

    @property
    def bands(self) -> list[tuple[str, float]]:
        """The decisions upwards, each with its lower end; that of the first one does not count."""
        bands = sorted(self.card.output.bands, key=lambda band: band.low)
        return [(band.value, band.low) for band in bands]

    @property
    def margin(self) -> float | None:
        """The interval is the value divided by and multiplied with e^margin; None: the model has no interval."""
        output = self.card.output
        return output.interval.margin if isinstance(output, Regression) and output.interval else None


def refuse_fields(program: Program, kinds: set[FieldKind], reason: str) -> None:
    """Raise NotExportable if a field is of one of some kinds of dates, or a text."""
    for field in program.fields:
        if field.kind == "text":
            raise NotExportable(f"the field {field.name} is a text, and this form has no way to count its words", "python")
        if field.kind in kinds:
            raise NotExportable(f"the field {field.name} is a date, and {reason}", "python")
