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


def test_equal_texts_are_scored_once_and_have_their_own_score_at_each_row(
    models: dict[str, Model], monkeypatch: pytest.MonkeyPatch
) -> None:
    model = models["comment-sentiment"]
    three = columns_of(model, 3).texts["comment"]
    texts = [three[index % 3] for index in range(1000)]
    expected = np.concatenate([model.scorer.score(Columns(np.zeros((1, 0)), {"comment": [text]})) for text in three])
    cleaned: list[str] = []
    prepare = model.scorer._prepare  # type: ignore[attr-defined] # what a text costs begins with its cleaning

    def count(text: str) -> str:
        cleaned.append(text)
        return str(prepare(text))

    monkeypatch.setattr(model.scorer, "_prepare", count)
    scores = model.scorer.score(Columns(np.zeros((1000, 0)), {"comment": texts}))
    assert np.array_equal(scores, expected[[index % 3 for index in range(1000)]])
    assert sorted(cleaned) == sorted(three)
