"""The service that every tutorial writes: FastAPI, pydantic, a data frame, `predict_proba`. The yardstick of `make bench`.

Knows: the same fitted pipeline as the bundle `credit-default`. Must not know: the rooms that serve it.
"""

import sys
from typing import Any

import pandas as pd
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel

from service.training import credit


class Client(BaseModel):
    months_late_now: float
    share_used_now: float
    worst_delay: float
    months_delayed: float
    share_used_average: float
    share_paid: float
    last_payment: float
    average_payment: float
    credit_limit: float


class Question(BaseModel):
    rows: list[Client]


def create_app() -> FastAPI:
    """Fit the pipeline as training does, and serve it the usual way."""
    pipeline = credit.fit_trees(credit.split().train)
    app = FastAPI()

    @app.post("/predict")
    def predict(question: Question) -> dict[str, Any]:
        frame = pd.DataFrame([client.model_dump() for client in question.rows])
        return {"probabilities": pipeline.predict_proba(frame).tolist()}

    @app.get("/health")
    def health() -> dict[str, str]:
        return {"status": "ready"}

    return app


if __name__ == "__main__":
    uvicorn.run(create_app(), host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
