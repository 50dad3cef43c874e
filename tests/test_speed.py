"""What a prediction costs beside the usual way, in the same process and the same minute, as a ratio. No network here."""

import json
import timeit
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pydantic import TypeAdapter, create_model

from service.scoring.registry import Model, open_model
from service.strict_json import encode
from tests.fitted import pipeline_of, split_of

MODEL = "credit-default"


ROUNDS = 15


def seconds(works: list[tuple[Callable[[], object], int]]) -> list[float]:
    """Return the best time of each work; they take turns, so that a busy machine is busy for all of them."""
    rounds = [[timeit.timeit(work, number=times) / times for work, times in works] for _ in range(ROUNDS)]
    return [min(times) for times in zip(*rounds, strict=True)]


@pytest.fixture(scope="module")
def model(bundles: Path) -> Model:
    return open_model(bundles / MODEL)


@pytest.fixture(scope="module")
def usual() -> Callable[[bytes], object]:
    """pydantic, a data frame, `predict_proba`, `json.dumps`: what a tutorial's service does with a body."""
    train, pipeline = split_of(MODEL).train, pipeline_of(MODEL)
    kinds: dict[str, Any] = dict.fromkeys(map(str, train.fields), (float, ...))
    row: Any = create_model("Row", **kinds)
    rows: TypeAdapter[Any] = TypeAdapter(create_model("Asked", rows=(list[row], ...)))

    def answer(body: bytes) -> str:
        frame = pd.DataFrame([row.model_dump() for row in rows.validate_json(body).rows])
        return json.dumps(pipeline.predict_proba(frame).tolist())

    return answer


@pytest.mark.parametrize(("rows", "times", "ratio"), [(1, 30, 40), (1000, 3, 3.5)])
def test_from_body_to_answer_ours_takes_a_fraction_of_the_usual_time(
    rows: int, times: int, ratio: float, model: Model, usual: Callable[[bytes], object]
) -> None:
    body = json.dumps({"rows": (list(model.card.real_rows) * rows)[:rows]}).encode()

    def ours() -> bytes:
        read = model.read(body)
        assert read is not None
        return encode(model.predict(read[0]))

    theirs_seconds, our_seconds = seconds([(lambda: usual(body), times), (ours, times * 10)])
    assert theirs_seconds / our_seconds >= ratio
