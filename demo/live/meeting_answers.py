"""What phones send to a meeting and ask of it: guesses, feedback, cases that they go through alone, the logo."""

from typing import Any, cast

from starlette.requests import Request
from starlette.responses import Response

from client import AudienceCase, Card, Client, Refused
from demo.live import phone_requests
from demo.live.phone_requests import BadRequest, answer_json, read_message, text_in
from demo.live.room import Room
from demo.live.service_calls import ServiceCalls
from demo.live.stages import guess_views, phone_feedback
from demo.live.stages.phone_feedback import InvalidMessage
from demo.live.stages.play_views import Player
from demo.live.stages.step_answers import StepAnswers
from demo.text.translation import Translation
from wire.error_codes import GUESSES_CLOSED

_IDEMPOTENCY_LETTERS = 64


class MeetingAnswers:
    """The handlers of a room's routes. Each raises BadRequest, or ServiceError if the service does not answer."""

    def __init__(self, client: Client, answers: StepAnswers) -> None:
        self._client, self._answers = client, answers
        self._writes = ServiceCalls(threads=16, max_waiting=2_000)
        self._questions = ServiceCalls(threads=4, max_waiting=1_000)

    def close(self) -> None:
        """End the running calls."""
        self._writes.close()
        self._questions.close()
        self._client.close()

    async def send_logo(self, _request: Request, room: Room, _tr: Translation) -> Response:
        """Return the logo of the meeting."""
        logo = room.view["look"]["logo"]
        if logo is None:
            raise BadRequest(404, "no_logo")
        content = await self._questions.run(self._client.audience.logo, room.code)
        headers = {"cache-control": "private, max-age=86400", "content-security-policy": "default-src 'none'"}
        return Response(content, headers=headers, media_type=logo["media_type"])

    async def take_guess(self, request: Request, room: Room, tr: Translation) -> Response:
        """Store a guess: `{"case", "option": "decision/approve"}` or `{"case", "typed": "3,000"}`."""
        message, person = await read_message(request), _require_person(request, tr)
        case = text_in(message, "case")
        card = await self._find_card(room, case, tr)
        guess = _read_guess(message, card, tr)
        try:
            await self._writes.run(self._client.audience.guess, room.code, {"case": case, "person": person, **guess})
        except Refused as error:
            status = 409 if error.code == GUESSES_CLOSED else 422
            raise BadRequest(status, error.code, tr.text("This guess could not be counted.")) from error
        return answer_json({"text": guess_views.format_guess(card, guess, tr) if card else ""})

    async def list_own_guesses(self, request: Request, room: Room, tr: Translation) -> Response:
        """Return the guesses of the person who comes back, by case."""
        person = _require_person(request, tr)
        own = await self._writes.run(self._client.audience.own_guesses, room.code, person)
        found = {}
        for guess in own["guesses"]:
            card = await self._find_card(room, guess["case"], tr)
            text = guess_views.format_guess(card, cast("dict[str, Any]", guess), tr) if card else ""
            found[guess["case"]] = {"option": _name_option(guess), "sent": True, "text": text}
        return answer_json(found)

    async def _find_card(self, room: Room, case_id: str, tr: Translation) -> Card | None:
        """Return the card of the case on the screen; None for another case, of which phones know nothing."""
        case = room.view["case"]
        if case is None or case["id"] != case_id:
            return None
        key = (case["model"], case["version"], tr.language)
        return self._answers.find_card(*key) or await self._questions.run(self._answers.get_card, *key)

    async def take_feedback(self, request: Request, room: Room, tr: Translation) -> Response:
        """Store feedback; the answer comes after the service's commit. Its `key` makes sure that it is stored once."""
        message = await read_message(request)
        key = text_in(message, "key", _IDEMPOTENCY_LETTERS)
        try:
            entry = phone_feedback.read_feedback(message, _require_person(request, tr), room.meeting, tr)
            receipt = await self._writes.run(self._client.feedback.give, entry, key)
        except InvalidMessage as error:
            raise BadRequest(422, "invalid_message", str(error)) from error
        except (Refused, TypeError, ValueError) as error:
            sentence = tr.text("This could not be stored. Please check what you wrote.")
            raise BadRequest(422, "refused", sentence) from error
        return answer_json({"id": receipt["id"], "created": receipt["created"]}, 201)

    async def play(self, request: Request, room: Room, tr: Translation) -> Response:
        """Return a case that a person goes through alone: `{"case", "changes"?: {field: text}, "reasons"?}`."""
        message = await read_message(request)
        view = room.view
        case: AudienceCase | None = next((each for each in view["cases"] if each["id"] == message.get("case")), None)
        if view["state"]["audience"] != "alone" or case is None:
            raise BadRequest(409, "not_alone", tr.text("The presenter leads the meeting again."))
        player = Player(view, self._answers, request.scope.get("root_path", ""), tr)
        changes = message.get("changes")
        try:
            if not isinstance(changes, dict):
                return answer_json(await self._questions.run(player.open_case, case))
            wants_reasons = message.get("reasons") is True
            return answer_json(
                await self._questions.run(lambda: player.answer_changes(case, changes, wants_reasons=wants_reasons))
            )
        except Refused as error:
            raise BadRequest(422, error.code) from error


def _require_person(request: Request, tr: Translation) -> str:
    person = phone_requests.visitor_of(request)
    if not person:
        raise BadRequest(403, "no_cookie", tr.text("Please allow cookies for this page, and load it again."))
    return person


def _read_guess(message: dict[str, Any], card: Card | None, tr: Translation) -> dict[str, Any]:
    """Return one of `decision`, `label`, `value`. Raises BadRequest."""
    kind, slash, name = text_in(message, "option", 300).partition("/")
    if slash and kind in {"decision", "label"}:
        return {kind: name}
    typed = text_in(message, "typed").strip()
    try:
        return {"value": guess_views.parse_guess(card, typed, tr)}
    except ValueError:
        raise BadRequest(422, "no_number", tr.text("“{entry}” is not a number.", entry=typed[:40])) from None


def _name_option(guess: Any) -> str | None:
    return next((f"{kind}/{guess[kind]}" for kind in ("decision", "label") if guess.get(kind) is not None), None)
