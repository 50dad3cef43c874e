"""What a file costs beside its scoring alone, as a ratio in one run."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from numpy.typing import NDArray
from starlette.testclient import TestClient

from service.bundles.bundle_opening import open_model
from service.bundles.model import Model
from service.files.file_request import FileRequest
from service.files.score_file import score_file
from service.rows.columns import Columns
from tests.support.row_files import sent, written

Matrix = NDArray[np.float64]


@pytest.fixture(scope="module")
def many(bundles: Path, cards: dict[str, Any]) -> tuple[Model, Matrix, bytes]:
    """A model, 100,000 rows for its scorer, and the same rows as an Arrow stream with a key."""
    model = open_model(bundles / "credit-default")
    some = model.checks.columns(cards["credit-default"]["real_rows"]).numbers
    matrix = some[np.random.default_rng(0).integers(0, len(some), 100_000)]
    names = [field.name for field in model.card.inputs]
    table = pa.table({name: matrix[:, index] for index, name in enumerate(names)} | {"client_id": np.arange(len(matrix))})
    return model, matrix, written(table, "arrow")


def min_seconds(*works: Callable[[], object]) -> list[float]:
    """Return the least processor time of each; they take turns, so that a busy machine is busy for all of them."""
    rounds: list[list[float]] = []
    for _ in range(7):
        rounds.append([])
        for work in works:
            start = time.process_time()
            work()
            rounds[-1].append(time.process_time() - start)
    return [min(times) for times in zip(*rounds, strict=True)]


def test_a_file_costs_little_more_than_the_scorer_alone(many: tuple[Model, Matrix, bytes], tmp_path: Path) -> None:
    model, matrix, body = many
    file = tmp_path / "rows.arrow"
    file.write_bytes(body)
    alone, ours = min_seconds(
        lambda: model.scorer.score(Columns(matrix, {})),
        lambda: sum(map(len, score_file(model, file, FileRequest("arrow", "arrow")).pieces)),
    )
    assert alone / ours >= 0.8


def test_the_whole_service_reaches_most_of_the_scorers_rows_a_second(
    many: tuple[Model, Matrix, bytes], service: TestClient
) -> None:
    """From the first piece of the body to the last of the answer, spooling and threads included; a socket is the benchmark's."""
    model, matrix, body = many
    pieces = [body[start : start + 2**16] for start in range(0, len(body), 2**16)]
    status, _, answer = sent(service, "credit-default", pieces, "arrow")
    assert (status, pa.ipc.open_stream(answer).read_all().num_rows) == (200, len(matrix))
    alone, ours = min_seconds(
        lambda: model.scorer.score(Columns(matrix, {})), lambda: sent(service, "credit-default", pieces, "arrow")
    )
    assert alone / ours >= 0.8
