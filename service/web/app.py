"""create_app(settings): the only builder of the web service. Nothing is built at import."""

import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline
from starlette.exceptions import HTTPException

from service.bundles.registry import Registry
from service.bundles.versions.registry_updates import RegistryUpdates
from service.errors import ServiceError
from service.meetings.retention import remove_regularly
from service.model_process.process_limits import ProcessLimits, set_process_limits
from service.settings import Settings
from service.web import problems
from service.web.container import Services, build_services
from service.web.middleware.http_entry import HttpEntry
from service.web.middleware.page_policy import PagePolicy
from service.web.middleware.unexpected_errors import UnexpectedErrors
from service.web.openapi.document import document
from service.web.route import Route
from service.web.route_table import ROUTES
from service.web.router import Router

DESCRIPTION = "Models in a shop window: each with its card, its fields and a real example. Errors are RFC 9457 problems."


def create_app(settings: Settings, registry: Registry | None = None, routes: Sequence[Route] = ROUTES) -> HttpEntry:
    """Build the service. Its models load in the background once it runs; /health/ready says when they have.

    From then on it follows the changes of the folder of bundles. A registry that is loaded already is served unchanged.
    Raises WrongSettings.
    """
    set_process_limits(ProcessLimits(settings.model_memory_bytes, Path(settings.environments)))
    services = build_services(settings, Registry() if registry is None else registry)
    framework = _framework(services, routes)
    return HttpEntry(Router(routes, PagePolicy(framework), services), framework, services)


def _framework(services: Services, routes: Sequence[Route]) -> FastAPI:
    """Return the FastAPI app: its handlers, the docs page, start and stop."""
    app = FastAPIOffline(
        title="Witryna",
        version="1",
        description=DESCRIPTION,
        lifespan=_lifespan,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.services = services
    for route in routes:
        if route.handler is not None:
            app.add_api_route(route.path, route.handler, methods=[route.method], response_model=None)
    app.add_exception_handler(ServiceError, problems.answer_service_error)
    app.add_exception_handler(HTTPException, problems.answer_framework_error)
    app.add_middleware(UnexpectedErrors)

    def openapi() -> dict[str, Any]:
        return document(app, services, routes)

    app.openapi = openapi  # type: ignore[method-assign] # FastAPI's documented way to replace its document
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    services: Services = app.state.services
    ended = threading.Event()
    if not services.registry.loaded.is_set():
        updates = RegistryUpdates(services.registry, Path(services.settings.bundles))
        arguments = (services.settings.bundles_poll_seconds, ended)
        threading.Thread(target=updates.run, args=arguments, name="follow the bundles", daemon=True).start()
    if services.settings.max_days is not None:
        work = (services.meetings, services.settings.max_days, ended)
        threading.Thread(target=remove_regularly, args=work, name="remove what is too old", daemon=True).start()
    yield
    ended.set()
    await services.exports.close()
    services.store.close()
    services.meetings.close()
