"""Runs in a process of its own: MLflow opens the folder of a model and answers the rows on standard input, one by one."""

import json
import pathlib
import sys
import time
from typing import Any

import mlflow  # type: ignore[import-not-found,unused-ignore]
import mlflow.pyfunc  # type: ignore[import-not-found,unused-ignore]
import pandas as pd


def main(folder: pathlib.Path) -> None:
    """Print the version of MLflow, the columns of the answer to each row (null: refused), and the seconds for all."""
    model = mlflow.pyfunc.load_model(str(folder))
    rows = json.load(sys.stdin)
    frames = [pd.DataFrame([row], dtype=object) for row in rows]
    start = time.perf_counter()
    answers = [answer(model, frame) for frame in frames]
    seconds = time.perf_counter() - start
    sys.stdout.write("\n" + json.dumps([mlflow.__version__, answers, seconds]))


def answer(model: Any, frame: Any) -> Any:
    try:
        return model.predict(frame).to_dict("records")[0]
    except Exception as error:
        if type(error).__name__ == "Refused":  # of the package of the model, which MLflow has imported
            return None
        raise


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
