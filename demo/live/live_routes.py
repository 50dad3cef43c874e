"""The addresses of the audience's phones, /live/CODE …: the page, its event stream, guesses, feedback, playing alone."""

import re
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from client import Client, Refused, ServiceError
from demo.configuration.demo_file import DemoConfig
from demo.live import page_document, phone_requests
from demo.live.event_stream import send_events
from demo.live.meeting_answers import MeetingAnswers
from demo.live.phone_requests import BadRequest, answer_json, answer_refusal
from demo.live.request_limits import RequestLimit
from demo.live.room import Room
from demo.live.rooms import Rooms
from demo.live.stages.stage import build_stage
from demo.live.stages.step_answers import StepAnswers
from demo.text.translation import Translation
from demo.web import plain_document
from demo.web.visitor_cookie import MEETING, build_cookie
from wire.error_codes import UNKNOWN_MEETING

PATH = "/live"
_CODE = re.compile(r"[A-Za-z0-9_-]{16,64}")
_FIRST_STAGE_SECONDS = 0.5
_NOT_FOUND = 404
_MAX_STREAMS, _MAX_STREAMS_OF_ONE = 5_000, 8
Handler = Callable[[Request, Room, Translation], Awaitable[Response]]


class LivePages:
    """Answers the addresses below /live; everything else goes on to the app."""

    def __init__(self, app: ASGIApp, make_client: Callable[[], Client], config: DemoConfig) -> None:
        self._app, self._config = app, config
        self._answers = StepAnswers(make_client())
        self._rooms = Rooms(make_client, lambda view, language: build_stage(view, self._answers, Translation(language)))
        self._meeting = MeetingAnswers(make_client(), self._answers)
        self._streams: dict[str, int] = {}
        self._limits = {
            "page": RequestLimit(20, 1.0),
            "stream": RequestLimit(20, 0.5),
            "write": RequestLimit(15, 1.0),
            "play": RequestLimit(20, 3.0),
            "unknown": RequestLimit(20, 0.5),
            "address": RequestLimit(2_000, 50.0),  # a whole room opens its first page from one address
        }
        self._router = Router(
            [
                Route(f"{PATH}/assets/{{name}}", _send_asset),
                Route(f"{PATH}/leave", _leave),
                Route(f"{PATH}/{{code}}", self._page),
                Route(f"{PATH}/{{code}}/events", _AsgiRoute(self._events), methods=["GET"]),
                Route(f"{PATH}/{{code}}/logo", self._in_room(self._meeting.send_logo, "page")),
                Route(f"{PATH}/{{code}}/guesses", self._in_room(self._meeting.list_own_guesses, "write")),
                Route(f"{PATH}/{{code}}/guess", self._in_room(self._meeting.take_guess, "write"), methods=["POST"]),
                Route(f"{PATH}/{{code}}/feedback", self._in_room(self._meeting.take_feedback, "write"), methods=["POST"]),
                Route(f"{PATH}/{{code}}/play", self._in_room(self._meeting.play, "play"), methods=["POST"]),
            ]
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].removeprefix(scope.get("root_path", "")).startswith(f"{PATH}/"):
            await self._router(scope, receive, send)
            return
        try:
            await self._app(scope, receive, send)
        finally:
            if scope["type"] == "lifespan":
                self.close()

    def close(self) -> None:
        """End the streams and the running calls."""
        self._rooms.close()
        self._meeting.close()

    async def _enter(self, request: Request, limit: str) -> Room:
        """Return the room of the code in the path. Raises BadRequest; ServiceError if the service does not answer."""
        code = request.path_params["code"]
        if not _CODE.fullmatch(code):
            raise BadRequest(404, UNKNOWN_MEETING)
        visitor = phone_requests.visitor_of(request)
        if visitor and not self._limits[limit].take(visitor):
            raise BadRequest(429, "too_many_requests")
        if not visitor and not self._limits["address"].take(phone_requests.address_of(request)):
            raise BadRequest(429, "too_many_requests")
        if not self._rooms.is_open(code) and not self._limits["unknown"].take(phone_requests.address_of(request)):
            raise BadRequest(429, "too_many_requests")
        try:
            return await self._rooms.enter(code)
        except Refused as error:
            if error.code != UNKNOWN_MEETING:  # for example a demo without the right key
                raise
            raise BadRequest(404, UNKNOWN_MEETING) from error

    def _in_room(self, handler: Handler, limit: str) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            tr = self._choose_translation(request)
            try:
                return await handler(request, await self._enter(request, limit), tr)
            except BadRequest as refusal:
                return answer_refusal(refusal, tr)
            except ServiceError:
                return answer_json(
                    {"code": "no_answer", "message": tr.text("No answer at the moment. Please try again.")}, 503
                )

        return answer

    async def _page(self, request: Request) -> Response:
        try:
            room = await self._enter(request, "page")
        except BadRequest as refusal:
            return self._build_refusal(request, refusal.status)
        except ServiceError:
            return self._build_refusal(request, 503)
        language = room.choose_language(self._choose_translation(request).language)
        root = request.scope.get("root_path", "")
        stage = await room.first_stage(language, _FIRST_STAGE_SECONDS)
        returns = bool(phone_requests.visitor_of(request))
        frame = page_document.Frame(root, f"{root}{PATH}/{room.code}", returns, self._config)
        html, policy = page_document.build_document(room.view, stage, frame, Translation(language))
        headers = {"content-security-policy": policy, "cache-control": "no-store"}
        answer = Response(html.encode("utf-8", "replace"), headers=headers, media_type="text/html")
        answer.raw_headers.append((b"set-cookie", build_cookie(request.scope, MEETING, room.code)))
        return answer

    def _build_refusal(self, request: Request, status: int) -> Response:
        """Return a page that says why there is no meeting; that of an outage tries again by itself."""
        tr = self._choose_translation(request)
        if status == _NOT_FOUND:
            title = tr.text("This link opens no meeting")
            sentence = tr.text("The meeting has ended, or the link is not complete. Please ask for the link again.")
        else:
            title = tr.text("One moment, please")
            sentence = tr.text("The meeting does not answer yet. The page tries again by itself.")
        link = (request.url.path, tr.text("Try again"))
        html = plain_document.build_document(tr, self._config, title, sentence, link)
        headers = {"cache-control": "no-store"} | ({} if status == _NOT_FOUND else {"refresh": "3", "retry-after": "3"})
        return Response(html.encode(), status, headers, media_type="text/html")

    def _choose_translation(self, request: Request) -> Translation:
        return plain_document.choose_translation(request.scope, self._config)

    async def _events(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        caller = phone_requests.caller_of(request)
        try:
            room = await self._enter(request, "stream")
            if sum(self._streams.values()) >= _MAX_STREAMS or self._streams.get(caller, 0) >= _MAX_STREAMS_OF_ONE:
                raise BadRequest(429, "too_many_streams")
        except BadRequest as refusal:
            await answer_refusal(refusal, self._choose_translation(request))(scope, receive, send)
            return
        except ServiceError:
            await answer_json({"code": "no_answer"}, 503)(scope, receive, send)
            return
        if scope["method"] == "HEAD":
            await Response()(scope, receive, send)
            return
        self._streams[caller] = self._streams.get(caller, 0) + 1
        try:
            await send_events(room, room.choose_language(self._choose_translation(request).language), receive, send)
        finally:
            self._streams[caller] -= 1
            if not self._streams[caller]:
                del self._streams[caller]


class _AsgiRoute:
    """An endpoint that Starlette calls as an ASGI app: an answer without an end is no Response."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)


async def _leave(request: Request) -> Response:
    """End the visitor's part in a meeting: the demo shows again what it shows to everybody."""
    answer = RedirectResponse(f"{request.scope.get('root_path', '')}/", 303)
    answer.raw_headers.append((b"set-cookie", build_cookie(request.scope, MEETING, "", max_age_seconds=0)))
    return answer


async def _send_asset(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in page_document.ASSETS:
        return Response(status_code=404)
    content, _ = page_document.read_asset(name)
    headers = {"cache-control": "public, max-age=31536000, immutable"}
    return Response(content, headers=headers, media_type=page_document.ASSETS[name])
