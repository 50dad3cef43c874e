"""Client.feedback: what people think of answers."""

import uuid
from typing import Any, cast
from urllib.parse import quote

from client import arguments
from client.answer_check import require
from client.connection import CREATED, Connection
from client.shapes.exports import ExportedFile
from client.shapes.feedback import (
    CaseCandidate,
    FeedbackCaseComparison,
    FeedbackFigures,
    FeedbackList,
    FeedbackReceipt,
    NewFeedback,
    StoredFeedback,
)
from client.transport import build_query

_PATH = "/v1/feedback"


class FeedbackCalls:
    """Give, follow, list and review feedback. Every method raises a `ServiceError` (see client/errors.py)."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @staticmethod
    def new_key() -> str:
        """Return an Idempotency-Key for one entry. Keep it until the entry is acknowledged."""
        return uuid.uuid4().hex

    @arguments.check_types
    def give(self, feedback: NewFeedback, key: str) -> FeedbackReceipt:
        """Store feedback and return its receipt: it is stored then, whatever happens next.

        After an error that is no `Refused`, call it again with the same key: it is stored once.
        """
        arguments.check_idempotency_key(key)
        answer = self._connection.call(
            "POST", _PATH, FeedbackReceipt, body=feedback, accept={CREATED}, headers={"Idempotency-Key": key}
        )
        return cast(FeedbackReceipt, answer)

    @arguments.check_types
    def follow(self, id: str) -> FeedbackReceipt:  # noqa: A002 - the name in the contract
        """Return what came of feedback."""
        answer = cast(FeedbackReceipt, self._connection.call("GET", f"{_PATH}/{_quoted(id)}", FeedbackReceipt))
        require(answer["id"] == id)
        return answer

    @arguments.check_types
    def entries(self, after: str | None = None, **filters: str | None) -> FeedbackList:
        """Return a page of feedback, the newest first. The filters: model, version, verdict, reason, meeting, state."""
        path = f"{_PATH}{build_query(**filters, after=after)}"
        answer = cast(FeedbackList, self._connection.call("GET", path, FeedbackList))
        given = {name: value for name, value in filters.items() if value is not None}
        require(all(cast(Any, item).get(name) == value for item in answer["items"] for name, value in given.items()))
        return answer

    @arguments.check_types
    def figures(self, **filters: str | None) -> FeedbackFigures:
        """Return how often people agree with each version of each model. The filters are those of `entries`."""
        path = f"{_PATH}/figures{build_query(**filters)}"
        return cast(FeedbackFigures, self._connection.call("GET", path, FeedbackFigures))

    @arguments.check_types
    def compare_cases(
        self, model: str, candidates: list[CaseCandidate], meeting: str | None = None
    ) -> FeedbackCaseComparison:
        """Return which of the cases of a model, whose right answer people named, each candidate gets right."""
        body = {"model": model, "candidates": candidates, "meeting": meeting}
        answer = self._connection.call("POST", f"{_PATH}/comparisons", FeedbackCaseComparison, body=body)
        found = cast(FeedbackCaseComparison, answer)
        require([each["model"] for each in found["candidates"]] == [each["model"] for each in candidates])
        require(all(len(each["answers"]) == len(candidates) for each in found["items"]))
        return found

    @arguments.check_types
    def export(self, file_format: str, **filters: str | None) -> ExportedFile:
        """Return all feedback that fits the filters as a file: `csv`, `json`, `xlsx`, or `cases` for `check-cases`."""
        return self._connection.receive_file(f"{_PATH}/export{build_query(**filters, format=file_format)}")

    @arguments.check_types
    def review(self, id: str, state: str, reply: str | None = None) -> StoredFeedback:  # noqa: A002
        """Set what came of feedback, and a reply to the person who gave it."""
        path = f"{_PATH}/{_quoted(id)}/review"
        body = {"state": state, "reply": reply}
        answer = cast(StoredFeedback, self._connection.call("POST", path, StoredFeedback, body=body))
        require(answer["id"] == id and answer["state"] == state)
        return answer


def _quoted(id: str) -> str:  # noqa: A002 - as above
    return quote(id, safe="")
