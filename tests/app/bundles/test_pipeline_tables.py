"""Promises of the tables that a scikit-learn pipeline gets: a row is the same alone and among others."""

import pandas as pd

from service.publishing.pipeline_frame import frame
from service.publishing.plain_rows import plain_rows
from service.rows.checks import Checks
from tests.support.fitted_pipelines import card_of, table


def test_a_row_without_a_category_is_the_same_alone_and_among_others() -> None:
    card, fields = card_of("two"), table()
    checks = Checks(card)
    together = frame(card, checks.columns(plain_rows(card, fields)))
    index = int(fields["kind"].isna().to_numpy().argmax())
    alone = frame(card, checks.columns(plain_rows(card, fields.iloc[[index]])))
    pd.testing.assert_frame_equal(alone, together.iloc[[index]].reset_index(drop=True))
    assert fields.dtypes.equals(together.dtypes)
