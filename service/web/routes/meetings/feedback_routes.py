"""/v1/feedback: give it, follow what came of it, list it, review it."""

import asyncio
from typing import Any, get_args

import msgspec
from fastapi import Request, Response

from service import actions
from service.bundles.model import Model
from service.errors import InvalidInput, InvalidRequest, ModelTimeout, UnknownFeedback
from service.feedback import case_comparison
from service.feedback.feedback_entry import in_meeting, review_faults, score_again
from service.feedback.feedback_figures import read_figures
from service.rows.strict_json import decode, encode
from service.schemas import FeedbackRequest, FeedbackState, Review, Verdict
from service.schemas.meetings.compared_cases import CaseComparisonRequest
from service.store.meetings.feedback_records import FILTERS
from service.web.container import Services
from service.web.dependencies import AppServices, RequestCaller
from service.web.middleware.api_keys import Caller
from service.web.routes.meetings.callers_meeting import meeting_of_code, require_meeting
from service.web.routes.meetings.idempotency_key import read_idempotency_key
from service.web.routes.run_routes import NAME
from wire.media_types import MEDIA_TYPES

ENUMERATIONS = {"verdict": get_args(Verdict), "state": get_args(FeedbackState)}
"""The filters that have few values."""
EXPORT_TYPES = {
    "csv": f"{MEDIA_TYPES['csv']}; charset=utf-8",
    "json": MEDIA_TYPES["json"],
    "xlsx": MEDIA_TYPES["xlsx"],
    "cases": MEDIA_TYPES["json"],
}
"""The formats of a file of feedback."""
_SCORING_SECONDS = 2.0
_FEEDBACK = msgspec.json.Decoder(FeedbackRequest)
_REVIEW = msgspec.json.Decoder(Review)
_COMPARISON = msgspec.json.Decoder(CaseComparisonRequest)


async def give_feedback(request: Request, services: AppServices, caller: RequestCaller) -> Response:
    """Answer after the commit: what is acknowledged is stored."""
    key = read_idempotency_key(request)
    entry = decode(await request.body(), _FEEDBACK)
    entry = in_meeting(entry, await meeting_of_code(request, services, caller), caller.meeting)
    model = actions.check_feedback(services.registry, entry)
    prediction = None if model is None else await _score_again(services, model, entry)
    receipt = await services.meeting_calls.run(actions.store_feedback, services.meetings, key, entry, prediction)
    return _json(encode(receipt), status=201)


async def _score_again(services: Services, model: Model, entry: FeedbackRequest) -> dict[str, Any] | None:
    """Return the answer of the model, or None if it takes too long: nobody waits for it."""
    try:
        async with asyncio.timeout(_SCORING_SECONDS):
            return await services.threads.run(model.card.name, score_again, model, entry.row, can_refuse=False)
    except (TimeoutError, ModelTimeout):
        return None


async def list_feedback(
    request: Request, services: AppServices, caller: RequestCaller, after: str | None = None
) -> Response:
    filters = _read_filters(request, caller)
    if after is not None and not NAME.fullmatch(after):
        raise InvalidRequest("`after` is `next` of a page.")
    return _json(encode(await services.meeting_calls.run(actions.list_feedback, services.meetings, filters, after)))


async def feedback_figures(request: Request, services: AppServices, caller: RequestCaller) -> Response:
    filters = _read_filters(request, caller)
    return _json(encode(await services.threads.run("figures of feedback", read_figures, services.meetings, filters)))


async def compare_cases(request: Request, services: AppServices, caller: RequestCaller) -> Response:
    asked = decode(await request.body(), _COMPARISON)
    meeting = asked.meeting if caller.meeting is None else asked.meeting or caller.meeting
    if meeting is not None:
        require_meeting(caller, meeting)
    services.registry.get(asked.model)
    candidates = [services.registry.get(each.model, each.version) for each in asked.candidates]
    work = (case_comparison.compare_cases, services.meetings, asked.model, meeting, candidates)
    return _json(encode(await services.threads.run("the comparison of cases", *work)))


async def export_feedback(request: Request, services: AppServices, caller: RequestCaller) -> Response:
    file_format = request.query_params.get("format", "csv")
    if file_format not in EXPORT_TYPES:
        raise InvalidRequest(f"`format` is one of {', '.join(EXPORT_TYPES)}.")
    filters = _read_filters(request, caller)
    work = (actions.export_feedback, services.meetings, filters, file_format)
    body = await services.threads.run("the export of feedback", *work)
    name = f"feedback.{'json' if file_format == 'cases' else file_format}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(body, media_type=EXPORT_TYPES[file_format], headers=headers)


def _read_filters(request: Request, caller: Caller) -> dict[str, str]:
    """Return the filters of the address, and the one meeting that the caller may see.

    Raises InvalidRequest, UnknownMeeting.
    """
    parameters = request.query_params
    filters = {name: parameters[name] for name in FILTERS if name in parameters}
    if caller.meeting is not None:
        require_meeting(caller, filters.setdefault("meeting", caller.meeting))
    for name, allowed in ENUMERATIONS.items():
        if filters.get(name, allowed[0]) not in allowed:
            raise InvalidRequest(f"`{name}` is one of {', '.join(allowed)}.")
    return filters


async def follow_feedback(id: str, services: AppServices, caller: RequestCaller) -> Response:  # noqa: A002 - in the path
    work = (actions.follow_feedback, services.meetings, _checked(id), caller.meeting)
    return _json(encode(await services.meeting_calls.run(*work)))


async def review_feedback(
    id: str,  # noqa: A002 - as above
    request: Request,
    services: AppServices,
    caller: RequestCaller,
) -> Response:
    review = decode(await request.body(), _REVIEW)
    faults = list(review_faults(review))
    if faults:
        raise InvalidInput("The review cannot be stored.", faults=faults)
    work = (actions.review_feedback, services.meetings, _checked(id), review, caller.meeting)
    return _json(encode(await services.meeting_calls.run(*work)))


def _checked(id: str) -> str:  # noqa: A002 - as above
    """Return an id. Raises UnknownFeedback for what is none: PostgreSQL refuses some texts."""
    if not NAME.fullmatch(id):
        raise UnknownFeedback
    return id


def _json(body: bytes, status: int = 200) -> Response:
    return Response(body, status, media_type="application/json")
