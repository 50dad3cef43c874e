"""What a prediction costs beside the usual way, in the same process and the same minute, as a ratio. No network here."""

import json
import timeit
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pydantic import TypeAdapter, create_model

from service.bundles.bundle_opening import open_model
from service.bundles.model import Model
from service.rows.strict_json import encode
from tests.support.sklearn_pipelines import pipeline_of, split_of

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


def body_of(model: Model, rows: int) -> bytes:
    return json.dumps({"rows": (list(model.card.real_rows) * rows)[:rows]}).encode()


def answer_to(model: Model, body: bytes) -> bytes:
    read = model.quick_reader(body)
    assert read is not None
    return encode(model.predict(read[0]))


# Of 1,000 rows most of our time is the trees' own, and how fast a processor walks trees beside how fast it makes Python
# objects differs: the same code measured 2.7 with the machine to itself, 3.4 while others worked on it.
@pytest.mark.parametrize(("rows", "times", "ratio"), [(1, 30, 50), (1000, 3, 2.2)])
def test_from_body_to_answer_ours_takes_a_fraction_of_the_usual_time(
    rows: int, times: int, ratio: float, model: Model, usual: Callable[[bytes], object]
) -> None:
    body = body_of(model, rows)
    theirs_seconds, our_seconds = seconds([(lambda: usual(body), times), (lambda: answer_to(model, body), times * 10)])
    assert theirs_seconds / our_seconds >= ratio


def test_a_thousand_rows_are_answered_in_less_time_than_the_standard_library_takes_for_their_json(model: Model) -> None:
    body = body_of(model, 1000)
    answer = json.loads(answer_to(model, body))
    answered, read, written = seconds(
        [(lambda: answer_to(model, body), 20), (lambda: json.loads(body), 20), (lambda: json.dumps(answer), 20)]
    )
    assert answered <= 0.65 * (read + written)
