"""The service that a tutorial builds: FastAPI, pydantic, a data frame, `predict_proba`. `make bench` compares with it."""

import sys
from typing import Any

import pandas as pd
import uvicorn
from fastapi import FastAPI
from pydantic import create_model

from benchmarks import twenty_fields
from service.training.comments import clean_comments
from service.training.recipes import RECIPES


def create_app(model: str) -> FastAPI:
    """Fit the pipeline of a bundled model and return an app that serves it."""
    recipe = (RECIPES | twenty_fields.RECIPES)[model]
    train = recipe.split().train
    pipeline = recipe.fit(train)
    predict = getattr(pipeline, "predict_proba", None) or pipeline.predict
    types: dict[str, Any] = {
        str(name): (float if pd.api.types.is_numeric_dtype(values) else str, ...) for name, values in train.fields.items()
    }
    row: Any = create_model("Row", **types)
    request: Any = create_model("Request", rows=(list[row], ...))
    app = FastAPI()

    @app.post("/predict")
    def answer(body: request) -> dict[str, Any]:
        frame = pd.DataFrame([each.model_dump() for each in body.rows])
        return {"answers": predict(clean_comments(frame) if "comment" in frame else frame).tolist()}

    @app.get("/health")
    def health() -> dict[str, str]:
        return {"status": "ready"}

    return app


if __name__ == "__main__":
    uvicorn.run(create_app(sys.argv[1]), host="127.0.0.1", port=int(sys.argv[2]), log_level="warning")
