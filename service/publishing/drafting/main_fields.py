"""The fields that matter most to a model: those whose values change its answers most."""

import numpy as np
import pandas as pd

from service.publishing.data_split import SEED
from service.publishing.drafting.fitted_form import Scores

MAX_MAIN_FIELDS = 12
_MAX_ROWS = 500
_MAX_SCORED_ROWS = 100_000
_MIN_ROWS = 20
_MAX_CELLS = 4_000_000


def main_fields(table: pd.DataFrame, scores: Scores) -> tuple[str, ...]:
    """Return up to 12 columns, the most important first; none if the table has no more than that.

    The importance is the mean absolute change of the answer if the values of the column are shuffled. It needs no truth, and
    shows what the model uses. Source: Fisher, Rudin and Dominici, All Models are Wrong, but Many are Useful, JMLR 2019, with
    the change of the answer in place of the change of the loss.
    """
    names = list(table.columns)
    if len(names) <= MAX_MAIN_FIELDS:
        return ()
    random = np.random.default_rng(SEED)
    count = min(len(table), max(_MIN_ROWS, min(_MAX_ROWS, _MAX_SCORED_ROWS // len(names))))
    rows = table.iloc[np.sort(random.permutation(len(table))[:count])].reset_index(drop=True)
    shuffled = rows.iloc[random.permutation(count)].reset_index(drop=True)
    answers = np.asarray(scores(rows))
    columns_at_once = max(1, _MAX_CELLS // (count * len(names)))
    effects: dict[str, float] = {}
    for start in range(0, len(names), columns_at_once):
        chosen = names[start : start + columns_at_once]
        changed = np.asarray(
            scores(pd.concat([rows.assign(**{name: shuffled[name]}) for name in chosen], ignore_index=True))
        )
        differences = np.abs(changed.reshape(len(chosen), *answers.shape) - answers).mean(axis=(1, 2))
        effects |= dict(zip(chosen, differences.tolist(), strict=True))
    used = [name for name in names if effects[name] > 0]
    return tuple(sorted(used, key=lambda name: -effects[name])[:MAX_MAIN_FIELDS])
