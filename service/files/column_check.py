"""Check the names of a file's columns against the card."""

from collections.abc import Sequence

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
    ignored = [name for name in names if name not in inputs]
    added = set(added_names(card))
    faults += [
        Fault(name, "taken_column", "The answer adds a column of this name. Rename this one.")
        for name in ignored
        if name in added
    ]
    if faults:
        raise InvalidFile("The names of the columns do not work.", faults=faults[:100])
    return ignored


def added_names(card: Card) -> list[str]:
    """Return the names of the columns that the answer adds for this model."""
    if isinstance(card.output, Classification):
        names = label_columns(label.value for label in card.output.labels)
    else:
        names = [DECISION, VALUE, LOW, HIGH]
    return [*names, ERROR_CODES, ERROR, ROW]


def _duplicate_message(name: str) -> str:
    return "Two columns have this name." if name else "Two columns have no name."
