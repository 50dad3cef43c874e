"""What tests share: the trained bundles, and the app over them, in this process."""

import gc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from service.bundles.registry import Registry
from service.settings import BUNDLES, Settings
from service.training.__main__ import main as train
from service.web.app import create_app

pytest_plugins = ["tests.support.databases", "tests.support.browser_session"]


ROOT = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test with the layer that its file lies in: tests/app/… is `app`."""
    for item in items:
        item.add_marker(item.path.relative_to(ROOT).parts[0])


def pytest_collection_finish() -> None:
    """As the service does when it starts: what was imported is not looked through again, in the middle of what is timed."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def bundles() -> Path:
    """The bundled models, trained now if they are not there yet."""
    train([])
    return BUNDLES


@pytest.fixture(scope="session")
def toy_bundles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Real bundles of kinds that no bundled model is of, made by publishing's own code."""
    from tests.support.synthetic_recipes import build_toys

    folder = tmp_path_factory.mktemp("toy-bundles")
    build_toys(folder)
    return folder


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of the service's own database."""
    return f"sqlite:///{tmp_path_factory.mktemp('database')}/witryna.db"


@pytest.fixture(scope="session")
def service(bundles: Path, database: str) -> Iterator[TestClient]:
    """The real app over the real bundles, without keys."""
    yield from serve(Settings(bundles=str(bundles), database_url=database))


def serve(settings: Settings, registry: Registry | None = None) -> Iterator[TestClient]:
    """The real app, over a folder of bundles or over the models of a registry."""
    app = create_app(settings, registry)
    with TestClient(app, base_url="http://localhost", raise_server_exceptions=False) as client:
        assert app.predictions.registry.loaded.wait(60)
        yield client


@pytest.fixture(scope="session")
def night(bundles: Path, database: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A nightly run of the first hundred clients of credit-default, in the service's own database."""
    run_night(bundles, database, tmp_path_factory.mktemp("night"))


def run_night(bundles: Path, database: str, folder: Path) -> None:
    import pandas as pd

    from service.jobs.__main__ import main as job

    file = folder / "clients.parquet"
    train(["--clients", str(file)])
    pd.read_parquet(file).iloc[:100].to_parquet(file)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SERVICE_DATABASE_URL", database)
        patch.setenv("SERVICE_BUNDLES", str(bundles))
        job(["predict", "--model", "credit-default", "--input", str(file)])


@pytest.fixture(scope="session")
def cards(service: TestClient) -> dict[str, Any]:
    """The published cards by name."""
    names = [model["name"] for model in service.get("/v1/models").json()["items"]]
    return {name: service.get(f"/v1/models/{name}").json() for name in names}
