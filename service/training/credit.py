"""The two credit models: boosted trees, and the scorecard that a bank could write down by hand.

Knows: the UCI data set of card clients. Must not know: bundles, cards, HTTP.
"""

from typing import Any

import pandas as pd

from service.scoring.payment_history import business_fields
from service.training.conversion import calibrated_trees_to_onnx, matrix_to_onnx
from service.training.recipe import DATA, SEED, Part, Recipe, Split, split_rows

FIELDS = [
    "months_late_now",
    "share_used_now",
    "worst_delay",
    "months_delayed",
    "share_used_average",
    "share_paid",
    "last_payment",
    "average_payment",
    "credit_limit",
]
PROTECTED = ["SEX", "EDUCATION", "MARRIAGE", "AGE"]

# More delay is never less risk, more payment never more. Without this a what-if can move the wrong way in thin regions;
# with it the AUC on held-out rows is the same to two digits. How much of the limit is used may go either way.
_DIRECTIONS = {
    "months_late_now": 1,
    "worst_delay": 1,
    "months_delayed": 1,
    "share_paid": -1,
    "last_payment": -1,
    "average_payment": -1,
    "credit_limit": -1,
}


def split() -> Split:
    """Return the clients with their business fields; sex, education, marriage and age stay aside."""
    clients = pd.read_parquet(DATA / "credit_card_default.parquet")
    months = range(1, 7)
    computed = business_fields(
        clients["LIMIT_BAL"].to_numpy(float),
        clients[["PAY_0", *(f"PAY_{month}" for month in months if month > 1)]].to_numpy(float),
        clients[[f"BILL_AMT{month}" for month in months]].to_numpy(float),
        clients[[f"PAY_AMT{month}" for month in months]].to_numpy(float),
    )
    answer = clients["DEFAULT_NEXT_MONTH"].to_numpy(int)
    return split_rows(pd.DataFrame(computed)[FIELDS], answer, clients[["ID", *PROTECTED]])


def fit_trees(train: Part) -> Any:
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.pipeline import Pipeline

    trees = HistGradientBoostingClassifier(
        max_iter=200,
        learning_rate=0.05,
        max_leaf_nodes=15,
        monotonic_cst=[_DIRECTIONS.get(field, 0) for field in FIELDS],
        random_state=SEED,
    )
    calibrated = CalibratedClassifierCV(trees, method="sigmoid", ensemble=False, cv=5)
    return Pipeline([("model", calibrated)]).fit(train.fields, train.answer)


def fit_scorecard(train: Part) -> Any:
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import StandardScaler

    return Pipeline([("scale", StandardScaler()), ("model", LogisticRegression())]).fit(train.fields, train.answer)


default = Recipe(card="credit-default", split=split, fit=fit_trees, to_onnx=calibrated_trees_to_onnx)
scorecard = Recipe(card="credit-scorecard", split=split, fit=fit_scorecard, to_onnx=matrix_to_onnx)
