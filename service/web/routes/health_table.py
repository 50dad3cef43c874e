"""The rows of the table of routes about the service itself: its health and its figures."""

from service.web.openapi.answer_schemas import reference
from service.web.route import Route
from service.web.routes import health_routes, metrics_routes

_HEALTH_SHAPE = {"application/json": {"schema": reference("Health")}}

HEALTH_ROUTES = (
    Route(
        method="GET",
        path="/health/live",
        handler=health_routes.live,
        scope=None,
        slots=None,
        name="live",
        tag="health",
        summary="Is the process there?",
        answer="It is",
        answer_schema=reference("Health"),
        errors=(),
    ),
    Route(
        method="GET",
        path="/health/ready",
        handler=health_routes.ready,
        scope=None,
        slots=None,
        name="ready",
        tag="health",
        summary="Has every model that can load been loaded?",
        answer="Yes; broken models are named with the reason",
        answer_schema=reference("Health"),
        other_answers={"503": {"description": "Not yet, or not any more", "content": _HEALTH_SHAPE}},
        errors=(),
    ),
    Route(
        method="GET",
        path="/metrics",
        handler=metrics_routes.metrics,
        name="metrics",
        tag="health",
        summary="Figures for Prometheus",
        answer="Prometheus text",
        answer_schema={"type": "string"},
        media_type="text/plain",
    ),
)
