"""The columns of arrays in a sample: which they are, and as many rows of them as can be published."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from service.publishing.drafting.arrays.array_cells import bytes_of_row, is_array_column, is_text_of_arrays, read_arrays
from service.publishing.drafting.facts import ModelFacts
from service.publishing.drafting.findings import CannotDraft, Finding
from service.publishing.drafting.fitted_form import FittedTable
from service.publishing.drafting.overrides import tables
from service.publishing.drafting.target_rows import Target, keep_rows
from service.publishing.samples.columnar_sample import draw_rows

MAX_BYTES = 2**27
"""Of the arrays of a column: 890 pictures of 224 × 224 pixels in colours. More take long, and are hardly better."""


def with_arrays(
    selected: FittedTable, answers: Target, facts: ModelFacts, overrides: Mapping[str, Any]
) -> tuple[FittedTable, Target, list[Finding]]:
    """Return the sample with one array in each cell of its columns of arrays; of very many large ones, some are drawn.

    Raises CannotDraft for arrays that no field has.
    """
    names = [
        name
        for at, name in enumerate(selected.table.columns)
        if is_array_column(selected.table[name]) or _are_texts_of_arrays(selected.table, at, facts)
    ]
    if not names:
        return selected, answers, []
    given = {each.get("name"): each for each in tables(overrides, "inputs")}
    table = selected.table
    most = min(MAX_BYTES // bytes_of_row(name, table[name], given.get(name, {})) for name in names)
    findings = []
    if len(table) > most:
        findings.append(Finding("drawn", "", f"{most:,} of {len(table):,} rows were drawn at random: the arrays are large."))
        selected, answers = keep_rows(selected, answers, draw_rows(len(table), most))
    arrays = {name: read_arrays(name, selected.table[name], given.get(name)) for name in names}
    table = selected.table.assign(**arrays)
    return FittedTable(table, selected.aside, selected.findings), answers, findings


def _are_texts_of_arrays(table: pd.DataFrame, at: int, facts: ModelFacts) -> bool:
    """Tell whether the texts of a column are arrays that a file of texts holds, and no texts that the model reads."""
    name = str(table.columns[at])
    key = name if facts.feature_names is not None else str(at)
    return key not in facts.text_columns and key not in facts.known_categories and is_text_of_arrays(table[name])


def array_names(table: pd.DataFrame) -> list[str]:
    """Return the columns that hold arrays."""
    return [name for name in table.columns if is_array_column(table[name])]


def check_target(name: str, values: "pd.Series[Any] | None") -> None:
    """Raise CannotDraft if the true answers are arrays."""
    if values is not None and is_array_column(values):
        raise CannotDraft(f"The target {name} holds arrays. Name the column of the true answers.")
