"""What is unusual about the columns of a sample: identifiers, constants, copies, and columns that give the answer away."""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api import types

from service.publishing.drafting.findings import Finding, listed

MAX_ROWS, MAX_CELLS = 5000, 500_000
"""So many rows are enough to find a leak or a copy; of very many columns, fewer."""
_MIN_ROWS = 20
_MIN_ROWS_OF_LEAKS = 50
_MAX_ERROR_SHARE = 0.02
"""A column gives the label away if it alone leaves so small a share of the mistakes of always the most frequent label."""
_MIN_RANK_CORRELATION = 0.999
_DEPTH = 3
_NAME = re.compile(r"(?:^|.*[_ .-])(?:id|ids|uuid|guid|key|pk|rowid)|unnamed: ?\d+|index", re.IGNORECASE)
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def check_columns(
    table: pd.DataFrame, used: Sequence[str], truth: NDArray[Any] | None, *, is_classification: bool
) -> list[Finding]:
    """Return what is unusual about the columns; `used` are those that the model reads."""
    findings: list[Finding] = []
    reads = set(used)
    for name in table.columns:
        values, remark = table[name], "The model reads it, so it stays a field." if name in reads else "It was left out."
        if is_identifier(str(name), values):
            findings.append(
                Finding("identifier", name, f"{name} looks like an identifier: each row has another value. {remark}")
            )
        elif len(values) > 1 and values.nunique(dropna=False) == 1:
            findings.append(Finding("constant", name, f"{name} has the same value in all rows. {remark}"))
        elif name in reads and types.is_datetime64_any_dtype(values.dtype):
            findings.append(Finding("date", name, f"{name} holds dates. {remark}"))
    count = max(_MIN_ROWS_OF_LEAKS, min(MAX_ROWS, MAX_CELLS // max(1, len(table.columns))))
    few = table.sample(count, random_state=0) if len(table) > count else table
    findings += _copies(table, few, reads)
    if truth is not None and len(truth) >= _MIN_ROWS_OF_LEAKS:
        answers = truth[table.index.get_indexer(few.index)]
        findings += _leaks(few, answers, reads, is_classification=is_classification)
    return findings


def is_identifier(name: str, values: "pd.Series[Any]") -> bool:
    """Tell whether a column numbers or names its rows: unique, and rising by whole numbers, or with such a name or form."""
    if len(values) < _MIN_ROWS or types.is_bool_dtype(values.dtype) or not values.is_unique or values.isna().any():
        return False
    if types.is_integer_dtype(values.dtype):
        return bool(_NAME.fullmatch(name)) or values.is_monotonic_increasing
    if types.is_string_dtype(values.dtype) or types.is_object_dtype(values.dtype):
        texts = values.astype(str)
        return bool(_NAME.fullmatch(name)) or bool(texts.map(lambda text: bool(_UUID.fullmatch(text))).all())
    return False


def codes_of(values: "pd.Series[Any]") -> NDArray[np.float64]:
    """Return a column as numbers: those of a number or date, else the rank of each text; missing is NaN."""
    if types.is_datetime64_any_dtype(values.dtype):
        days = values.astype("int64").to_numpy(np.float64)
        return np.where(values.isna(), np.nan, days)
    if types.is_numeric_dtype(values.dtype) and not isinstance(values.dtype, pd.CategoricalDtype):
        return np.asarray(values.to_numpy(np.float64, na_value=np.nan))
    codes = pd.factorize(values.astype(object).map(str, na_action="ignore"), sort=True)[0].astype(np.float64)
    return np.where(codes < 0, np.nan, codes)


def _copies(table: pd.DataFrame, few: pd.DataFrame, reads: set[str]) -> list[Finding]:
    """Return a finding for each column with the values of an earlier one. Constants are no copies."""
    findings = []
    first: dict[tuple[int, bool], str] = {}
    for name in table.columns:
        if few[name].nunique(dropna=False) < 2:  # noqa: PLR2004 - a constant
            continue
        key = int(pd.util.hash_array(codes_of(few[name])).sum()), types.is_numeric_dtype(few[name].dtype)
        earlier = first.setdefault(key, name)
        if earlier != name and table[earlier].reset_index(drop=True).equals(
            table[name].astype(table[earlier].dtype, errors="ignore").reset_index(drop=True)
        ):
            remark = (
                "The model reads both, so both stay fields."
                if {earlier, name} <= reads
                else "Only what the model reads became a field."
            )
            findings.append(Finding("copy", name, f"{name} has the same values as {earlier}. {remark}"))
    return findings


def _leaks(few: pd.DataFrame, truth: NDArray[Any], reads: set[str], *, is_classification: bool) -> list[Finding]:
    names = [
        str(name)
        for name in few.columns
        if not is_identifier(str(name), few[name]) and gives_away(few[name], truth, is_classification=is_classification)
    ]
    return [
        Finding(
            "leak",
            name,
            f"{name} alone tells the answer almost perfectly. Check that it is known before the answer is."
            + ("" if name in reads else " The model does not read it."),
        )
        for name in names
    ]


def gives_away(values: "pd.Series[Any]", truth: NDArray[Any], *, is_classification: bool) -> bool:
    """Tell whether a column alone gives the truth: with a few splits, or in the same order."""
    codes = codes_of(values)
    known = np.isfinite(codes)
    if known.sum() < _MIN_ROWS_OF_LEAKS or len(np.unique(codes[known])) < 2:  # noqa: PLR2004 - a constant
        return False
    if not is_classification:
        ranks = pd.DataFrame({"column": codes[known], "truth": truth[known]}).rank()
        return bool(abs(ranks["column"].corr(ranks["truth"])) >= _MIN_RANK_CORRELATION)
    counts = np.bincount(truth[known])
    mistakes = 1 - counts.max() / counts.sum()
    if not mistakes:
        return False
    from sklearn.tree import DecisionTreeClassifier

    depth = _DEPTH + int(np.ceil(np.log2(max(2, len(np.flatnonzero(counts))))))
    column = codes[known].reshape(-1, 1)
    tree = DecisionTreeClassifier(max_depth=depth, min_samples_leaf=5, random_state=0).fit(column, truth[known])
    return bool(1 - tree.score(column, truth[known]) <= _MAX_ERROR_SHARE * mistakes)


def unused_finding(names: Sequence[str], grouping: Sequence[str]) -> Finding:
    """Return the finding about columns that the model does not read; `grouping` are those by which groups are compared."""
    aside = f" Groups are compared by {listed(grouping)}." if grouping else ""
    verb = "is one column" if len(names) == 1 else f"are {len(names):,} columns"
    return Finding("unused", "", f"There {verb} that the model does not read: {listed(names)}.{aside}")
