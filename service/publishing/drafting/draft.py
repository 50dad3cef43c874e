"""A sample of data and the facts of a fitted model → the draft of its card, its rows for the build, and what was noticed."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

import msgspec
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from service.bundles.card_checks import check_card
from service.errors import BrokenBundle, Fault, InvalidInput
from service.fields.field_type import NumbersType
from service.fields.lookup import number_fields, text_fields, type_of
from service.fields.number import NumberType
from service.publishing.data_split import SEED, Split
from service.publishing.drafting.arrays.array_tables import array_names, check_target, with_arrays
from service.publishing.drafting.column_checks import check_columns, is_identifier, unused_finding
from service.publishing.drafting.facts import ModelFacts
from service.publishing.drafting.field_drafts import draft_input
from service.publishing.drafting.findings import CannotDraft, Finding
from service.publishing.drafting.fitted_form import FittedTable, Scores, fitted_form, select_columns, takes_missing
from service.publishing.drafting.main_fields import main_fields
from service.publishing.drafting.output_draft import draft_output, question_of, title_of
from service.publishing.drafting.overrides import apply_overrides, aside_inputs, check_keys, tables
from service.publishing.drafting.target_rows import Target, finite_rows, read_target, split_sample, split_target
from service.publishing.drafting.telling_examples import with_examples
from service.rows.checks import Checks
from service.schemas import Card, Input, Scoring, Text, Training
from wire.cells.text_style import DateOrder
from wire.model_folder.model_names import slug

MAX_TEST_ROWS = 5000
"""More rows would make its intervals hardly narrower, but take time."""
MAX_EXAMPLE_ROWS = 5000
_MAX_GROUPS = 12
_MAX_ASIDE = 6
_MIN_GROUP_ROWS = 100
_NOTE: Text = {
    "en": "These rows may have been used to fit the model. Then the figures are better than those of new rows.",
    "pl": "Model mógł być uczony na tych samych przypadkach. Wtedy wyniki są lepsze niż dla nowych przypadków.",
}


@dataclass(frozen=True)
class Drafted:
    """What `publish` needs, and what the user should know."""

    card: Card
    split: Split
    findings: tuple[Finding, ...]
    attributes: tuple[Input, ...] = ()
    """The columns that the model does not read, by which the evaluation compares groups."""


def draft(
    sample: pd.DataFrame,
    target: "str | pd.Series[Any] | None",
    facts: ModelFacts,
    scores: Scores,
    *,
    name: str | None = None,
    overrides: Mapping[str, Any] | None = None,
    held_out: bool = False,
    date_order: DateOrder | None = None,
) -> Drafted:
    """Return the draft of the card of a fitted model.

    `target` is a column of the sample or a column of its own, `overrides` are the texts of card.toml, `held_out` tells that
    the model was not fitted on the sample, `date_order` how texts such as 1/2/2026 are dates. Raises CannotDraft with a
    sentence.
    """
    overrides = overrides or {}
    check_keys(overrides)
    rest, target_name, values = split_target(_named(sample), target)
    check_target(target_name, values)
    usable, answers, findings = read_target(target_name, values, facts)
    if facts.feature_names and target_name in facts.feature_names:
        rest = _named(sample)
        findings.append(
            Finding("leak", target_name, f"The model reads its own target {target_name}: its answers cannot be judged.")
        )
    selected, answers, more = _usable(
        select_columns(rest if usable is None else rest[usable], facts), answers, facts, overrides
    )
    formed = fitted_form(selected.table, facts, scores, date_order)
    table, aside = formed.table.reset_index(drop=True), selected.aside.reset_index(drop=True)
    findings += [*selected.findings, *more, *formed.findings]
    every = pd.concat([table, aside], axis=1)
    findings += check_columns(
        every.drop(columns=array_names(every)),
        list(table.columns),
        answers.truth,
        is_classification=facts.task != "regression",
    )
    few = table.iloc[np.sort(np.random.default_rng(SEED).permutation(len(table))[:MAX_EXAMPLE_ROWS])].reset_index(drop=True)
    few_scores = np.asarray(scores(few), dtype=np.float64)
    card = _card(table, facts, scores, answers, few_scores, name=name, overrides=overrides, held_out=held_out)
    card = msgspec.structs.replace(card, main_fields=main_fields(few, scores))
    card = _with_rows(card, few, few_scores, overrides)
    attributes, more = _attributes(aside, overrides)
    split = split_sample(table, answers, aside, test_rows=MAX_TEST_ROWS)
    _check_card(card)
    _check_rows(card, split)
    return Drafted(card, split, (*findings, *more), attributes)


def _usable(
    selected: FittedTable, answers: Target, facts: ModelFacts, overrides: Mapping[str, Any]
) -> tuple[FittedTable, Target, list[Finding]]:
    """Return the rows that can be used, their answers, and what was noticed. Raises CannotDraft if there are none."""
    selected, answers, findings = finite_rows(selected, answers)
    if not len(selected.table):
        raise CannotDraft(
            "The sample has no row that can be used. Give one with a row or more, and with values of the target."
        )
    selected, answers, more = with_arrays(selected, answers, facts, overrides)
    return selected, answers, findings + more


def _named(sample: pd.DataFrame) -> pd.DataFrame:
    """Return the sample with texts as the names of its columns. Raises CannotDraft if two have one name."""
    names = list(map(str, sample.columns))
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise CannotDraft(f"The sample has two columns with the name {twice!r}. Rename or drop one.")
    return sample.set_axis(names, axis=1).reset_index(drop=True)


def _card(
    table: pd.DataFrame,
    facts: ModelFacts,
    scores: Scores,
    target: Target,
    few_scores: NDArray[np.float64],
    *,
    name: str | None,
    overrides: Mapping[str, Any],
    held_out: bool,
) -> Card:
    """Return the card without examples and defaults."""
    name = str(overrides.get("name") or name or slug(target.name) or "model")
    title = title_of(name)
    return Card(
        name=name,
        title=title,
        question=question_of(target, facts, title),
        inputs=_inputs(table, facts, scores, overrides),
        output=draft_output(target, facts, few_scores),
        scoring=Scoring(scorer="onnx", gate_rows=0, gate_difference=0.0),
        training=Training(data=_data_text(len(table)), source="", licence="", algorithm=facts.algorithm),
        evaluation_note="" if held_out or target.truth is None else _NOTE,
        evaluated_on="unseen_rows" if held_out else "any_rows",
    )


def _data_text(rows: int) -> Text:
    return {"en": f"A sample of {rows:,} rows", "pl": f"Próbka danych, liczba wierszy: {rows}"}


def _inputs(table: pd.DataFrame, facts: ModelFacts, scores: Scores, overrides: Mapping[str, Any]) -> tuple[Input, ...]:
    nullable = takes_missing(table, scores)
    kinds = {each.get("name"): each.get("type") for each in tables(overrides, "inputs")}
    inputs = []
    for at, name in enumerate(table.columns):
        key = name if facts.feature_names is not None else str(at)
        field = draft_input(
            name,
            table[name],
            known=facts.known_categories.get(key),
            is_text=key in facts.text_columns,
            kind=kinds.get(name),
            columns=len(table.columns),
        )
        if name in nullable and isinstance(type_of(field), NumberType):
            is_whole = field.dtype.startswith(("int", "uint"))  # integers of numpy have no missing value
            field = msgspec.structs.replace(field, nullable=True, dtype="float64" if is_whole else field.dtype)
        inputs.append(field)
    return tuple(inputs)


def _with_rows(card: Card, few: pd.DataFrame, scores: NDArray[np.float64], overrides: Mapping[str, Any]) -> Card:
    """Return the card with the texts of card.toml, and with examples and defaults that it does not give."""
    card = apply_overrides(card, {key: value for key, value in overrides.items() if key != "examples"})
    _check_card(card)
    return apply_overrides(with_examples(card, few, scores), overrides)


def _attributes(aside: pd.DataFrame, overrides: Mapping[str, Any]) -> tuple[tuple[Input, ...], list[Finding]]:
    """Return the columns for the comparison of groups: those of card.toml, and others with few values."""
    unread = array_names(aside)
    aside = aside.drop(columns=unread)
    drafts: dict[str, Input] = {}
    for name in aside.columns:
        try:
            drafts[name] = draft_input(name, aside[name])
        except CannotDraft:
            continue
    chosen = {field.name: field for field in aside_inputs(overrides, drafts)}
    for name, field in drafts.items():
        distinct = aside[name].nunique()
        is_small = len(aside) >= _MIN_GROUP_ROWS and 1 < distinct <= _MAX_GROUPS
        if is_small and len(chosen) < _MAX_ASIDE and isinstance(type_of(field), NumbersType):
            chosen.setdefault(name, field)
    left = [name for name in aside.columns if not is_identifier(name, aside[name])] + unread
    return tuple(chosen.values()), [unused_finding(left, list(chosen))] if left else []


def _check_card(card: Card) -> None:
    """Raise CannotDraft if the card is inconsistent."""
    try:
        check_card(card)
    except BrokenBundle as error:
        raise CannotDraft(f"The card does not work: {error}. Say it right in card.toml.") from None


def _check_rows(card: Card, split: Split) -> None:
    """Raise CannotDraft if rows of the sample or of card.toml do not fit the card."""
    for example in card.examples:
        try:
            Checks(card).columns([example.row])
        except InvalidInput as error:
            raise _misfit(f"The example {example.name!r} does", error.faults[0]) from None
    rows = split.train.fields
    numbers = [field.training_numbers(rows[field.name]) for field in number_fields(card)]
    matrix = np.column_stack(numbers) if numbers else np.empty((len(rows), 0))
    faults = [*islice(Checks(card).matrix_faults(matrix), 1)]
    for field, column in zip(number_fields(card), numbers, strict=True):
        if not field.nullable and np.isnan(column).any():
            faults.append(field.missing_fault())
    for text in text_fields(card):
        words = rows[text.name].astype(object).where(rows[text.name].notna(), "").map(str).tolist()
        faults += islice(text.faults(words), 1)
    if faults:
        raise _misfit("Rows of the sample do", faults[0])


def _misfit(subject: str, fault: Fault) -> CannotDraft:
    message = fault.message.rstrip(".")
    return CannotDraft(f"{subject} not fit the field {fault.field}: {message}. Change it in card.toml.")
