"""/v1/feedback: give it, follow what came of it, list it, review it."""

import asyncio
import re
from typing import Any, get_args

import msgspec
from fastapi import Request, Response

from service import actions
from service.bundles.model import Model
from service.errors import InvalidInput, InvalidRequest, ModelTimeout, UnknownFeedback
from service.meetings.feedback_entry import review_faults, score_again
from service.rows.strict_json import decode, encode
from service.schemas import FeedbackList, FeedbackRequest, FeedbackState, Review, Verdict
from service.store.meetings.feedback_records import FILTERS
from service.web.container import Services
from service.web.dependencies import AppServices
from service.web.routes.run_routes import NAME

_KEY = re.compile(r"[!-~]{8,128}")
ENUMERATIONS = {"verdict": get_args(Verdict), "state": get_args(FeedbackState)}
"""The filters that have few values."""
_SCORING_SECONDS = 2.0
_FEEDBACK = msgspec.json.Decoder(FeedbackRequest)
_REVIEW = msgspec.json.Decoder(Review)


async def give_feedback(request: Request, services: AppServices) -> Response:
    """Answer after the commit: what is acknowledged is stored."""
    key = request.headers.get("idempotency-key", "")
    if not _KEY.fullmatch(key):
        raise InvalidRequest("Send the header Idempotency-Key: 8 to 128 characters of ASCII, another one for each entry.")
    entry = decode(await request.body(), _FEEDBACK)
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


async def list_feedback(request: Request, services: AppServices, after: str | None = None) -> Response:
    parameters = request.query_params
    filters = {name: parameters[name] for name in FILTERS if name in parameters}
    for name, allowed in ENUMERATIONS.items():
        if filters.get(name, allowed[0]) not in allowed:
            raise InvalidRequest(f"`{name}` is one of {', '.join(allowed)}.")
    if after is not None and not NAME.fullmatch(after):
        raise InvalidRequest("`after` is `next` of a page.")
    if any("\0" in value for value in filters.values()):  # PostgreSQL refuses it, and nothing has it
        return _json(encode(FeedbackList()))
    return _json(encode(await services.meeting_calls.run(actions.list_feedback, services.meetings, filters, after)))


async def follow_feedback(id: str, services: AppServices) -> Response:  # noqa: A002 - the name in the path
    return _json(encode(await services.meeting_calls.run(actions.follow_feedback, services.meetings, _checked(id))))


async def review_feedback(id: str, request: Request, services: AppServices) -> Response:  # noqa: A002 - as above
    review = decode(await request.body(), _REVIEW)
    faults = list(review_faults(review))
    if faults:
        raise InvalidInput("The review cannot be stored.", faults=faults)
    answer = await services.meeting_calls.run(actions.review_feedback, services.meetings, _checked(id), review)
    return _json(encode(answer))


def _checked(id: str) -> str:  # noqa: A002 - as above
    """Return an id. Raises UnknownFeedback for what is none: PostgreSQL refuses some texts."""
    if not NAME.fullmatch(id):
        raise UnknownFeedback
    return id


def _json(body: bytes, status: int = 200) -> Response:
    return Response(body, status, media_type="application/json")
