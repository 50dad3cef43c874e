"""What the process of a model costs beside the model's own time, in the same run, as a ratio."""

import timeit
from pathlib import Path
from typing import Any

import msgspec
import pytest

from service.bundles.bundle_files import read_card
from service.bundles.scorers.process_scorer import ProcessScorer
from service.model_files.fitted_file import write_fitted_model
from service.publishing.plain_rows import plain_rows
from service.rows.checks import Checks
from service.rows.columns import Columns
from tests.support.sklearn_pipelines import pipeline_of, split_of

MODEL = "credit-scorecard"
ROUNDS, CALLS = 15, 40


@pytest.fixture(scope="module")
def in_process(bundles: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[ProcessScorer, Columns, Any]:
    """The model in its process, one row for it, and the same row as a data frame."""
    card = read_card(bundles / MODEL)
    card = msgspec.structs.replace(card, scoring=msgspec.structs.replace(card.scoring, scorer="process"))
    folder = tmp_path_factory.mktemp("process")
    write_fitted_model(folder, pipeline_of(MODEL), trusted=True)
    row = split_of(MODEL).test.fields[[field.name for field in card.inputs]][:1]
    return ProcessScorer(card, folder), Checks(card).columns(plain_rows(card, row)), row


# A row of this pipeline takes scikit-learn 0.5 ms, and 0.8 ms through the process on the machine that the bound was set on.
# 2.5 times its own time is 0.8 ms more than it, below the millisecond that a process may cost.
def test_a_row_through_a_process_costs_less_than_a_millisecond_beside_the_model(
    in_process: tuple[ProcessScorer, Columns, Any],
) -> None:
    scorer, columns, row = in_process
    pipeline = pipeline_of(MODEL)
    assert scorer.score(columns)[0] == pytest.approx(pipeline.predict_proba(row)[0], abs=1e-12)
    own_times, served_times = [], []
    for _ in range(ROUNDS):
        own_times.append(timeit.timeit(lambda: pipeline.predict_proba(row), number=CALLS))
        served_times.append(timeit.timeit(lambda: scorer.score(columns), number=CALLS))
    assert min(served_times) <= 2.5 * min(own_times)
