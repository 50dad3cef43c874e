"""The OpenAPI document is true: schemathesis asks every operation what it allows, and what it does not."""

from typing import Any

import schemathesis
from hypothesis import HealthCheck, settings
from starlette.testclient import TestClient

from service.app import create_app
from service.settings import BUNDLES, Settings
from service.training.__main__ import main as train


def app_over_the_bundles() -> Any:
    train([])
    app = create_app(Settings())
    app.predictions.registry.load(BUNDLES)
    return app


schema = schemathesis.openapi.from_asgi("/openapi.json", app_over_the_bundles(), headers={"Host": "localhost"})


@schema.parametrize()
@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_every_operation_keeps_its_word(case: Any) -> None:
    case.call_and_validate(headers={"Host": "localhost"})


def test_every_model_has_its_own_operation_with_real_examples(service: TestClient, cards: dict[str, Any]) -> None:
    document = service.get("/openapi.json").json()
    for name, card in cards.items():
        body = document["paths"][f"/v1/models/{name}/predictions"]["post"]["requestBody"]["content"]["application/json"]
        assert body["examples"].keys() == {example["name"] for example in card["examples"]}
        row = document["components"]["schemas"][f"Row-{name}"]
        assert list(row["properties"]) == [field["name"] for field in card["inputs"]]
        for example in body["examples"].values():
            assert service.post(f"/v1/models/{name}/predictions", json=example["value"]).status_code == 200
