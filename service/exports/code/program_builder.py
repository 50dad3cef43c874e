"""A model on a float64 graph → its program."""

from collections import Counter
from pathlib import Path

from service.bundles.model import Model
from service.exports.code.identifiers import Identifiers
from service.exports.code.program import FieldKind, Program, ProgramField
from service.exports.code.program_steps import MAX_DEPTH, StepList
from service.exports.expressions.graph_reader import field_nodes, is_single_precision, read_graph
from service.exports.expressions.nodes import Choose, Expression, Lookup, Number, TermTotal, walk
from service.exports.refusals import NotExportable
from service.fields.date import DateType
from service.fields.date_time import DateTimeType
from service.fields.field_type import NumbersType, RangeType
from service.fields.lookup import array_fields, number_fields, text_fields
from service.fields.text import TextType
from service.schemas import Card, Classification
from service.schemas.localization import localized

MAX_NUMBERS = 20_000
"""A file of code holds at most so many numbers: a class of Java holds 65,535 constants, and each number takes two."""


def build_program(model: Model, folder: Path, *, max_depth: int = MAX_DEPTH) -> Program:
    """Return the program of a model whose bundle is in a folder; its texts are English. Raises NotExportable.

    `max_depth` is that of the conditions of one tree.
    """
    card = localized(model.card, "en")
    check_program_card(card)
    types = number_fields(card)
    graph = (folder / "model.onnx").read_bytes()
    roots = read_graph(graph, field_nodes(types))
    check_size(roots)
    identifiers = Identifiers()
    fields = tuple(_field(each, identifiers) for each in types) + tuple(
        _text(each, identifiers) for each in text_fields(card)
    )
    steps = StepList(fields, list(zip(roots, _score_names(card), strict=True)), identifiers, max_depth)
    scores = tuple(map(steps.add_score, roots))
    return Program(card, fields, tuple(steps.steps), scores, is_single_precision(graph))


def check_program_card(card: Card) -> None:
    """Raise NotExportable if no model of such a card can be a program."""
    if card.scoring.scorer != "onnx":
        raise NotExportable(f"the model is not a graph, because it {card.scoring.reason or 'runs in a process of its own'}")
    if arrays := array_fields(card):
        raise NotExportable(f"the field {arrays[0].name} is {arrays[0].words}, and code takes numbers and texts one by one")


def check_size(roots: list[Expression]) -> None:
    """Raise NotExportable if code of the model would be too long."""
    nodes = walk(tuple(roots))
    numbers = sum(len(node.values) if isinstance(node, Lookup) else isinstance(node, Number) for node in nodes)
    totals = Counter(id(node.source) for node in nodes if isinstance(node, TermTotal))
    terms = {id(node.source): len(node.source.vocabulary) for node in nodes if isinstance(node, TermTotal)}
    numbers += sum(count * terms[source] for source, count in totals.items())
    if numbers > MAX_NUMBERS:
        branches = sum(isinstance(node, Choose) for node in nodes)
        raise NotExportable(
            f"the model has {branches:,} conditions and {numbers:,} numbers, and code holds {MAX_NUMBERS:,} numbers at most"
        )


def _field(each: NumbersType, identifiers: Identifiers) -> ProgramField:
    field = each.field
    return ProgramField(
        name=field.name,
        identifier=identifiers.new(field.name, fallback="field"),
        kind=_kind(each),
        is_whole=isinstance(each, RangeType) and each.is_integral,
        low=each.min_number,
        high=each.max_number,
        has_minimum=field.minimum is not None,
        has_maximum=field.maximum is not None,
        nullable=field.nullable,
        choices=tuple(category.value for category in field.categories),
        label=str(field.label),
        unit=str(field.unit) or ("0.62 is 62%" if field.shown_as == "percent" else ""),
    )


def _text(each: TextType, identifiers: Identifiers) -> ProgramField:
    field = each.field
    return ProgramField(
        name=field.name,
        identifier=identifiers.new(field.name, fallback="field"),
        kind="text",
        is_whole=False,
        low=0,
        high=field.max_length,
        has_minimum=False,
        has_maximum=True,
        nullable=field.nullable,
        choices=(),
        label=str(field.label),
        unit="",
    )


def _kind(field: NumbersType) -> FieldKind:
    if isinstance(field, DateType):
        return "moment" if isinstance(field, DateTimeType) else "day"
    return "choice" if field.field.categories else "flag" if field.size else "number"


def _score_names(card: Card) -> list[str]:
    if not isinstance(card.output, Classification):
        return ["value"]
    return [f"probability {label.value}" for label in card.output.labels]
