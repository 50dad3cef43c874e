"""Six months of card statements → the nine business fields of the credit models. The only place that computes them.

Training and the nightly features call the same function.
"""

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]

MONTHS = 6
SHARE_CAP = 2.0
"""Higher shares of the limit are set to this value: 0.1 % of the real shares, which tell nothing more about a client."""


def business_fields(limit: NDArray[np.float64], status: Matrix, bill: Matrix, paid: Matrix) -> dict[str, Matrix]:
    """Return field → one value for each client, from `limit` (clients,) and three tables (clients, 6), newest month first.

    Amounts are in NT dollars. `status` is the repayment status of the UCI data set: ≤ 0 in time, n ≥ 1 for n months late.
    A payment pays the bill of the previous month, so the newest bill has no payment yet, and the oldest payment has no bill.
    NaN is unknown. A field that depends on an unknown value is NaN.
    """
    late = np.maximum(status, 0)
    owed = np.maximum(bill, 0)
    billed = owed[:, 1:].sum(axis=1)
    settled = paid[:, :-1].sum(axis=1)
    nothing_billed = np.where(np.isnan(billed), np.nan, 1.0)
    share_paid = np.divide(settled, billed, out=nothing_billed, where=billed > 0)
    return {
        "credit_limit": limit,
        "months_late_now": late[:, 0],
        "worst_delay": late.max(axis=1),
        "months_delayed": np.where(np.isnan(late).any(axis=1), np.nan, (late > 0).sum(axis=1)),
        "share_used_now": _share(owed[:, 0], limit),
        "share_used_average": _share(owed.mean(axis=1), limit),
        "share_paid": np.round(np.minimum(share_paid, 1.0), 2),
        "last_payment": paid[:, 0],
        "average_payment": np.round(paid.mean(axis=1)),
    }


def _share(amount: Matrix, limit: Matrix) -> Matrix:
    return np.asarray(np.round(np.minimum(amount / limit, SHARE_CAP), 2), dtype=np.float64)
