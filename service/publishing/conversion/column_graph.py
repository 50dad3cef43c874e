"""Multiply the preprocessed matrix by weights in the graph, without computing its columns one by one."""

import numpy as np

from service.publishing.conversion.column_sources import Source, UnknownStep
from service.publishing.conversion.graph import TO_FLOAT64, TO_INT64, Graph
from service.publishing.conversion.preprocessing import Floats, Preprocessing


def is_plain(preprocessing: Preprocessing) -> bool:
    """Return whether the graph can compute each column: it lists numbers of its field, or is a line of it."""
    return all(source.values is not None or source.line is not None for source in preprocessing.sources)


def add_matrix(graph: Graph, preprocessing: Preprocessing) -> str:
    """Add the matrix itself: (rows, columns). It is plain. A missing value may be NaN in it."""
    sources = preprocessing.sources
    lines = [at for at, source in enumerate(sources) if source.values is None]
    listed = [at for at, source in enumerate(sources) if source.values is not None]
    if not listed and lines == list(range(len(sources))):
        return _add_line_values(graph, preprocessing, lines)
    parts = [_add_line_values(graph, preprocessing, lines)] if lines else []
    order = lines.copy()
    for field in dict.fromkeys(sources[at].field for at in listed):
        columns = [at for at in listed if sources[at].field == field]
        parts.append(_add_look_up(graph, preprocessing, field, columns))
        order += columns
    joined = parts[0] if len(parts) == 1 else graph.add("Concat", parts, axis=1)
    return graph.add("Gather", [joined, graph.constant(np.argsort(order))], axis=1)


def add_product(graph: Graph, preprocessing: Preprocessing, weights: Floats) -> str:
    """Add the product of a plain matrix with weights (columns, outputs): (rows, outputs). Raises UnknownStep."""
    sources = preprocessing.sources
    lines = [at for at, source in enumerate(sources) if source.values is None]
    listed = [at for at, source in enumerate(sources) if source.values is not None]
    parts = [_add_lines(graph, preprocessing, lines, weights)] if lines else []
    open_fields = [at for at in listed if preprocessing.fields[sources[at].field].choices is None]
    closed = [at for at in listed if at not in set(open_fields)]
    if closed:
        parts.append(_add_choices(graph, preprocessing, closed, weights))
    for field in dict.fromkeys(sources[at].field for at in open_fields):
        columns = [at for at in open_fields if sources[at].field == field]
        parts.append(_add_listed_numbers(graph, preprocessing, field, columns, weights))
    return parts[0] if len(parts) == 1 else graph.add("Sum", parts)


def _add_lines(graph: Graph, preprocessing: Preprocessing, columns: list[int], weights: Floats) -> str:
    value = _add_line_values(graph, preprocessing, columns, may_miss=False)
    return graph.add("MatMul", [value, graph.constant(weights[columns])])


def _add_line_values(graph: Graph, preprocessing: Preprocessing, columns: list[int], *, may_miss: bool = True) -> str:
    sources = [preprocessing.sources[at] for at in columns]
    shift, divisor = np.array([line_of(source) for source in sources]).T
    fields = [source.field for source in sources]
    value = preprocessing.matrix_name
    if fields != list(range(len(preprocessing.fields))):
        value = graph.add("Gather", [value, graph.constant(fields)], axis=1)
    number = value
    if shift.any():
        value = graph.add("Sub", [value, graph.constant(shift[None])])
    if (divisor != 1).any():
        value = graph.add("Div", [value, graph.constant(divisor[None])])
    nullable = np.array([preprocessing.fields[field].nullable for field in fields])
    if nullable.any():
        cells = [(field, np.nan) for field, may_be_missing in zip(fields, nullable, strict=True) if may_be_missing]
        missing = np.full(len(columns), np.nan)
        missing[nullable] = preprocessing.rows(cells)[range(len(cells)), np.array(columns)[nullable]]
        if np.isnan(missing[nullable]).any() and not may_miss:
            raise UnknownStep("a missing value reaches the model")
        if not np.isnan(missing).all():
            value = graph.add("Where", [graph.add("IsNaN", [number]), graph.constant(missing[None]), value])
    return value


def line_of(source: Source) -> tuple[float, float]:
    """Return shift and divisor of a column. Raises UnknownStep if it is no line."""
    if source.line is None:
        raise UnknownStep("a column is not a line of its field")
    return source.line


