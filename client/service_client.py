"""Client: the service's questions as methods, its answers as plain dicts whose shape was checked."""

import itertools
import json
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, cast
from urllib.parse import quote, urlencode

import requests

from client.answer_check import check_curves, check_prediction, recognised, require
from client.decoding import raise_for, tree
from client.errors import InvalidAnswer, Refused
from client.shape_check import ShapeError, check
from client.shapes.answers import (
    Curves,
    Entity,
    EntityList,
    Explanations,
    Goal,
    Predictions,
    RecognisedFile,
    Recommendations,
    Row,
    RunList,
)
from client.shapes.card import Card, Health, ModelList, ModelState
from client.shapes.evaluation import Evaluation, EvaluationAnswer
from client.transport import Session, exchange, prepared, streamed
from wire.media_types import ARROW, JSON

_NAME = re.compile(r"[a-z0-9-]{1,64}")
_KEY = re.compile(r"[!-~]([ -~]*[!-~])?")
_OK = 200
_FILE_SECONDS, _FILE_STALL_SECONDS = 600.0, 60.0
_MAX_FILE_BYTES = 2**30
_PROBLEM_PIECES = 4


class Client:
    """Calls one model service. May be shared by threads.

    Every method raises a `ServiceError` (see client/errors.py) and nothing else; so does making one, of an address or a key
    that no request can have. Proxies and .netrc of the machine are not used. All calls are pure, so none can do harm twice.
    """

    def __init__(
        self,
        url: str,
        api_key: str | None = None,
        *,
        connect_timeout_seconds: float = 2.0,
        deadline_seconds: float = 10.0,
        size_limit_bytes: int = 32 * 2**20,
    ) -> None:
        self._url = url.rstrip("/")
        self._limits = {
            "connect_timeout_seconds": connect_timeout_seconds,
            "deadline_seconds": deadline_seconds,
            "size_limit_bytes": size_limit_bytes,
        }
        self.session = Session()
        self._headers = {"Accept": JSON, "Accept-Encoding": "identity"}
        if api_key:
            if not _KEY.fullmatch(api_key):
                detail = "The API key has a character that no request can carry, such as the end of a line."
                raise Refused(detail, "", status=401, code="unauthorized", errors=[])
            self._headers["Authorization"] = f"Bearer {api_key}"
        prepared(self.session, requests.Request("GET", self._url, headers=self._headers | {"X-Request-ID": ""}))

    def close(self) -> None:
        """End the calls that are running in other threads: each raises a ServiceError."""
        self.session.close()

    def ready(self) -> Health:
        """Return how the service is, ready or not."""
        answer = self._call("GET", "/health/ready", Health, accept={200, 503})
        return cast(Health, answer)

    def models(self, language: str = "en") -> list[ModelState]:
        """Return all models, broken ones with the reason."""
        return cast(ModelList, self._call("GET", "/v1/models", ModelList, language=language))["items"]

    def card(self, model: str, language: str = "en", *, version: str | None = None) -> Card:
        """Return what a model says of itself, in English or Polish."""
        path = f"/v1/models/{_name(model)}{_query(version=version)}"
        answer = cast(Card, self._call("GET", path, Card, language=language))
        if answer["name"] != model:
            raise InvalidAnswer("The service sent the card of another model.")
        require(version in {None, answer["version"]})
        return answer

    def predict(self, model: str, rows: list[Row], version: str | None = None) -> Predictions:
        """Return one prediction a row, in their order. A row may be an entity's key, alone or with some fields."""
        answer = cast(Predictions, self._ask(model, "predictions", Predictions, {"rows": rows}, version))
        require(len(answer["predictions"]) == len(rows))
        for prediction in answer["predictions"]:
            check_prediction(prediction)
        return answer

    @contextmanager
    def score_file(
        self, model: str, file: BinaryIO, kind: str, *, version: str | None = None, decimal: str | None = None
    ) -> Iterator[tuple[RecognisedFile, Iterator[bytes]]]:
        """Send a file of rows (`kind` is its media type); give what it was recognised as, then its answer piece by piece.

        The pieces are an Arrow stream with the file's own columns and the predictions. They may end in a ServiceError: what
        came until then is not the whole.
        """
        request_id = uuid.uuid4().hex
        headers = self._headers | {"X-Request-ID": request_id, "Content-Type": kind, "Accept": ARROW}
        asked = {"inputs": "keep", "version": version, "decimal": decimal}
        url = f"{self._url}/v1/models/{_name(model)}/predictions"
        request = requests.Request("POST", url, headers=headers, data=file, params=asked)
        limits = self._limits | {"deadline_seconds": _FILE_SECONDS, "size_limit_bytes": _MAX_FILE_BYTES}
        with streamed(self.session, request, stall_seconds=_FILE_STALL_SECONDS, **limits) as (response, pieces):  # type: ignore[arg-type] # numbers all
            if response.status_code != _OK:
                raise_for(response, b"".join(itertools.islice(pieces, _PROBLEM_PIECES)), request_id)
            if response.headers.get("Content-Type") != ARROW:
                raise InvalidAnswer("Something else than the model service answered.", request_id)
            yield recognised(response.headers.get("X-File", ""), request_id), pieces

    def entity(self, model: str, key: str | int) -> Entity:
        """Return what is stored for a key, prediction and features, each with its age."""
        if str(key) in {".", ".."}:  # no address holds these: they mean folders
            raise Refused("Nothing is stored under this key", "", status=404, code="unknown_entity", errors=[])
        path = f"/v1/models/{_name(model)}/entities/{quote(str(key), safe='')}"
        answer = cast(Entity, self._call("GET", path, Entity))
        require(answer["model"] == model and answer["id"] == str(key))
        require(answer["stored_prediction"] is not None or answer["stored_features"] is not None)
        if answer["stored_prediction"] is not None:
            check_prediction(answer["stored_prediction"]["prediction"])
        return answer

    def entities(self, model: str, after: str | None = None) -> EntityList:
        """Return a page of the keys under which something is stored; it begins behind `after`, which may be any text."""
        path = f"/v1/models/{_name(model)}/entities{_query(after=after)}"
        return cast(EntityList, self._call("GET", path, EntityList))

    def runs(self, model: str | None = None, after: str | None = None, kind: str | None = None) -> RunList:
        """Return a page of the runs of nightly jobs, the newest first; its `next` is the `after` of the next page."""
        path = f"/v1/runs{_query(model=model, after=after, kind=kind)}"
        answer = cast(RunList, self._call("GET", path, RunList))
        require(model is None or all(run["model"] == model for run in answer["items"]))
        require(kind is None or all(run["kind"] == kind for run in answer["items"]))
        return answer

    def explain(self, model: str, rows: list[Row], language: str = "en", *, version: str | None = None) -> Explanations:
        """Return why, one explanation a row; each carries the row's prediction."""
        body = {"rows": rows}
        answer = cast(Explanations, self._ask(model, "explanations", Explanations, body, version, language=language))
        require(len(answer["explanations"]) == len(rows))
        for explanation in answer["explanations"]:
            check_prediction(explanation["prediction"])
        return answer

    def sweep(
        self,
        model: str,
        row: Row,
        fields: list[str],
        *,
        together: bool = False,
        pinned: Row | None = None,
        version: str | None = None,
    ) -> Curves:
        """Return what if: the predictions along each field's range; `together`, those over a map of two fields."""
        body = {"row": row, "fields": fields, "together": together, "pinned": pinned}
        answer = cast(Curves, self._ask(model, "curves", Curves, body, version))
        require((answer["pinned"] is None) == (pinned is None))
        check_curves(answer, fields, together=together)
        return answer

    def recommend(
        self, model: str, row: Row, goal: Goal, fixed: list[str] | None = None, *, version: str | None = None
    ) -> Recommendations:
        """Return what would have to change to reach a goal; `fixed` fields stay as they are."""
        body = {"row": row, "goal": goal, "fixed": fixed or []}
        answer = cast(Recommendations, self._ask(model, "recommendations", Recommendations, body, version))
        for prediction in [answer["prediction"], *(each["prediction"] for each in answer["recommendations"])]:
            check_prediction(prediction)
        return answer

    def evaluation(self, model: str, language: str = "en", *, version: str | None = None) -> Evaluation:
        """Return how good the model is on rows that it has never seen."""
        path = f"/v1/models/{_name(model)}/evaluation{_query(version=version)}"
        answer = cast(EvaluationAnswer, self._call("GET", path, EvaluationAnswer, language=language))
        require(answer["model"] == model and version in {None, answer["version"]})
        return answer["evaluation"]

    def _ask(
        self, model: str, question: str, shape: Any, body: dict[str, Any], version: str | None, *, language: str = "en"
    ) -> Any:
        """Ask about rows of a model; the answer is of this model, and of the version asked for."""
        asked = body if version is None else body | {"version": version}
        answer = self._call("POST", f"/v1/models/{_name(model)}/{question}", shape, body=asked, language=language)
        require(answer["model"] == model and version in {None, answer["version"]})
        return answer

    def _call(
        self, method: str, path: str, shape: Any, *, language: str = "en", body: Any = None, accept: set[int] | None = None
    ) -> Any:
        request_id = uuid.uuid4().hex
        headers = self._headers | {"X-Request-ID": request_id, "Accept-Language": language}
        content = None
        if body is not None:
            headers["Content-Type"] = JSON
            content = json.dumps(body, ensure_ascii=True).encode()
        request = requests.Request(method, self._url + path, headers=headers, data=content)
        response, answer = exchange(self.session, request, **self._limits)  # type: ignore[arg-type] # numbers all
        if response.status_code not in (accept or {_OK}):
            raise_for(response, answer, request_id)
        found = tree(response, answer, JSON, request_id)
        try:
            check(found, shape)
        except ShapeError as misfit:
            raise InvalidAnswer(f"The answer does not have its shape: {misfit}.", request_id) from None
        return found


def _name(model: str) -> str:
    if not _NAME.fullmatch(model):
        raise Refused("There is no model of this name", "", status=404, code="unknown_model", errors=[])
    return model


def _query(**asked: str | None) -> str:
    """Return the end of an address that asks for what is not None."""
    wanted = {name: value for name, value in asked.items() if value is not None}
    return f"?{urlencode(wanted)}" if wanted else ""
