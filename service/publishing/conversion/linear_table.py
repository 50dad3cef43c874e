"""Write a linear model, with the preprocessing in front of it, as a table: what each field adds to the sum."""

import msgspec
import numpy as np

from service.bundles.scorers.table_scorer import Line, LinearTable, LookUp
from service.publishing.conversion.column_graph import line_of
from service.publishing.conversion.preprocessing import Floats, Preprocessing


def linear_table(preprocessing: Preprocessing, weights: Floats, intercept: float) -> LinearTable:
    """Return the table of a plain preprocessing and the weight of each of its columns: (columns,)."""
    listed = dict.fromkeys(source.field for source in preprocessing.sources if source.values is not None)
    look_ups = [_look_up(preprocessing, field, weights) for field in listed]
    return LinearTable(intercept, _lines(preprocessing, weights), look_ups, "identity")


def _lines(preprocessing: Preprocessing, weights: Floats) -> list[Line]:
    columns = [at for at, source in enumerate(preprocessing.sources) if source.values is None]
    lines = [
        Line(preprocessing.sources[at].field, *line_of(preprocessing.sources[at]), weight)
        for at, weight in zip(columns, weights[columns].tolist(), strict=True)
    ]
    nullable = [at for at, line in enumerate(lines) if preprocessing.fields[line.field].nullable]
    if not nullable:
        return lines
    matrix = preprocessing.rows([(lines[at].field, np.nan) for at in nullable])[:, columns]
    for at, row in zip(nullable, matrix.tolist(), strict=True):
        lines[at] = msgspec.structs.replace(lines[at], missing=row[at] * lines[at].weight)
    return lines


def _look_up(preprocessing: Preprocessing, field: int, weights: Floats) -> LookUp:
    """Return what the numbers of a field add in all its columns that are no lines."""
    columns = [at for at, each in enumerate(preprocessing.sources) if each.field == field and each.values is not None]
    choices, nullable = preprocessing.fields[field].choices, preprocessing.fields[field].nullable
    numbers = sorted(choices or {number for at in columns for number in preprocessing.sources[at].values or ()})
    other = numbers[0] if choices else max(numbers, default=0.0) + 1.0
    cells = [(field, number) for number in (*numbers, other, np.nan if nullable else other)]
    *amounts, of_other, of_missing = (preprocessing.rows(cells)[:, columns] @ weights[columns]).tolist()
    return LookUp(field, list(zip(numbers, amounts, strict=True)), None if choices else of_other, of_missing)
