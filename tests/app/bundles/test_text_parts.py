"""Promises of scoring many texts: in parts, and with the same numbers as each text alone."""

import numpy as np
import pytest

from service.bundles.model import Model
from service.rows.columns import Columns


def columns_of(model: Model, count: int) -> Columns:
    """Return different texts: one real comment cut at different lengths."""
    rows = list(model.card.real_rows)
    texts = [str(rows[index % len(rows)]["comment"])[: 1 + index] for index in range(count)]
    return Columns(np.zeros((count, 0)), {"comment": texts})


@pytest.mark.parametrize("count", [1, 2, 127, 128, 129, 256, 257])
def test_a_text_has_the_same_score_among_others_and_alone(count: int, models: dict[str, Model]) -> None:
    model = models["comment-sentiment"]
    columns = columns_of(model, count)
    alone = [model.scorer.score(Columns(np.zeros((1, 0)), {"comment": [text]})) for text in columns.texts["comment"]]
    assert np.array_equal(model.scorer.score(columns), np.concatenate(alone))
