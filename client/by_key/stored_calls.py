"""What nightly jobs stored: by key, the list of keys, the picture of a key, the runs."""

from decimal import Decimal
from typing import cast
from urllib.parse import quote

from client import arguments
from client.answer_check import check_keys, check_prediction, require
from client.connection import Connection
from client.shapes.stored import Entity, EntityList, RunList
from client.transport import build_query


class StoredCalls:
    """The part of `Client` that asks for what is stored."""

    _connection: Connection

    @arguments.check_types
    def entity(self, model: str, key: str | float | Decimal, language: str = "en") -> Entity:
        """Return the stored prediction and the stored features of a key, each with its age.

        17, 17.0 and "17" are the same key.
        """
        text = arguments.entity_id(key)
        path = f"{arguments.model_path(model)}/entities/{quote(text, safe='')}"
        answer = cast(Entity, self._connection.call("GET", path, Entity, language=language))
        require(answer["model"] == model and answer["id"] == text)
        require(answer["stored_prediction"] is not None or answer["stored_features"] is not None)
        if answer["stored_prediction"] is not None:
            check_prediction(answer["stored_prediction"]["prediction"])
        return answer

    @arguments.check_types
    def entity_picture(self, model: str, key: str | float | Decimal) -> bytes:
        """Return the picture of a key as a JPEG of at most 480 pixels."""
        path = f"{arguments.model_path(model)}/entities/{quote(arguments.entity_id(key), safe='')}/picture"
        return self._connection.receive_bytes(path, {"Accept": "image/jpeg"})

    @arguments.check_types
    def entities(self, model: str, after: str | None = None, language: str = "en") -> EntityList:
        """Return a page of the stored keys after `after`, which may be any text, each with its stored prediction."""
        path = f"{arguments.model_path(model)}/entities{build_query(after=after)}"
        return check_keys(cast(EntityList, self._connection.call("GET", path, EntityList, language=language)))

    @arguments.check_types
    def runs(self, model: str | None = None, after: str | None = None, kind: str | None = None) -> RunList:
        """Return a page of the runs of nightly jobs, the newest first. Its `next` is the `after` of the next page."""
        path = f"/v1/runs{build_query(model=model, after=after, kind=kind)}"
        answer = cast(RunList, self._connection.call("GET", path, RunList))
        require(model is None or all(run["model"] == model for run in answer["items"]))
        require(kind is None or all(run["kind"] == kind for run in answer["items"]))
        return answer
