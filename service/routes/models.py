"""/v1/models: the list, the card, and how good a model is.

Knows: HTTP. Must not know: arrays, files, SQL.
"""

from typing import Any

from fastapi import APIRouter, Depends, Response

from service import actions, problems
from service.deps import Models, Tongue, reader
from service.errors import Forbidden, ModelUnavailable, NoEvaluation, Unauthorized, UnknownModel
from service.strict_json import encode


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
async def list_models(models: Models, language: Tongue) -> Response:
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
async def card(model: str, models: Models, language: Tongue) -> Response:
    body = encode(actions.describe(models, model, language))
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
async def evaluation(model: str, models: Models, language: Tongue) -> Response:
    body = encode(actions.evaluate(models, model, language))
    return Response(body, media_type="application/json", headers=_spoken(language))


def _spoken(language: str) -> dict[str, str]:
    return {"Content-Language": language, "Vary": "Accept-Language"}
