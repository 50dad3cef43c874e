"""Formula models whose predictions and features are stored by key."""

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from starlette.testclient import TestClient

from service.bundles.model import Model
from service.bundles.registry import Registry
from service.rows.strict_json import encode
from service.schemas import Entity, Row
from service.settings import Settings
from service.store import run_history
from service.store.run_history import Progress
from service.store.store import Store
from tests.support.formula_models import FLAT, FLAT_ROW, PET
from tests.support.service_app import serve

FLATS, PETS = "/v1/models/flat-price", "/v1/models/pet-kind"


def with_entity(model: Model, key: str, max_age_hours: float | None) -> Model:
    card = msgspec.structs.replace(model.card, entity=Entity(key=key, max_age_hours=max_age_hours))
    return replace(model, card=card)


FLAT_MODEL = with_entity(FLAT, "flat", None)


PET_MODEL = with_entity(PET, "pet", 48)
PLAIN_MODEL = replace(FLAT, card=msgspec.structs.replace(FLAT.card, name="plain"))


def opened(url: str, **settings: Any) -> Iterator[TestClient]:
    """The real app over two models with an entity and one without."""
    registry = Registry.of([FLAT_MODEL, PET_MODEL, PLAIN_MODEL])
    yield from serve(Settings(database_url=url, **settings), registry)


def put(store: Store, model: Model, rows: dict[str, Row], *, version: str | None = None, at: str | None = None) -> str:
    """Publish a run of rows, each with the prediction that the model gives it."""
    begun = run_history.resume_or_start(store, "predictions", model.card.name, version or model.card.version, "a test")
    predictions = model.predict(list(rows.values())).predictions
    stored = [
        {
            "key": key,
            "place": index,
            "row": encode(row).decode(),
            "prediction": encode(prediction).decode(),
            "computed_at": at or run_history.now(),
        }
        for index, ((key, row), prediction) in enumerate(zip(rows.items(), predictions, strict=True), start=1)
    ]
    run_history.store_batch(store, Progress(begun.run, len(rows), ""), stored, [], 0.1)
    run_history.publish(store, begun.run)
    return begun.run


def ask(app: TestClient, path: str, *rows: Any) -> Any:
    return app.post(f"{path}/predictions", json={"rows": rows})


def plain(prediction: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in prediction.items() if name not in {"source", "stored", "changed", "origins"}}


def live(app: TestClient, path: str, row: Row) -> Any:
    return ask(app, path, row).json()["predictions"][0]


OTHER = FLAT_ROW | {"area": 61.0}


def hours_ago(hours: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(time.time() - hours * 3600))


def put_features(store: Store, model: str, entities: dict[str, Row], *, at: str | None = None) -> str:
    """Publish a run of features."""
    begun = run_history.resume_or_start(store, "features", model, "v", "a test")
    rows = [
        {"key": key, "place": index, "fields": encode(fields).decode(), "computed_at": at or run_history.now()}
        for index, (key, fields) in enumerate(entities.items(), start=1)
    ]
    run_history.store_batch(store, Progress(begun.run, len(rows), ""), rows, [], 0.1)
    run_history.publish(store, begun.run)
    return begun.run


@pytest.fixture
def app(url: str) -> Iterator[TestClient]:
    yield from opened(url)
