"""GET /health/live and /health/ready: for programs that start, watch or balance the service."""

from fastapi import Response

from service import actions
from service.rows.strict_json import encode
from service.schemas import Health
from service.web.dependencies import AppServices


async def live(services: AppServices) -> Response:
    health = Health(status="live", accepts_models=services.settings.accepts_models)
    return Response(encode(health), media_type="application/json")


async def ready(services: AppServices) -> Response:
    health = actions.report_health(
        services.registry, stopping=services.stopping.is_set(), accepts_models=services.settings.accepts_models
    )
    return Response(encode(health), 200 if health.status == "ready" else 503, media_type="application/json")
