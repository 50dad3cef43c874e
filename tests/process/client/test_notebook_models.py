"""A model of a notebook is handed over with the code of that notebook."""

import subprocess
import sys
from pathlib import Path

from tests.support.repository import ROOT


def test_a_class_of_a_notebook_goes_with_the_model(tmp_path: Path) -> None:
    notebook = f"""
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from client import hand_over

class Doubled(StandardScaler):
    def transform(self, X):
        return 2 * super().transform(X)

X = np.arange(20.0).reshape(10, 2)
hand_over(make_pipeline(Doubled(), LogisticRegression()).fit(X, X[:, 0] > 9), X, X[:, 0] > 9, "own", folder={str(tmp_path)!r})
"""
    subprocess.run([sys.executable, "-c", notebook], check=True, cwd=ROOT)
    read = "import pickle, sys; print(pickle.load(open(sys.argv[1], 'rb')).predict([[0.0, 1.0], [18.0, 19.0]]).tolist())"
    opened = subprocess.run(
        [sys.executable, "-c", read, str(tmp_path / "own" / "model.pkl")], check=True, capture_output=True, cwd=tmp_path
    )
    assert opened.stdout.decode().strip() == "[False, True]"