def _add_choices(graph: Graph, preprocessing: Preprocessing, columns: list[int], weights: Floats) -> str:
    """Add the sum of what each choice of each field adds: one row of a table for each choice, and for a missing value."""
    fields = sorted({preprocessing.sources[at].field for at in columns})
    tables: list[Floats] = []
    starts: list[int] = []
    sizes: list[int] = []
    for field in fields:
        choices = preprocessing.fields[field].choices or ()
        columns_of_field = [at for at in columns if preprocessing.sources[at].field == field]
        cells = [(field, choice) for choice in choices]
        cells += [(field, np.nan)] if preprocessing.fields[field].nullable else []
        starts.append(sum(len(table) for table in tables))
        sizes.append(len(choices))
        tables.append(_finite(preprocessing.rows(cells)[:, columns_of_field]) @ weights[columns_of_field])
    code = graph.add("Gather", [preprocessing.matrix_name, graph.constant(fields)], axis=1)
    if any(preprocessing.fields[field].nullable for field in fields):
        code = graph.add("Where", [graph.add("IsNaN", [code]), graph.constant(np.array([sizes], dtype=np.float64)), code])
    number = graph.add("Add", [graph.add("Cast", [code], to=TO_INT64), graph.constant([starts])])
    rows = graph.add("Gather", [graph.constant(np.concatenate(tables)), number], axis=0)
    total = graph.add("MatMul", [graph.constant(np.ones((1, len(fields)))), rows])  # (rows, 1, outputs)
    return graph.add("Squeeze", [total, graph.constant([1])])


def _add_listed_numbers(graph: Graph, preprocessing: Preprocessing, field: int, columns: list[int], weights: Floats) -> str:
    """Add what the listed numbers of one field add: all others add the same. A missing number is one more."""
    values = sorted({value for at in columns for value in preprocessing.sources[at].values or ()})
    numbers = [*values, (max(values) if values else 0.0) + 1.0]
    numbers += [np.nan] if preprocessing.fields[field].nullable else []
    table = _finite(preprocessing.rows([(field, number) for number in numbers])[:, columns]) @ weights[columns]
    other = table[len(values)]
    number = graph.add("Gather", [preprocessing.matrix_name, graph.constant([field])], axis=1)
    matches = []
    if values:
        equal = graph.add("Equal", [number, graph.constant([values])])
        matches.append(graph.add("Cast", [equal], to=TO_FLOAT64))
    if len(numbers) > len(values) + 1:
        matches.append(graph.add("Cast", [graph.add("IsNaN", [number])], to=TO_FLOAT64))
    differences = np.delete(table, len(values), axis=0) - other
    listed = matches[0] if len(matches) == 1 else graph.add("Concat", matches, axis=1)
    return graph.add("Add", [graph.add("MatMul", [listed, graph.constant(differences)]), graph.constant(other[None])])


def _finite(values: Floats) -> Floats:
    if np.isnan(values).any():
        raise UnknownStep("a missing value reaches the model")
    return values


def _add_look_up(graph: Graph, preprocessing: Preprocessing, field: int, columns: list[int]) -> str:
    """Add columns that list numbers of one field, from a table: (rows, columns)."""
    numbers = sorted({value for at in columns for value in preprocessing.sources[at].values or ()})
    other = (max(numbers) if numbers else 0.0) + 1.0
    is_closed = preprocessing.fields[field].choices is not None
    missing = np.nan if preprocessing.fields[field].nullable else numbers[0] if is_closed else other
    cells = [numbers[0] if is_closed else other, *numbers, missing]
    table = preprocessing.rows([(field, each) for each in cells])
    code = graph.add("Gather", [preprocessing.matrix_name, graph.constant([field])], axis=1)
    row = graph.add(
        "Mul", [graph.add("Cast", [graph.add("IsNaN", [code])], to=TO_FLOAT64), graph.constant(len(numbers) + 1.0)]
    )
    if numbers:
        equal = graph.add("Cast", [graph.add("Equal", [code, graph.constant([numbers])])], to=TO_FLOAT64)
        position = graph.add("MatMul", [equal, graph.constant(np.arange(1.0, len(numbers) + 1)[:, None])])
        row = graph.add("Add", [row, position])
    index = graph.add("Squeeze", [graph.add("Cast", [row], to=TO_INT64), graph.constant([1])])
    return graph.add("Gather", [graph.constant(table[:, columns]), index], axis=0)
