"""A model of a text and of a number that may be missing is evaluated like any other."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import Pipeline

from service.bundles.scorers.scorer import open_scorer
from service.evaluation.report import evaluate
from service.rows.checks import Checks
from service.schemas import Card, Classification, ClassificationEvaluation, Input, Label, Scoring

ROWS = 1200
CARD = Card(
    name="mixed",
    title="Mixed",
    question="?",
    inputs=(Input(name="note", type="text"), Input(name="amount", type="number", nullable=True)),
    output=Classification(labels=(Label(value="no"), Label(value="yes")), focus="no"),
    scoring=Scoring(scorer="process", gate_rows=0, gate_difference=0),
)


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    random = np.random.default_rng(5)
    kind = random.integers(0, 2, ROWS)
    said = np.where(random.random(ROWS) < 0.8, kind, 1 - kind)
    notes = [
        f"{'good' if word else 'bad'} {'day ' * length}".strip()
        for word, length in zip(said, random.integers(1, 30, ROWS), strict=True)
    ]
    amount = kind + 2 * random.normal(size=ROWS)
    amount[::10] = np.nan
    return pd.DataFrame({"note": notes, "amount": amount, "answer": kind})


@pytest.fixture(scope="module")
def pipeline(rows: pd.DataFrame) -> Any:
    prepare = ColumnTransformer([("note", TfidfVectorizer(), "note"), ("amount", SimpleImputer(), ["amount"])])
    return Pipeline([("prepare", prepare), ("model", LogisticRegression())]).fit(rows[["note", "amount"]], rows["answer"])


def test_a_text_beside_a_number_that_may_be_missing_is_evaluated(rows: pd.DataFrame, pipeline: Any, tmp_path: Path) -> None:
    skops.io.dump(pipeline, tmp_path / "model.skops")
    fields = rows[["note", "amount"]]
    given = [
        {"note": note, "amount": None if np.isnan(amount) else amount} for note, amount in fields.itertuples(index=False)
    ]
    truth = rows["answer"].to_numpy()
    result = evaluate(
        CARD, open_scorer(CARD, tmp_path), Checks(CARD).columns(given), truth, aside=pd.DataFrame(), attributes=()
    )
    assert isinstance(result, ClassificationEvaluation)
    answer = pipeline.predict_proba(fields)[:, 0]
    assert result.auc is not None
    assert result.auc.value == pytest.approx(roc_auc_score(truth == 0, answer), abs=1e-6)
    assert [each.field for each in result.importance] == ["note", "amount"]
    assert all(each.drop.low > 0 for each in result.importance)
    lengths, amounts = result.segments
    assert (lengths.name, lengths.label) == ("note", {"en": "Length of the text", "pl": "Długość tekstu"})
    missing = amounts.groups[-1]
    assert missing.label == {"en": "missing", "pl": "brak"}
    assert missing.truth.rows == ROWS / 10
    assert missing.flagged is not None
    assert missing.flagged.value == pytest.approx(np.mean(answer[::10] >= 0.5), abs=1e-6)
    assert result.bands == []
