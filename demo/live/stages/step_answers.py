"""The answers that phones show: each case is asked once for each language, however many phones show it."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass

from client import Card, Client, Curve, Explanation, Prediction, Refused, Row, ServiceError
from demo.live.stages.once_cache import OnceCache
from demo.meetings.recordings import RecordedCase
from demo.session.cases import complete_row
from wire.error_codes import UNKNOWN_VERSION

_MAX_ANSWERS, _MAX_CARDS = 400, 100
_CARD_SECONDS = 20.0


@dataclass(frozen=True)
class StepAnswer:
    """The answer of a model to a row; `explanation` is None if only the answer was asked for."""

    card: Card
    row: Row
    prediction: Prediction
    explanation: Explanation | None = None
    recorded: RecordedCase | None = None
    """The recording that the answer comes from, if the service did not give it."""


class StepAnswers:
    """Asks the service for cards and answers. Threads may share it; equal questions at the same moment are one request."""

    def __init__(self, client: Client, clock: Callable[[], float] = time.monotonic) -> None:
        self._client, self._clock = client, clock
        self._cards: OnceCache[Card] = OnceCache(_MAX_CARDS)
        self._last_cards: dict[tuple[str, str | None, str], Card] = {}
        self._answers: OnceCache[StepAnswer] = OnceCache(_MAX_ANSWERS)
        self._curves: OnceCache[Curve] = OnceCache(_MAX_ANSWERS)

    def get_card(self, model: str, version: str | None, language: str) -> Card:
        """Return the card of a planned version, or of the default one if the planned one is gone.

        Without the service it is the last card. Raises ServiceError if there is none.
        """
        key = (model, version, language)
        try:
            card = self._cards.get((*key, int(self._clock() // _CARD_SECONDS)), lambda: self._fetch_card(*key))
        except ServiceError:
            if key not in self._last_cards:
                raise
            return self._last_cards[key]
        if len(self._last_cards) >= _MAX_CARDS and key not in self._last_cards:
            self._last_cards.clear()
        self._last_cards[key] = card
        return card

    def find_card(self, model: str, version: str | None, language: str) -> Card | None:
        """Return the card that was last got, without a question to the service; None if there is none."""
        return self._last_cards.get((model, version, language))

    def _fetch_card(self, model: str, version: str | None, language: str) -> Card:
        try:
            return self._client.card(model, language, version=version)
        except Refused as error:
            if version is None or error.code != UNKNOWN_VERSION:
                raise
            return self._client.card(model, language)

    def predict(self, card: Card, row: Row, language: str) -> StepAnswer:
        """Return the answer without its reasons. Raises ServiceError."""
        whole = complete_row(card, row)
        explained = self._answers.find(_key("why", card, whole, language))
        return explained or self._answers.get(
            _key("answer", card, whole, language), lambda: self._predict(card, whole, language)
        )

    def explain(self, card: Card, row: Row, language: str) -> StepAnswer:
        """Return the answer with its reasons, if the model can give any. Raises ServiceError."""
        whole = complete_row(card, row)
        return self._answers.get(_key("why", card, whole, language), lambda: self._explain(card, whole, language))

    def get_curve(self, card: Card, row: Row, field: str, language: str) -> Curve:
        """Return the answers along the range of one field. Raises ServiceError."""
        whole = complete_row(card, row)
        key = _key(f"curve {field}", card, whole, language)
        return self._curves.get(key, lambda: self._fetch_curve(card, whole, field, language))

    def _fetch_curve(self, card: Card, row: Row, field: str, language: str) -> Curve:
        return self._client.curves(card["name"], row, [field], language, version=card["version"])["curves"][0]

    def _predict(self, card: Card, row: Row, language: str) -> StepAnswer:
        answer = self._client.predict(card["name"], [row], card["version"], language=language)
        return StepAnswer(card, row, answer["predictions"][0])

    def _explain(self, card: Card, row: Row, language: str) -> StepAnswer:
        try:
            answer = self._client.explain(card["name"], [row], language, version=card["version"])
        except Refused:  # a model that answers need not be able to explain
            return self._predict(card, row, language)
        explanation = answer["explanations"][0]
        return StepAnswer(card, row, explanation["prediction"], explanation)


def _key(question: str, card: Card, row: Row, language: str) -> tuple[str, ...]:
    return (question, card["name"], card["version"], language, json.dumps(row, sort_keys=True, default=str))
