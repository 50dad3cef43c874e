"""Card statements of one client, month by month."""

from typing import Any

import pandas as pd


def months_of(client: Any, **changed: Any) -> pd.DataFrame:
    """Return six plain statements of a client, newest first."""
    table = {
        "client": client,
        "month": ["2005-09", "2005-08", "2005-07", "2005-06", "2005-05", "2005-04"],
        "status": [2, 0, -1, -2, 1, 0],
        "bill": [5000, 10_000, -500, 0, 0, 10_000],
        "paid": [3000, 0, 0, 0, 2000, 50_000],
        "limit": 20_000,
    }
    return pd.DataFrame(table | changed).astype(object)
