"""Arguments that FastAPI passes to handlers: the container, the model of the path, who calls and in which language."""

from typing import Annotated

from fastapi import Depends, Request

from service.bundles.model import Model
from service.web.container import Services
from service.web.middleware.api_keys import Caller
from wire.languages import Language, preferred_language


async def services(request: Request) -> Services:
    """Return the container of the app."""
    container: Services = request.app.state.services
    return container


AppServices = Annotated[Services, Depends(services)]


async def model_of_path(model: str, services: AppServices) -> Model:
    """Return the model that the path names. Raises UnknownModel, ModelUnavailable."""
    return services.registry.get(model)


async def model_of_version(model: str, services: AppServices, version: str | None = None) -> Model:
    """Return the model that the path and ?version= name. Raises UnknownModel, UnknownVersion, ModelUnavailable."""
    return services.registry.get(model, version)


async def language(request: Request) -> Language:
    """Return the language of a request."""
    return preferred_language(request.headers.get("accept-language", ""))


async def caller(request: Request) -> Caller:
    """Return who calls."""
    found: Caller = request.scope["caller"]
    return found


PathModel = Annotated[Model, Depends(model_of_path)]
VersionModel = Annotated[Model, Depends(model_of_version)]
RequestLanguage = Annotated[Language, Depends(language)]
RequestCaller = Annotated[Caller, Depends(caller)]
