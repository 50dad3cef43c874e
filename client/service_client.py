"""Client: one method for each question to the service. Answers are plain dicts whose shape is checked."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

from client import arguments
from client.answer_check import check_curves, check_prediction, parse_recognised_file, require
from client.by_key.stored_calls import StoredCalls
from client.connection import MAX_SECONDS, Connection
from client.feedback_calls import FeedbackCalls
from client.meetings.audience_calls import AudienceCalls
from client.meetings.link_calls import LinkCalls
from client.meetings.meeting_calls import MeetingCalls
from client.pictures.picture_calls import PictureCalls
from client.publishing import Publication, publish_folder, write_line
from client.shapes.answers import Curves, Explanations, Predictions, Row
from client.shapes.card import Card, Health, ModelList, ModelState
from client.shapes.evaluation import Evaluation, EvaluationAnswer
from client.shapes.exports import Comparison, ExportedFile, ExportList
from client.shapes.recognised_file import RecognisedFile
from client.shapes.recommendations import Goal, Recommendations
from client.transport import Limits, build_query
from wire.media_types import ARROW


class Client(StoredCalls):
    """Calls one model service. Threads may share it.

    Every method raises a `ServiceError` (see client/errors.py). So does the constructor, if no request can have the address
    or the key. Two faults of the calling program are other errors, raised before anything is sent: an argument of a wrong
    type is a TypeError, a limit of the constructor that is not above zero a ValueError. What is inside a row, a goal or a
    list is data: the service judges it.

    Proxies and .netrc of the machine are not used. All calls but `publish` and those of `feedback`, `meetings` and `links`
    are pure: a repeated one does no harm. A row may hold values of numpy and pandas, Decimals, dates; pandas.NA is null.
    """

    @arguments.check_types
    def __init__(
        self,
        url: str,
        api_key: str | None = None,
        *,
        connect_timeout_seconds: float = 2.0,
        deadline_seconds: float = 10.0,
        size_limit_bytes: int = 32 * 2**20,
    ) -> None:
        arguments.check_limits(
            connect_timeout_seconds=connect_timeout_seconds,
            deadline_seconds=deadline_seconds,
            size_limit_bytes=size_limit_bytes,
        )
        seconds = connect_timeout_seconds, deadline_seconds, deadline_seconds
        self._connection = Connection(url, api_key, Limits(*seconds, size_limit_bytes))
        self.session = self._connection.session
        self.feedback = FeedbackCalls(self._connection)
        self.meetings = MeetingCalls(self._connection)
        self.audience = AudienceCalls(self._connection)
        self.links, self.pictures = LinkCalls(self._connection), PictureCalls(self._connection)

    def close(self) -> None:
        """End the running calls of other threads: each raises a ServiceError."""
        self.session.close()

    def ready(self) -> Health:
        """Return the state of the service and of its models, ready or not."""
        return cast(Health, self._connection.call("GET", "/health/ready", Health, accept={200, 503}))

    @arguments.check_types
    def models(self, language: str = "en") -> list[ModelState]:
        """Return all models; a broken one has a reason."""
        return cast(ModelList, self._connection.call("GET", "/v1/models", ModelList, language=language))["items"]

    @arguments.check_types
    def card(self, model: str, language: str = "en", *, version: str | None = None) -> Card:
        """Return the card of a model: its fields, its output, its texts in English or Polish."""
        path = f"{arguments.model_path(model)}{build_query(version=version)}"
        answer = cast(Card, self._connection.call("GET", path, Card, language=language))
        require(answer["name"] == model and version in {None, answer["version"]})
        return answer

    @arguments.check_types
    def predict(self, model: str, rows: list[Row], version: str | None = None, *, language: str = "en") -> Predictions:
        """Return one prediction for each row, in order. A row may be the key of an entity, alone or with some fields."""
        answer = cast(Predictions, self._ask(model, "predictions", Predictions, {"rows": rows}, version, language=language))
        require(len(answer["predictions"]) == len(rows))
        for prediction in answer["predictions"]:
            check_prediction(prediction)
        return answer

    @arguments.check_types
    @contextmanager
    def score_file(
        self,
        model: str,
        file: BinaryIO | bytes,
        media_type: str,
        *,
        version: str | None = None,
        **options: str | None,
    ) -> Iterator[tuple[RecognisedFile, Iterator[bytes]]]:
        """Send a file of rows. Give what the service recognised it as, and its answer piece by piece.

        The options are parameters of docs/files.md: how the values of a text file are written (`decimal`, `thousands`,
        `dates`, `missing`), what the names of the added columns begin with (`prefix`), which `sheet` is read.

        The pieces are an Arrow stream with the columns of the file and the predictions. If the iterator raises a
        ServiceError, the pieces before it are not the whole answer.
        """
        arguments.check_media_type(media_type)
        path = f"{arguments.model_path(model)}/predictions{build_query(inputs='keep', version=version, **options)}"
        with self._connection.send_file(path, file, media_type, ARROW) as (response, pieces):
            recognised = parse_recognised_file(response.headers.get("X-File", ""), response.headers.get("X-Request-ID", ""))
            yield recognised, pieces

    @arguments.check_types
    def explain(self, model: str, rows: list[Row], language: str = "en", *, version: str | None = None) -> Explanations:
        """Return one explanation for each row: the contribution of every field, and the prediction of the row."""
        answer = cast(
            Explanations, self._ask(model, "explanations", Explanations, {"rows": rows}, version, language=language)
        )
        require(len(answer["explanations"]) == len(rows))
        for explanation in answer["explanations"]:
            check_prediction(explanation["prediction"])
        return answer

    @arguments.check_types
    def curves(
        self,
        model: str,
        row: Row,
        fields: list[str],
        language: str = "en",
        *,
        together: bool = False,
        pinned: Row | None = None,
        version: str | None = None,
    ) -> Curves:
        """Return the predictions along the range of each field; with `together`, those over a map of two fields."""
        body = {"row": row, "fields": fields, "together": together, "pinned": pinned}
        answer = cast(Curves, self._ask(model, "curves", Curves, body, version, language=language))
        require((answer["pinned"] is None) == (pinned is None))
        check_curves(answer, list(fields), together=together)
        return answer

    @arguments.check_types
    def recommend(
        self,
        model: str,
        row: Row,
        goal: Goal,
        fixed: list[str] | None = None,
        language: str = "en",
        *,
        version: str | None = None,
    ) -> Recommendations:
        """Return changes of the row that reach a goal. The fields `fixed` do not change."""
        body = {"row": row, "goal": goal, "fixed": fixed or []}
        answer = cast(
            Recommendations, self._ask(model, "recommendations", Recommendations, body, version, language=language)
        )
        for prediction in [answer["prediction"], *(each["prediction"] for each in answer["recommendations"])]:
            check_prediction(prediction)
        return answer

    @arguments.check_types
    def evaluation(self, model: str, language: str = "en", *, version: str | None = None) -> Evaluation:
        """Return how good the model is on rows that it did not learn from."""
        path = f"{arguments.model_path(model)}/evaluation{build_query(version=version)}"
        answer = cast(EvaluationAnswer, self._connection.call("GET", path, EvaluationAnswer, language=language))
        require(answer["model"] == model and version in {None, answer["version"]})
        return answer["evaluation"]

    @arguments.check_types
    def exports(self, model: str, *, version: str | None = None) -> ExportList:
        """Return the forms in which a model can be taken away, with what each needs and costs."""
        path = f"{arguments.model_path(model)}/exports{build_query(version=version)}"
        answer = cast(ExportList, self._connection.call("GET", path, ExportList))
        require(answer["model"] == model and version in {None, answer["version"]})
        return answer

    @arguments.check_types
    def download_export(self, model: str, kind: str, *, version: str | None = None) -> ExportedFile:
        """Return a model in a form that `exports` lists. The first call makes the file, which takes seconds or a minute."""
        return self._connection.receive_file(arguments.export_path(model, kind) + build_query(version=version))

    @arguments.check_types
    def make_export(self, model: str, kind: str, *, version: str | None = None) -> None:
        """Let the service make the file of a form, and wait for it. `exports` then has its size and its proof."""
        self._connection.await_file(arguments.export_path(model, kind) + build_query(version=version))

    @arguments.check_types
    def compare(
        self, model: str, row: Row, ways: list[str], *, entity: str | None = None, version: str | None = None
    ) -> Comparison:
        """Ask a row in several ways: live, stored (of a key), file, v2, and the kinds of `exports`. It may take minutes."""
        body = {"row": row, "ways": ways, "entity": entity}
        answer = cast(Comparison, self._ask(model, "comparisons", Comparison, body, version, max_seconds=MAX_SECONDS))
        require([each["way"] for each in answer["answers"]] == list(dict.fromkeys(ways)))
        return answer

    @arguments.check_types
    def publish(self, folder: str | Path, report: Callable[[str], object] = write_line) -> Publication:
        """Send a folder that `hand_over` wrote, and let the service publish the model in it.

        `report` gets a sentence about each step; it is printed if you give no function. The service needs
        SERVICE_ACCEPT_MODELS=yes, and this client a key with the scope `admin`. A model that cannot be published raises
        Refused with the sentence that `python -m service.models add` would print. Nothing is published then.
        """
        return publish_folder(self._connection, Path(folder), report)

    def _ask(self, model: str, question: str, shape: Any, body: dict[str, Any], version: str | None, **options: Any) -> Any:
        """Ask a question about rows. The answer is of this model, and of this version if one is given."""
        body = body if version is None else body | {"version": version}
        answer = self._connection.call("POST", f"{arguments.model_path(model)}/{question}", shape, body=body, **options)
        require(answer["model"] == model and version in {None, answer["version"]})
        return answer
