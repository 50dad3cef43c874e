"""Promises of the advert model: its card says what is invented, and a picture measured at night is joined with a request."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from service.bundles.bundle_opening import open_model
from service.bundles.registry import Registry
from service.jobs.__main__ import main as job
from service.settings import Settings
from service.training.ad_response import FRESH, STORED
from service.training.recipe import read_texts
from tests.support.repository import ROOT
from tests.support.service_app import serve

MODEL = "ad-response"
ADDRESS = f"/v1/models/{MODEL}"
NUMBERS = [str(example["row"]["advert_id"]) for example in read_texts(MODEL)["examples"]]
MAX_CARD_BYTES = 150_000


@pytest.fixture(scope="module")
def app(bundles: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The model over a store with the adverts of its examples. Their pictures were not measured again."""
    folder = tmp_path_factory.mktemp("adverts")
    for number in NUMBERS:
        shutil.copy(ROOT / "data" / "adverts" / f"{number}.jpg", folder)
    database = f"sqlite:///{folder.parent}/adverts.db"
    computed = ROOT / "data" / "advert_features.parquet"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("service.jobs.pictures.picture_batch.compute", None)
        patch.setenv("SERVICE_DATABASE_URL", database)
        patch.setenv("SERVICE_BUNDLES", str(bundles))
        job(["pictures", "--model", MODEL, "--input", str(folder), "--computed", str(computed)])
    settings = Settings(bundles=str(bundles), database_url=database)
    yield from serve(settings, Registry.of([open_model(bundles / MODEL)]))


def predicted(app: TestClient, row: dict[str, Any]) -> Any:
    answer = app.post(f"{ADDRESS}/predictions", json={"rows": [row]})
    assert answer.status_code == 200, answer.text
    return answer.json()["predictions"][0]


def test_a_picture_measured_at_night_gets_the_answer_of_its_features_in_the_request(app: TestClient) -> None:
    examples = app.get(ADDRESS).json()["examples"]
    assert len(examples) == len(NUMBERS)
    for number, example in zip(NUMBERS, examples, strict=True):
        row = example["row"]
        joined = predicted(app, {"advert_id": number, **{name: row[name] for name in FRESH}})
        assert joined["probabilities"] == predicted(app, row)["probabilities"]
        assert {name for name, origin in joined["origins"].items() if origin["from"] == "store"} == set(STORED)


def test_another_hour_gets_another_answer_from_the_same_picture(app: TestClient) -> None:
    row = {"advert_id": NUMBERS[0], "placement": "feed", "weekday": "tue", "age_group": "35-49", "budget": 100}
    morning, night = (predicted(app, row | {"hour": hour})["probabilities"]["more"] for hour in (8, 3))
    assert morning > night + 0.2


def test_a_stored_advert_has_its_texts_and_its_picture(app: TestClient) -> None:
    found = app.get(f"{ADDRESS}/entities/{NUMBERS[0]}").json()
    assert "Espresso na rogu" in " ".join(text["text"] for text in found["stored_picture"]["texts"])
    assert app.get(f"{ADDRESS}/entities/{NUMBERS[0]}/picture").headers["content-type"] == "image/jpeg"


@pytest.mark.parametrize(
    ("language", "invented", "rates"),
    [("en", "Invented clicks", ("99.87%", "98.8%")), ("pl", "Wymyślone kliknięcia", ("99,87%", "98,8%"))],
)
def test_the_card_says_that_the_clicks_are_invented_and_how_well_texts_are_read(
    language: str, invented: str, rates: tuple[str, str], app: TestClient
) -> None:
    answer = app.get(ADDRESS, headers={"Accept-Language": language})
    card = answer.json()
    assert len(answer.content) < MAX_CARD_BYTES
    assert card["limits"][0].startswith(invented)
    assert all(rate in " ".join(card["limits"]) for rate in rates)
    for text in (card["summary"], card["purpose"], card["evaluation_note"], card["training"]["data"]):
        assert invented.lower()[:7] in text.lower()
