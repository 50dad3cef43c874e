"""GET /metrics: figures for Prometheus."""

from fastapi import APIRouter, Depends, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from service.errors import Forbidden, Unauthorized
from service.web import problems
from service.web.dependencies import reader

router = APIRouter(tags=["health"])


@router.get(
    "/metrics",
    summary="Figures for Prometheus",
    dependencies=[Depends(reader)],
    responses={
        200: {
            "description": "Prometheus text",
            "content": {CONTENT_TYPE_LATEST.partition(";")[0]: {"schema": {"type": "string"}}},
        },
        **problems.documented(Unauthorized, Forbidden),
    },
)
async def metrics(request: Request) -> Response:
    return Response(generate_latest(request.app.state.figures.registry), media_type=CONTENT_TYPE_LATEST)
