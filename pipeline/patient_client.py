"""Asks for predictions, waits while the service is busy or away, and finds the rows that it refuses."""

import random
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from client import Busy, Card, Client, Prediction, Refused, Row, ServiceError
from pipeline.errors import Stopped, Unusable, VersionChanged
from wire.error_codes import INVALID_INPUT, INVALID_REQUEST, TOO_LARGE, UNKNOWN_VERSION
from wire.languages import DEFAULT, LANGUAGES, Language

T = TypeVar("T")

_FIRST_WAIT_SECONDS = 0.1
_MAX_WAIT_SECONDS = 10.0
_CODES_ABOUT_ROWS = {INVALID_INPUT, INVALID_REQUEST, TOO_LARGE}


class PatientClient:
    """Asks one version of one model. Threads share it."""

    def __init__(
        self, client: Client, model: str, version: str | None, give_up_seconds: float, notify: Callable[[str], None]
    ) -> None:
        """Use `version` while it is served, else the newest one. Raises PipelineError."""
        self._client = client
        self._model = model
        self._give_up_seconds = give_up_seconds
        self._notify = notify
        self._over = threading.Event()
        self.card = self._card(version)
        self._version = self.card["version"]

    def stop(self) -> None:
        """End the calls that are running, and every wait."""
        self._over.set()
        self._client.close()

    def labels(self) -> dict[str, set[str]]:
        """Return the labels of each field, in all languages. Raises PipelineError."""
        labels: dict[str, set[str]] = {}
        for language in LANGUAGES:
            for field in self._card(self._version, language)["inputs"]:
                labels.setdefault(field["name"], set()).add(field.get("label", ""))
        return labels

    def predictions(self, rows: list[Row]) -> list[Prediction | str]:
        """Return for each row its prediction, or the reason why the service refuses it."""
        if not rows:
            return []
        try:
            answer = self._retry(lambda: self._client.predict(self._model, rows, self._version))
        except Refused as refusal:
            if refusal.code == UNKNOWN_VERSION:
                raise VersionChanged(self._version_is_gone()) from None
            if refusal.code not in _CODES_ABOUT_ROWS:
                raise Unusable(f"The service refuses: {refusal.detail}") from None
            return self._without_refused(rows, refusal)
        return list(answer["predictions"])

    def _card(self, version: str | None, language: Language = DEFAULT) -> Card:
        try:
            return self._retry(lambda: self._client.card(self._model, language, version=version))
        except Refused as refusal:
            if version is not None and refusal.code == UNKNOWN_VERSION:
                return self._card(None, language)
            detail = refusal.detail.rstrip(".")
            raise Unusable(f"The service has no model {self._model[:64]} for you: {detail}.") from None

    def _without_refused(self, rows: list[Row], refusal: Refused) -> list[Prediction | str]:
        """Ask again without the rows that the refusal names. If it names none, ask for each half."""
        reasons = _reasons(refusal, len(rows))
        if reasons:
            rest = iter(self.predictions([row for index, row in enumerate(rows) if index not in reasons]))
            return [reasons[index] if index in reasons else next(rest) for index in range(len(rows))]
        if len(rows) == 1:
            return [refusal.detail]
        middle = len(rows) // 2
        return self.predictions(rows[:middle]) + self.predictions(rows[middle:])

    def _retry(self, call: Callable[[], T]) -> T:
        """Return what a call returns. Repeat it while the service is away, busy or failing. Raises Stopped after a while."""
        began = time.monotonic()
        wait = _FIRST_WAIT_SECONDS
        while not self._over.is_set():
            try:
                return call()
            except Refused:
                raise
            except ServiceError as fault:
                if self._over.is_set():
                    break
                pause = wait * random.uniform(0.5, 1.0)  # noqa: S311 - jitter, no secret
                if isinstance(fault, Busy):
                    pause += fault.retry_after_seconds
                if time.monotonic() + pause - began > self._give_up_seconds:
                    seconds = f"{self._give_up_seconds:,.0f} s"
                    raise Stopped(f"Gave up after {seconds} of trying again: {_sentence(fault)}") from None
                self._notify(f"{_sentence(fault)} Trying again.")
                self._over.wait(pause)
                wait = min(2 * wait, _MAX_WAIT_SECONDS)
        raise Stopped("The run was stopped.")

    def _version_is_gone(self) -> str:
        return (
            f"The service no longer serves version {self._version[:12]} of {self._model}, with which this run began. "
            "The records written so far are valid; one file has one version."
        )


def _sentence(fault: ServiceError) -> str:
    sentence = fault.detail.rstrip(".") or "The service failed"
    return f"{sentence} (request {fault.request_id})." if fault.request_id else f"{sentence}."


def _reasons(refusal: Refused, rows: int) -> dict[int, str]:
    """Return index of row → reason, from pointers such as /rows/3/comment."""
    reasons: dict[int, list[str]] = {}
    for error in refusal.errors:
        steps = error["pointer"].split("/")
        if len(steps) > 2 and steps[1] == "rows" and steps[2].isdecimal() and int(steps[2]) < rows:  # noqa: PLR2004
            field = "/".join(steps[3:]).replace("~1", "/").replace("~0", "~")
            reasons.setdefault(int(steps[2]), []).append(f"{field}: {error['message']}" if field else error["message"])
    return {index: " ".join(sentences) for index, sentences in reasons.items()}
