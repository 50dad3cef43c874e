"""The rows of a sample that can be used: those with a target, its labels in the order of the model, and finite numbers."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api import types

from service.fields.category import category_text
from service.publishing.data_split import SEED, LabelledRows, Split
from service.publishing.drafting.facts import ModelFacts
from service.publishing.drafting.findings import CannotDraft, Finding, listed, nearest
from service.publishing.drafting.fitted_form import FittedTable

CALIBRATED_SHARE = 0.2
_MIN_CALIBRATED_ROWS = 50


@dataclass(frozen=True)
class Target:
    """The known answers of a sample."""

    name: str
    truth: NDArray[Any] | None
    """The index of each row's label in the order of the model, or each row's value. None: no answers are known."""
    label_texts: tuple[str, ...] = ()
    """The text of each label of the model."""


def split_target(
    sample: pd.DataFrame, target: "str | pd.Series[Any] | None"
) -> tuple[pd.DataFrame, str, "pd.Series[Any] | None"]:
    """Return the sample without its target, the name of the target, and its column. Raises CannotDraft."""
    if target is None:
        return sample, "", None
    if isinstance(target, str):
        if target not in sample.columns:
            raise CannotDraft(
                f"The sample has no column {target!r} for the target. {nearest(target, map(str, sample.columns))}"
            )
        return sample.drop(columns=[target]), target, sample[target]
    if len(target) != len(sample):
        raise CannotDraft(f"The target has {len(target):,} rows and the sample {len(sample):,}. They need the same rows.")
    return sample, str(target.name or "target"), target.set_axis(sample.index)


def read_target(
    name: str, values: "pd.Series[Any] | None", facts: ModelFacts
) -> tuple[NDArray[np.bool_] | None, Target, list[Finding]]:
    """Return which rows to keep (None: all), their known answers, and what was noticed. Raises CannotDraft."""
    texts = facts.label_texts
    if values is None:
        finding = Finding("no_target", "", "No target was named, so how good the model is was not measured.")
        return None, Target(name, None, texts), [finding]
    known = values.notna().to_numpy()
    findings = []
    if not known.all():
        count = int((~known).sum())
        findings.append(Finding("no_truth", name, f"{count:,} rows without a value in {name} were left out."))
    if facts.task == "regression":
        truth = _numbers(name, values[known])
        if len(truth) and truth.min() == truth.max():
            findings.append(Finding("one_value", name, f"All rows have the same {name}: nothing can be measured with it."))
        return known, Target(name, truth), findings
    codes, texts, more = _codes(name, values[known], facts, texts)
    findings += more
    usable = known.copy()
    usable[known] = codes >= 0
    codes = codes[codes >= 0]
    return usable, Target(name, codes, texts), [*findings, *_label_findings(name, codes, texts)]


def _numbers(name: str, values: "pd.Series[Any]") -> NDArray[np.float64]:
    numbers = pd.to_numeric(values, errors="coerce").to_numpy(np.float64)
    if not np.isfinite(numbers).all():
        wrong = values[~np.isfinite(numbers)].iloc[0]
        raise CannotDraft(
            f"The model answers with numbers, but the target {name} holds {str(wrong)[:40]!r}. "
            "Name the column of the true values."
        )
    return numbers


def _codes(
    name: str, values: "pd.Series[Any]", facts: ModelFacts, texts: tuple[str, ...]
) -> tuple[NDArray[np.int64], tuple[str, ...], list[Finding]]:
    """Return the index of each row's label (-1: not a label of the model), and the texts of the labels."""
    plain = values.astype(object).tolist()
    codes = _match({text: code for code, text in enumerate(texts)}, plain)
    if facts.task == "outliers" and (codes < 0).all():
        codes = _match({category_text(each): code for code, each in enumerate(facts.classes or ())}, plain)
    if len(codes) and (codes < 0).all():
        renamed = _label_encoded(plain, facts)
        if renamed is None:
            present = listed(sorted({category_text(each) for each in plain}))
            raise CannotDraft(
                f"The target {name} holds {present}, but the model knows the labels {listed(texts)}. "
                "Name the column of its labels."
            )
        sentence = (
            f"The model numbers its labels; {listed(renamed)} in {name} were read as 0, 1 …, in the order of LabelEncoder."
        )
        return (
            _match({text: code for code, text in enumerate(renamed)}, plain),
            renamed,
            [Finding("coded_labels", name, sentence)],
        )
    unknown = sorted({category_text(each) for each, code in zip(plain, codes.tolist(), strict=True) if code < 0})
    if not unknown:
        return codes, texts, []
    sentence = f"{int((codes < 0).sum()):,} rows whose {name} the model does not know were left out: {listed(unknown)}."
    return codes, texts, [Finding("unknown_label", name, sentence)]


