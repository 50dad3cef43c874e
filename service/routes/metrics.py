"""GET /metrics: figures for Prometheus.

Knows: HTTP. Must not know: models.
"""

from fastapi import APIRouter, Depends, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from service import problems
from service.deps import reader
from service.errors import Forbidden, Unauthorized

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
