"""GET /metrics: figures for Prometheus."""

from fastapi import Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from service.web.dependencies import AppServices


async def metrics(services: AppServices) -> Response:
    return Response(generate_latest(services.metrics.registry), media_type=CONTENT_TYPE_LATEST)
