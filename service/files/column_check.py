"""Check the names of a file's columns against the card."""

from collections.abc import Collection, Mapping, Sequence
from itertools import chain, count

from service.errors import Fault, InvalidFile, InvalidRequest, TooLarge
from service.files.csv_format.dialect import missing_columns_fault
from service.files.file_parts import MAX_COLUMNS
from service.rows.strict_json import safe_text
from service.schemas import Card, Classification
from wire.answer_columns import DECISION, ERROR, ERROR_CODES, HIGH, LOW, ROW, VALUE, WARNINGS, label_columns
from wire.column_names import AmbiguousColumn, ColumnNames


def column_names(card: Card, columns: Mapping[str, str]) -> ColumnNames:
    """Return the names and labels by which the fields of a card find their columns; `columns` is field → column.

    Raises InvalidRequest if `columns` names an unknown field, or one column twice.
    """
    fields = {field.name: field for field in card.inputs}
    if unknown := [name for name in columns if name not in fields]:
        raise InvalidRequest(f"The parameter columns names {safe_text(unknown[0])}, which is no field of the model.")
    if len(set(columns.values())) < len(columns):
        raise InvalidRequest("The parameter columns names one column for two fields.")
    return ColumnNames([name for name, field in fields.items() if not field.nullable], labels_of(card), columns)


def labels_of(card: Card) -> dict[str, list[str]]:
    """Return field → its labels in all languages, in the order of the card."""
    labels = {field.name: field.label for field in card.inputs}
    return {name: list(label.values()) if isinstance(label, dict) else [label] for name, label in labels.items()}


def find_columns(columns: ColumnNames, names: Sequence[str]) -> dict[str, str]:
    """Return field → column of a file, for the fields that it has. Raises InvalidFile, TooLarge."""
    if len(names) > MAX_COLUMNS:
        raise TooLarge(f"A file may have {MAX_COLUMNS:,} columns, not {len(names):,}.")
    if columns.missing(names):
        raise missing_columns_fault(names, columns)
    faults = [
        Fault(name, "duplicate_column", _duplicate_message(name))
        for index, name in enumerate(names)
        if name in names[:index]
    ]
    if faults:
        raise InvalidFile("The names of the columns do not work.", faults=faults[:100])
    try:
        return columns.find(names)
    except AmbiguousColumn as error:
        listed = ", ".join(f"“{safe_text(name)}”" for name in error.columns[:5])
        message = f"Several columns could be this field: {listed}. Rename all but one, or say which it is: ?columns=."
        refusal = InvalidFile(
            f"Several columns could be {error.field}: {listed}.", faults=[Fault(error.field, "ambiguous_column", message)]
        )
        refusal.columns = [*error.columns, *columns.free(names)]
        raise refusal from None


def other_spellings(column_of: Mapping[str, str]) -> dict[str, str]:
    """Return field → column, as answers publish it, for the fields that have a column of another name."""
    return {field: safe_text(column) for field, column in column_of.items() if field != column}


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
    return [*names, WARNINGS, ERROR_CODES, ERROR, ROW]


def _duplicate_message(name: str) -> str:
    return "Two columns have this name." if name else "Two columns have no name."
