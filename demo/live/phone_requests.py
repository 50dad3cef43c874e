"""What a request of a phone says: who it is, its language, its JSON; and the answers that every route gives."""

import asyncio
import json
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from demo.text.translation import Translation
from demo.web.visitor_cookie import VISITOR, is_visitor_id

MAX_BODY_BYTES = 64 * 1024
_BODY_SECONDS = 10.0
_JSON = "application/json"
_SAME_SITE = {"", "same-origin", "same-site", "none"}


class BadRequest(Exception):
    """A request that is answered with a status and a code alone."""

    def __init__(self, status: int, code: str, message: str = "") -> None:
        super().__init__(code)
        self.status, self.code, self.message = status, code, message


def visitor_of(request: Request) -> str:
    """Return the id of the browser's cookie; empty without one."""
    value = request.cookies.get(VISITOR, "")
    return value if is_visitor_id(value) else ""


def caller_of(request: Request) -> str:
    """Return for whom requests are counted: the browser, or the address of a caller without a cookie."""
    return visitor_of(request) or address_of(request)


def address_of(request: Request) -> str:
    """Return the address of the caller."""
    return request.client.host if request.client else ""


async def read_message(request: Request) -> dict[str, Any]:
    """Return the JSON object of a body of at most 64 KB. Raises BadRequest. Another site's page cannot send one."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != _JSON:
        raise BadRequest(415, "unsupported_media_type")
    if request.headers.get("sec-fetch-site", "") not in _SAME_SITE:
        raise BadRequest(403, "forbidden")
    body = bytearray()
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            async for part in request.stream():
                body += part
                if len(body) > MAX_BODY_BYTES:
                    raise BadRequest(413, "too_large")
        message = json.loads(body)
    except TimeoutError:
        raise BadRequest(408, "too_slow") from None
    except (ValueError, RecursionError):
        raise BadRequest(400, "invalid_json") from None
    if not isinstance(message, dict):
        raise BadRequest(400, "invalid_json")
    return message


def text_in(message: dict[str, Any], name: str, max_length: int = 200) -> str:
    """Return a text of a message; empty if it has none. Raises BadRequest if it is longer than a page sends."""
    value = message.get(name)
    if not isinstance(value, str):
        return ""
    if len(value) > max_length:
        raise BadRequest(400, "invalid_request")
    return value


def answer_json(content: dict[str, Any], status: int = 200) -> Response:
    """Return JSON that no cache keeps."""
    text = json.dumps(content, ensure_ascii=False, default=str)
    # a lone surrogate of a hostile text has no form in UTF-8
    headers = {"cache-control": "no-store"}
    return Response(text.encode("utf-8", "replace"), status, headers, media_type=_JSON)


def answer_refusal(refusal: BadRequest, tr: Translation) -> Response:
    """Return the answer to a refused request, with a sentence for the page."""
    message = refusal.message
    if not message and refusal.status in {429, 503}:
        message = tr.text("Too many requests from this phone. Please wait a moment.")
    return answer_json({"code": refusal.code, "message": message or tr.text("Please check this value.")}, refusal.status)
