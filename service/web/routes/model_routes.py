"""/v1/models: the list, the card, how good a model is, what is stored for it."""

from typing import Any

from fastapi import APIRouter, Depends, Response

from service import actions
from service.errors import (
    Forbidden,
    ModelUnavailable,
    NoEvaluation,
    StorageUnavailable,
    Unauthorized,
    UnknownEntity,
    UnknownModel,
)
from service.rows.strict_json import encode
from service.web import problems
from service.web.dependencies import Fresh, Models, RequestLanguage, Storage, reader


def _json(shape: str, description: str) -> dict[str, Any]:
    return {
        "description": description,
        "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{shape}"}}},
    }


router = APIRouter(prefix="/v1/models", tags=["models"])


@router.get(
    "",
    summary="The models",
    dependencies=[Depends(reader)],
    responses={
        200: _json("ModelList", "All models; broken ones with the reason"),
        **problems.documented(Unauthorized, Forbidden),
    },
)
async def list_models(models: Models, language: RequestLanguage) -> Response:
    body = encode(actions.list_models(models, language))
    return Response(body, media_type="application/json", headers=_spoken(language))


@router.get(
    "/{model}",
    summary="The card of a model",
    dependencies=[Depends(reader)],
    responses={
        200: _json("Card", "What the model says of itself, in the language of Accept-Language (en, pl)"),
        **problems.documented(Unauthorized, Forbidden, UnknownModel, ModelUnavailable),
    },
)
async def card(model: str, models: Models, language: RequestLanguage, version: str | None = None) -> Response:
    body = encode(actions.describe(models, model, version, language))
    return Response(body, media_type="application/json", headers=_spoken(language))


@router.get(
    "/{model}/evaluation",
    summary="How good the model is",
    dependencies=[Depends(reader)],
    responses={
        200: _json("EvaluationAnswer", "Figures on held-out rows, in the language of Accept-Language (en, pl)"),
        **problems.documented(Unauthorized, Forbidden, UnknownModel, NoEvaluation, ModelUnavailable),
    },
)
async def evaluation(model: str, models: Models, language: RequestLanguage, version: str | None = None) -> Response:
    body = encode(actions.evaluate(models, model, version, language))
    return Response(body, media_type="application/json", headers=_spoken(language))


@router.get(
    "/{model}/entities",
    summary="The keys under which something is stored",
    dependencies=[Depends(reader)],
    responses={
        200: _json("EntityList", "A page in the order of the keys; `next` is the `after` of the next one"),
        **problems.documented(Unauthorized, Forbidden, ModelUnavailable, StorageUnavailable),
    },
)
def entity_list(model: str, models: Models, store: Storage, after: str | None = None) -> Response:
    return Response(encode(actions.list_entities(models, store, model, after)), media_type="application/json")


@router.get(
    "/{model}/entities/{id:path}",
    summary="What is stored for a key",
    dependencies=[Depends(reader)],
    responses={
        200: _json("EntityAnswer", "The stored prediction with its row, and the stored features, each with its age"),
        **problems.documented(Unauthorized, Forbidden, UnknownEntity, ModelUnavailable, StorageUnavailable),
    },
)
def entity(model: str, id: str, models: Models, store: Storage, freshness: Fresh) -> Response:  # noqa: A002
    return Response(encode(actions.look_up(models, store, model, id, freshness)), media_type="application/json")


def _spoken(language: str) -> dict[str, str]:
    return {"Content-Language": language, "Vary": "Accept-Language"}