def _match(code_of: dict[str, int], values: Sequence[Hashable]) -> NDArray[np.int64]:
    """Return the code of each value by its text: true also stands for 1, and false for 0, if there is no such label."""
    words = {"true": "1", "false": "0", "1": "true", "0": "false"}
    spelled = {text.strip().lower(): code for text, code in reversed(code_of.items())}

    def code(value: Hashable) -> int:
        text = category_text(value)
        if text in code_of:
            return code_of[text]
        low = text.strip().lower()
        return spelled.get(low, spelled.get(words.get(low, ""), -1))

    code_of_value = {value: code(value) for value in set(values)}
    return np.array([code_of_value[value] for value in values], dtype=np.int64)


def _label_encoded(values: Sequence[Hashable], facts: ModelFacts) -> tuple[str, ...] | None:
    """Return the texts of labels that were numbered from 0 in sorted order before the fit, as XGBoost needs them."""
    distinct = sorted({category_text(each) for each in values})
    numbered = list(facts.classes or ()) == list(range(len(distinct)))
    return tuple(distinct) if numbered and facts.task == "classification" else None


def _label_findings(name: str, truth: NDArray[np.int64], texts: tuple[str, ...]) -> list[Finding]:
    counts = np.bincount(truth, minlength=len(texts))
    absent = [text for text, count in zip(texts, counts.tolist(), strict=True) if not count]
    if len(texts) - len(absent) == 1:
        sentence = f"All rows have the same {name}, so how good the model is cannot be measured."
        return [Finding("one_value", name, sentence)]
    if absent:
        return [
            Finding("absent_label", name, f"The model also knows labels that no row of the sample has: {listed(absent)}.")
        ]
    return []


def finite_rows(selected: FittedTable, answers: Target) -> tuple[FittedTable, Target, list[Finding]]:
    """Leave out the rows with infinite numbers, which no field takes."""
    floats = [name for name in selected.table.columns if types.is_float_dtype(selected.table[name].dtype)]
    infinite = np.zeros(len(selected.table), dtype=np.bool_)
    for name in floats:
        infinite |= np.isinf(selected.table[name].to_numpy(np.float64, na_value=np.nan))
    if not infinite.any():
        return selected, answers, []
    finding = Finding("infinite", "", f"{int(infinite.sum()):,} rows with infinite numbers were left out.")
    return *keep_rows(selected, answers, ~infinite), [finding]


def keep_rows(selected: FittedTable, answers: Target, kept: NDArray[np.bool_]) -> tuple[FittedTable, Target]:
    """Return some rows of a sample with their answers; `kept` (rows,) says which."""
    truth = None if answers.truth is None else answers.truth[kept]
    rows = FittedTable(selected.table[kept], selected.aside[kept], selected.findings)
    return rows, Target(answers.name, truth, answers.label_texts)


def split_sample(table: pd.DataFrame, target: Target, aside: pd.DataFrame, *, test_rows: int) -> Split:
    """Return the rows for the build: the ranges and the reference rows come from all of them.

    The width of a regression's intervals comes from a part of the rows that the test does not use.
    """
    order = np.random.default_rng(SEED).permutation(len(table))
    is_regression = target.truth is not None and not target.label_texts
    count = int(len(table) * CALIBRATED_SHARE) if is_regression else 0
    count = min(count, test_rows) if count >= _MIN_CALIBRATED_ROWS else 0

    def part(rows: NDArray[np.intp]) -> LabelledRows:
        rows = np.sort(rows)
        truth = np.empty(0) if target.truth is None else target.truth[rows]
        return LabelledRows(table.iloc[rows].reset_index(drop=True), truth, aside.iloc[rows].reset_index(drop=True))

    test = part(order[count : count + test_rows])
    return Split(train=part(order), calibrate=part(order[:count]), test=test, is_fitted_on_train=False)
