"""The form in which a sample fits a model: the columns that it reads, with the types that it was fitted on."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api import types

from service.publishing.drafting.arrays.array_cells import is_array_column
from service.publishing.drafting.facts import ModelFacts
from service.publishing.drafting.findings import CannotDraft, Finding, listed, nearest
from wire.cells.text_style import DateOrder
from wire.cells.time_values import AmbiguousDate, iso_moment
from wire.column_names import fold

Scores = Callable[[pd.DataFrame], NDArray[np.float64]]
"""The columns that a model reads → (rows, labels) probabilities, or scores 1 and 0, or (rows, 1) values. It may raise."""

_TRIAL_ROWS = 20
_MAX_SINGLE_TRIALS = 100
_TOLERANCE = 1e-9
_SUM_TOLERANCE = 1e-3
_WIDE_BYTES = 8


@dataclass(frozen=True)
class FittedTable:
    """The columns of a sample that a model reads, in its order, and the others."""

    table: pd.DataFrame
    aside: pd.DataFrame
    findings: tuple[Finding, ...] = ()


def select_columns(sample: pd.DataFrame, facts: ModelFacts) -> FittedTable:
    """Return the columns that the model reads, by name or, for a model of an array, by position. Raises CannotDraft."""
    columns = list(sample.columns)
    if facts.feature_names is None:
        chosen = _by_position(columns, facts)
        return FittedTable(sample[chosen], sample.drop(columns=chosen))
    spelled = {fold(name): name for name in reversed(columns)}
    column_of = {name: name if name in columns else spelled.get(fold(name)) for name in facts.feature_names}
    missing = [name for name, column in column_of.items() if column is None]
    if missing:
        hint = nearest(missing[0], [column for column in columns if column not in column_of.values()] or columns)
        raise CannotDraft(f"The model needs columns that the sample lacks: {listed(missing)}. {hint}")
    chosen = [str(column) for column in column_of.values()]
    respelled = [f"{column} is {name}" for name, column in column_of.items() if column != name]
    findings = (
        (Finding("respelled", "", f"Columns were found by another spelling: {listed(respelled)}."),) if respelled else ()
    )
    table = sample[chosen].set_axis(list(facts.feature_names), axis=1)
    return FittedTable(table, sample.drop(columns=chosen), findings)


def _by_position(columns: list[str], facts: ModelFacts) -> list[str]:
    count = 1 if facts.reads_one_text else facts.n_features
    if count is None or count == len(columns):
        return columns
    raise CannotDraft(
        f"The model was fitted on {count:,} columns without names, and the sample has {len(columns):,} beside the target: "
        f"{listed(columns)}. Give a sample with exactly the columns of the fit, in its order."
    )


def fitted_form(table: pd.DataFrame, facts: ModelFacts, scores: Scores, date_order: DateOrder | None = None) -> FittedTable:
    """Return the table with the types that the model takes: the first of some forms that it scores.

    `date_order` tells how texts such as 1/2/2026 are read as dates. Raises CannotDraft.
    """
    texts = {name: table[name].fillna("") for name in _text_columns(table, facts)}
    table = table.assign(**texts)
    refusal: Exception | None = None
    for change, sentence in _forms(table, facts, date_order):
        try:
            formed = change(table)
            answer = np.asarray(scores(formed.iloc[:_TRIAL_ROWS]))
        except Exception as error:  # noqa: BLE001 - a model may raise anything
            refusal = refusal or error
            continue
        _check_answer(answer, min(len(table), _TRIAL_ROWS), facts)
        formed = _with_wide_integers(formed, scores)
        return FittedTable(formed, table.iloc[:, :0], (Finding("form", "", sentence),) if sentence else ())
    reason = str(refusal).strip().split("\n")[0][:200].rstrip(".")
    unclear = [name for name in table.columns if _has_unclear_dates(table[name], date_order)]
    advice = (
        f"If texts are dates ({listed(unclear)}), say --dates day_first or --dates month_first."
        if unclear
        else "Give a sample as the model was fitted: the same columns with the same types."
    )
    raise CannotDraft(f"The model cannot score the sample ({type(refusal).__name__}: {reason}). {advice}")


def _with_wide_integers(table: pd.DataFrame, scores: Scores) -> pd.DataFrame:
    """Return the table with whole numbers of 64 bits, if the model gives the same scores for them.

    A type of 8 bits would make 44 of 300.
    """
    kinds = {name: table[name].dtype for name in table.columns}
    small = {
        name: "int64" if isinstance(kind, np.dtype) else "Int64"
        for name, kind in kinds.items()
        if types.is_integer_dtype(kind) and getattr(kind, "itemsize", _WIDE_BYTES) < _WIDE_BYTES
    }
    if not small:
        return table
    wide, few = table.astype(small), table.iloc[:_TRIAL_ROWS]
    try:
        is_same = np.allclose(scores(few), scores(wide.iloc[:_TRIAL_ROWS]), rtol=_TOLERANCE, atol=_TOLERANCE)
    except Exception:  # noqa: BLE001 - a model may raise anything
        return table
    return wide if is_same else table


def _text_columns(table: pd.DataFrame, facts: ModelFacts) -> list[str]:
    if facts.feature_names is None:
        return [name for at, name in enumerate(table.columns) if str(at) in facts.text_columns]
    return [name for name in table.columns if name in facts.text_columns]


def _forms(
    table: pd.DataFrame, facts: ModelFacts, date_order: DateOrder | None
) -> Iterator[tuple[Callable[[pd.DataFrame], pd.DataFrame], str]]:
    """Yield changes of the types of a table, the likeliest first, each with the sentence of its finding."""
    if facts.fitted_dtypes:
        kinds = {name: kind for name, kind in facts.fitted_dtypes.items() if name in table.columns}
        yield lambda table: table.astype(kinds), ""
    yield lambda table: table, ""
    arrays = [name for name in table.columns if is_array_column(table[name])]
    texts = [name for name in table.columns if types.is_string_dtype(table[name].dtype) and name not in arrays]
    if not texts:
        yield lambda table: table.astype({name: np.float64 for name in table.columns if name not in arrays}), ""
        return
    days = {name: days for name in texts if (days := _read_dates(table[name], date_order)) is not None}
    if days:
        yield lambda table: table.assign(**days), f"The texts of {listed(days)} are read as dates."
    rest = [name for name in texts if name not in days]
    yield (
        lambda table: _with_categories(table, rest, facts),
        f"The texts of {listed(rest)} are read as categories of pandas.",
    )
    yield (
        lambda table: _with_categories(table.assign(**days), rest, facts),
        f"Texts are read as dates ({listed(days)}) and categories.",
    )


def _read_dates(values: "pd.Series[Any]", order: DateOrder | None) -> "pd.Series[Any] | None":
    """Return texts as dates of pandas; None unless all of them are dates, such as 2026-11-29 or 29.11.2026 14:30."""
    texts = values.dropna().unique().tolist()
    if not texts:
        return None
    try:
        return pd.to_datetime(values, format="ISO8601")
    except ValueError:
        pass
    try:
        return pd.to_datetime(values.map({text: iso_moment(text.strip(), order) for text in texts}), format="ISO8601")
    except ValueError:
        return None


def _has_unclear_dates(values: "pd.Series[Any]", order: DateOrder | None) -> bool:
    """Tell whether a column of texts begins with a date such as 1/2/2026 whose order is not known."""
    texts = values.dropna().head(1).tolist()
    try:
        return bool(texts) and isinstance(texts[0], str) and not iso_moment(texts[0].strip(), order)
    except AmbiguousDate:
        return True
    except ValueError:
        return False


def _with_categories(table: pd.DataFrame, names: Sequence[str], facts: ModelFacts) -> pd.DataFrame:
    kinds = {
        name: pd.CategoricalDtype(list(facts.known_categories.get(name, ())) or sorted(table[name].dropna().unique()))
        for name in names
    }
    return table.astype(kinds)


def _check_answer(answer: NDArray[Any], rows: int, facts: ModelFacts) -> None:
    expected = rows, 1 if facts.task == "regression" else len(facts.classes or ())
    if answer.shape != expected:
        raise CannotDraft(
            f"The model answers with the shape {answer.shape} where {expected} was expected. "
            "A card describes one output: fit and add one model for each."
        )
    sums = answer.sum(axis=1)
    if facts.answer["kind"] == "probabilities" and (abs(sums - 1) > _SUM_TOLERANCE).any():
        raise CannotDraft(
            f"The probabilities of the model do not add up to 1: those of a row of the sample add up to {sums[0]:.3g}. "
            "A model that was fitted for each label by itself needs a step that divides them by their sum, "
            "such as OneVsRestClassifier."
        )


def takes_missing(table: pd.DataFrame, scores: Scores) -> set[str]:
    """Return the columns of numbers that have no missing value in the sample, but may have one: the model scores it.

    A column of whole numbers of numpy is among them only if the model gives the same scores for it as floats, which have a
    missing value. The types of pandas have one of their own.
    """
    numeric = [
        name
        for name in table.columns
        if types.is_numeric_dtype(table[name].dtype)
        and not types.is_bool_dtype(table[name].dtype)
        and table[name].notna().all()
    ]
    if not numeric:
        return set()
    few = table.iloc[:_TRIAL_ROWS]
    whole = [name for name in numeric if isinstance(few[name].dtype, np.dtype)]
    floats = few.astype(dict.fromkeys(whole, np.float64))
    try:
        if not np.allclose(scores(few), scores(floats), rtol=_TOLERANCE, atol=_TOLERANCE):
            return set()
    except Exception:  # noqa: BLE001 - a model may raise anything
        return set()
    if _scores_without(floats, numeric, scores):
        return set(numeric)
    if len(numeric) > _MAX_SINGLE_TRIALS:
        return set()
    return {name for name in numeric if _scores_without(floats, [name], scores)}


def _scores_without(table: pd.DataFrame, names: Sequence[str], scores: Scores) -> bool:
    """Tell whether the model scores rows of which each lacks the value of one of these columns."""
    rows = table.iloc[np.zeros(len(names), dtype=int)].reset_index(drop=True)
    for at, name in enumerate(names):
        rows.loc[at, name] = np.nan
    try:
        return bool(np.isfinite(scores(rows)).all())
    except Exception:  # noqa: BLE001 - a model may raise anything
        return False
