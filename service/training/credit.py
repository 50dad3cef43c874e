"""The two credit models: boosted trees, and a scorecard, which a bank can write down by hand."""

from pathlib import Path
from typing import Any

import pandas as pd

from service.jobs.payment_history import business_fields
from service.publishing.data_split import SEED, LabelledRows, Split, split_rows
from service.training.recipe import DATA, Recipe, on_one_thread

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
STATEMENT_MONTHS = ["2005-09", "2005-08", "2005-07", "2005-06", "2005-05", "2005-04"]
PROTECTED = ["SEX", "EDUCATION", "MARRIAGE", "AGE"]

# More delay never lowers the risk, and more payment never raises it. Without these constraints a what-if can move the
# wrong way where there are few rows. With them the held-out AUC is the same to two digits. The used share is free.
_DIRECTIONS = {
    "months_late_now": 1,
    "worst_delay": 1,
    "months_delayed": 1,
    "share_paid": -1,
    "last_payment": -1,
    "average_payment": -1,
    "credit_limit": -1,
}


def read_clients() -> pd.DataFrame:
    """Return every client: number, business fields, truth, and the columns kept aside."""
    table = pd.read_parquet(DATA / "credit_card_default.parquet")
    months = range(1, 7)
    computed = business_fields(
        table["LIMIT_BAL"].to_numpy(float),
        table[["PAY_0", *(f"PAY_{month}" for month in months if month > 1)]].to_numpy(float),
        table[[f"BILL_AMT{month}" for month in months]].to_numpy(float),
        table[[f"PAY_AMT{month}" for month in months]].to_numpy(float),
    )
    return pd.concat([pd.DataFrame(computed)[FIELDS], table[["ID", *PROTECTED, "DEFAULT_NEXT_MONTH"]]], axis=1)


def split_clients() -> Split:
    """Split the clients with their business fields. Sex, education, marriage and age are no inputs; they stay aside."""
    table = read_clients()
    return split_rows(table[FIELDS], table["DEFAULT_NEXT_MONTH"].to_numpy(int), table[["ID", *PROTECTED]])


def write_clients(file: Path) -> None:
    """Write the key `client_id` and the inputs of the credit models as Parquet, for the nightly job."""
    read_clients()[["ID", *FIELDS]].rename(columns={"ID": "client_id"}).to_parquet(file, index=False)


def write_statements(file: Path) -> None:
    """Write six statements per client as Parquet, one row per statement, newest first, like the tables of a bank.

    Every statement has the credit limit: the used share is computed from it.
    """
    table = pd.read_parquet(DATA / "credit_card_default.parquet")
    statements = [
        pd.DataFrame(
            {
                "client": table["ID"],
                "month": month,
                "status": table["PAY_0" if number == 1 else f"PAY_{number}"],
                "bill": table[f"BILL_AMT{number}"],
                "paid": table[f"PAY_AMT{number}"],
                "limit": table["LIMIT_BAL"],
            }
        )
        for number, month in enumerate(STATEMENT_MONTHS, start=1)
    ]
    table = pd.concat(statements).sort_values("client", kind="stable", ignore_index=True)
    table.to_parquet(file, index=False, compression="zstd")


@on_one_thread
def fit_trees(train: LabelledRows) -> Any:
    """Fit monotone boosted trees with sigmoid calibration by five-fold cross-validation."""
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
    return Pipeline([("model", calibrated)]).fit(train.fields, train.truth)


@on_one_thread
def fit_scorecard(train: LabelledRows) -> Any:
    """Fit a logistic regression on scaled fields."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import StandardScaler

    return Pipeline([("scale", StandardScaler()), ("model", LogisticRegression())]).fit(train.fields, train.truth)


CREDIT_DEFAULT = Recipe(name="credit-default", split=split_clients, fit=fit_trees)
CREDIT_SCORECARD = Recipe(name="credit-scorecard", split=split_clients, fit=fit_scorecard)
