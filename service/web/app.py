"""create_app(settings): the only builder of the web service. Nothing is built at import."""

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline
from starlette.exceptions import HTTPException

from service.bundles.registry import Registry
from service.by_key.freshness import Freshness
from service.errors import BrokenStorage, ServiceError
from service.settings import Settings
from service.store.store import Store
from service.web import problems
from service.web.body_reader import Bodies
from service.web.dependencies import Slots, Threads
from service.web.middleware.http_entry import Figures, Traffic
from service.web.openapi import document as openapi
from service.web.routes import health_routes, metrics_routes, model_routes, run_routes
from service.web.routes.prediction_routes import Predictions
from service.web.routes.question_routes import questions
from wire.settings_reader import WrongSettings

DESCRIPTION = "Models in a shop window: each with its card, its fields and a real example. Errors are RFC 9457 problems."


def create_app(settings: Settings, registry: Registry | None = None) -> Traffic:
    """Build the service. Its models load in the background once it runs; /health/ready says when they have.

    A registry that is given and loaded is served as it is.
    The store is opened at the first question to it, or by `prepare`. Raises WrongSettings.
    """
    registry, store = Registry() if registry is None else registry, _store(settings)
    freshness = Freshness(
        settings.stored_max_age_hours,
        rescore=settings.stale_predictions == "rescore",
        features_max_age_hours=settings.features_max_age_hours,
        refuse_expired=settings.expired_features == "refuse",
    )
    figures, stopping = Figures(), threading.Event()
    app = _framework(settings, registry, store)
    app.state.settings, app.state.registry, app.state.store = settings, registry, store
    app.state.freshness, app.state.figures, app.state.stopping = freshness, figures, stopping
    slots = Slots(settings.max_in_flight)
    threads, bodies = Threads(settings.model_seconds), Bodies(settings)
    predictions = Predictions(registry, store, freshness, threads=threads, slots=slots, bodies=bodies, settings=settings)
    return Traffic(
        app,
        predictions,
        questions(registry, threads, slots, bodies),
        figures=figures,
        stopping=stopping,
        keys=settings.keys(),
        slots=slots,
    )


def _store(settings: Settings) -> Store:
    try:
        return Store(settings.database_url)
    except BrokenStorage as error:
        raise WrongSettings(f"SERVICE_DATABASE_URL: {error}") from None


def _framework(settings: Settings, registry: Registry, store: Store) -> FastAPI:
    """Return the routes that FastAPI runs, its document, and what happens at start and stop."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        if not registry.loaded.is_set():
            folder = Path(settings.bundles)
            threading.Thread(target=registry.load, args=[folder], name="load models", daemon=True).start()
        yield
        store.close()

    app = FastAPIOffline(
        title="Witryna",
        version="1",
        description=DESCRIPTION,
        lifespan=lifespan,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.include_router(model_routes.router)
    app.include_router(run_routes.router)
    app.include_router(health_routes.router)
    app.include_router(metrics_routes.router)
    app.add_exception_handler(ServiceError, problems.from_family)
    app.add_exception_handler(HTTPException, problems.from_framework)

    def document() -> dict[str, Any]:
        return openapi.document(app, registry)

    app.openapi = document  # type: ignore[method-assign] # FastAPI's documented way to extend its document
    return app
