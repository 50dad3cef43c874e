"""GET /health/live and /health/ready: for whoever starts, watches or balances the service."""

from fastapi import APIRouter, Request, Response

from service import actions
from service.rows.strict_json import encode
from service.schemas import Health
from service.web.dependencies import Models

router = APIRouter(prefix="/health", tags=["health"])
_SHAPE = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Health"}}}}


@router.get("/live", summary="Is the process there?", responses={200: {"description": "It is", **_SHAPE}})
async def live() -> Response:
    return Response(encode(Health(status="live")), media_type="application/json")


@router.get(
    "/ready",
    summary="Has every model that can load been loaded?",
    responses={
        200: {"description": "Yes; broken models are named with the reason", **_SHAPE},
        503: {"description": "Not yet, or not any more", **_SHAPE},
    },
)
async def ready(request: Request, models: Models) -> Response:
    health = actions.report_health(models, stopping=request.app.state.stopping.is_set())
    return Response(encode(health), 200 if health.status == "ready" else 503, media_type="application/json")
