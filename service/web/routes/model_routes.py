"""/v1/models: the list, the card, how good a model is, what is stored for it."""

import hashlib

from fastapi import Request, Response

from service import actions
from service.by_key import entities
from service.rows.strict_json import encode
from service.web.dependencies import AppServices, PathModel, RequestLanguage, VersionModel

JPEG = "image/jpeg"
_ESCAPED_SLASH = b"%2f"


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


async def entity_picture(
    model: PathModel,
    id: str,  # noqa: A002 - the name in the path
    services: AppServices,
    language: RequestLanguage,
    request: Request,
) -> Response:
    if request.scope.get("raw_path", b"").lower().endswith(_ESCAPED_SLASH + b"picture"):  # the key itself ends like this
        return await entity(model, f"{id}/picture", services, language)
    preview = await services.store_calls.run(entities.entity_picture, model.card, services.store, id)
    tag = f'"{hashlib.sha256(preview).hexdigest()}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if _is_known(tag, request):
        return Response(status_code=304, headers=headers)
    return Response(preview, media_type=JPEG, headers=headers)


def _is_known(tag: str, request: Request) -> bool:
    """Tell whether If-None-Match names the tag, in its list or as *; a weak tag counts like a strong one (RFC 9110)."""
    given = ",".join(request.headers.getlist("if-none-match")).split(",")
    return any(each.strip().removeprefix("W/") in {tag, "*"} for each in given)


def _localized(body: bytes, language: str) -> Response:
    headers = {"Content-Language": language, "Vary": "Accept-Language"}
    return Response(body, media_type="application/json", headers=headers)
