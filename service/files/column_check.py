"""Check the names of a file's columns against the card."""

from collections.abc import Collection, Sequence
from itertools import chain, count

from service.errors import Fault, InvalidFile, TooLarge
from service.files.csv_format.dialect import missing_columns_fault
from service.files.file_parts import MAX_COLUMNS
from service.schemas import Card, Classification
from wire.answer_columns import DECISION, ERROR, ERROR_CODES, HIGH, LOW, ROW, VALUE, label_columns


def check_columns(card: Card, names: Sequence[str]) -> list[str]:
    """Return the names of the columns that are not inputs of the model. Raises InvalidFile, TooLarge."""
    if len(names) > MAX_COLUMNS:
        raise TooLarge(f"A file may have {MAX_COLUMNS:,} columns, not {len(names):,}.")
    inputs = {field.name for field in card.inputs}
    required = [field.name for field in card.inputs if not field.nullable]
    if not set(required) <= set(names):
        raise missing_columns_fault(names, required)
    faults = [
        Fault(name, "duplicate_column", _duplicate_message(name))
        for index, name in enumerate(names)
        if name in names[:index]
    ]
    if faults:
        raise InvalidFile("The names of the columns do not work.", faults=faults[:100])
    return [name for name in names if name not in inputs]


def choose_prefix(card: Card, names: Collection[str], requested: str | None) -> str:
    """Return what the names of the added columns begin with, so that they differ from `names`.

    It is the requested prefix; or else nothing, or `prediction_`, `prediction_2_`, … Raises InvalidFile if columns of the
    file have the names with the requested prefix.
    """
    added = added_names(card)
    if requested is None:
        prefixes = chain(["", "prediction_"], (f"prediction_{number}_" for number in count(2)))
        return next(prefix for prefix in prefixes if not {prefix + name for name in added} & set(names))
    taken = [name for name in names if name in {requested + each for each in added}]
    if taken:
        message = "The answer adds a column of this name. Rename this one, or say another ?prefix=."
        raise InvalidFile(
            "The names of the columns do not work.", faults=[Fault(name, "taken_column", message) for name in taken[:100]]
        )
    return requested


def added_names(card: Card) -> list[str]:
    """Return the names of the columns that the answer adds for this model, without a prefix."""
    if isinstance(card.output, Classification):
        names = label_columns(label.value for label in card.output.labels)
    else:
        names = [DECISION, VALUE, LOW, HIGH]
    return [*names, ERROR_CODES, ERROR, ROW]


def _duplicate_message(name: str) -> str:
    return "Two columns have this name." if name else "Two columns have no name."
