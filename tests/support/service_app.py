"""The real app in this process: over the trained bundles, over synthetic bundles, and with a nightly run in its store."""

import fcntl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from starlette.testclient import TestClient

from service.bundles.bundle_opening import open_model
from service.bundles.model import Model
from service.bundles.registry import Registry
from service.bundles.versions.bundle_folder import default_folder, list_folders
from service.jobs.__main__ import main as job
from service.settings import BUNDLES, Settings
from service.training.__main__ import main as train
from service.training.recipes import RECIPES
from service.web.app import create_app
from tests.support.formula_models import TOYS
from tests.support.repository import ROOT
from tests.support.shared_folder import made_once


def trained_bundles() -> Path:
    """Return the folder of the bundled models. Missing ones are trained, by one process at a time."""
    with (ROOT / "pyproject.toml").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        train([])
    return BUNDLES


@pytest.fixture(scope="session")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the default version of each bundled model, in a folder of the model's name."""
    folder = tmp_path_factory.mktemp("bundles")
    for name in RECIPES:
        (folder / name).symlink_to(default_folder(trained_bundles(), name))
    return folder


@pytest.fixture(scope="session")
def models(bundles: Path) -> dict[str, Model]:
    """The bundled models by name, opened."""
    return {name: open_model(bundles / name) for name in RECIPES}


@pytest.fixture(scope="session")
def toy_bundles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Real bundles of kinds that no bundled model is of, made by publishing's own code."""
    from tests.support.synthetic_recipes import build_toys

    return made_once(tmp_path_factory, "toy-bundles", build_toys)


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of the service's own database."""
    return f"sqlite:///{tmp_path_factory.mktemp('database')}/witryna.db"


@pytest.fixture(scope="session")
def service(bundles: Path, database: str) -> Iterator[TestClient]:
    """The real app over the real bundles, without keys."""
    yield from serve(Settings(bundles=str(bundles), database_url=database))


def serve(settings: Settings, registry: Registry | None = None) -> Iterator[TestClient]:
    """Serve the real app, over a folder of bundles or over the models of a registry."""
    app = create_app(settings, registry)
    with TestClient(app, base_url="http://localhost", raise_server_exceptions=False) as client:
        assert app.services.registry.loaded.wait(60)
        yield client


@pytest.fixture(scope="session")
def toys() -> Iterator[TestClient]:
    """The real app over the formula models alone."""
    yield from serve(Settings(), Registry.of(TOYS.values()))


@pytest.fixture(scope="session")
def toys_and_built(toy_bundles: Path) -> Iterator[TestClient]:
    """The real app over the formula models and the synthetic bundles."""
    built = [open_model(folder) for folder in list_folders(toy_bundles)]
    yield from serve(Settings(), Registry.of([*TOYS.values(), *built]))


@pytest.fixture(scope="session")
def clients_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Thirty thousand clients of credit-default with their key, as Parquet."""
    made = made_once(tmp_path_factory, "clients", lambda folder: train(["--clients", str(folder / "clients.parquet")]))
    return made / "clients.parquet"


@pytest.fixture(scope="session")
def nightly_run(bundles: Path, database: str, clients_file: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A nightly run of the first hundred clients of credit-default, in the service's own database."""
    run_nightly_job(bundles, database, clients_file, tmp_path_factory.mktemp("night"))


def run_nightly_job(bundles: Path, database: str, clients_file: Path, folder: Path) -> None:
    """Store predictions of the first hundred clients."""
    file = folder / "clients.parquet"
    pd.read_parquet(clients_file).iloc[:100].to_parquet(file)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SERVICE_DATABASE_URL", database)
        patch.setenv("SERVICE_BUNDLES", str(bundles))
        job(["predict", "--model", "credit-default", "--input", str(file)])


@pytest.fixture(scope="session")
def cards(service: TestClient) -> dict[str, Any]:
    """The published cards by name."""
    names = [model["name"] for model in service.get("/v1/models").json()["items"]]
    return {name: service.get(f"/v1/models/{name}").json() for name in names}
