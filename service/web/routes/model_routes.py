"""/v1/models: the list, the card, how good a model is, what is stored for it."""

from fastapi import Response

from service import actions
from service.rows.strict_json import encode
from service.web.dependencies import AppServices, PathModel, RequestLanguage, VersionModel


async def list_models(services: AppServices, language: RequestLanguage) -> Response:
    return _localized(encode(actions.list_models(services.registry, language)), language)


async def card(model: VersionModel, language: RequestLanguage) -> Response:
    return _localized(encode(actions.describe(model, language)), language)


async def evaluation(model: VersionModel, language: RequestLanguage) -> Response:
    return _localized(encode(actions.evaluate(model, language)), language)


async def entity_list(
    model: PathModel, services: AppServices, language: RequestLanguage, after: str | None = None
) -> Response:
    answer = await services.store_calls.run(
        actions.list_entities, model, services.store, after, services.freshness, language
    )
    return _localized(encode(answer), language)


async def entity(
    model: PathModel,
    id: str,  # noqa: A002 - the name in the path
    services: AppServices,
    language: RequestLanguage,
) -> Response:
    answer = await services.store_calls.run(actions.look_up, model, services.store, id, services.freshness, language)
    return _localized(encode(answer), language)


def _localized(body: bytes, language: str) -> Response:
    headers = {"Content-Language": language, "Vary": "Accept-Language"}
    return Response(body, media_type="application/json", headers=headers)
