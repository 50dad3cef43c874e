"""Client.links: short links that hold what may not stand in an address."""

from typing import cast
from urllib.parse import quote

from client import arguments
from client.answer_check import require
from client.connection import CREATED, Connection
from client.shapes.meetings import Link

_PATH = "/v1/links"


class LinkCalls:
    """Store and read links. Every method raises a `ServiceError` (see client/errors.py)."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @arguments.check_types
    def create(self, content: str) -> Link:
        """Store up to 65,536 letters of A-Z, a-z, 0-9, - and _. The same content has the same link."""
        answer = self._connection.call("POST", _PATH, Link, body={"content": content}, accept={CREATED})
        require(answer["content"] == content)
        return cast(Link, answer)

    @arguments.check_types
    def read(self, id: str) -> Link:  # noqa: A002 - the name in the contract
        """Return what a link holds. Raises Refused with the code `unknown_link` for one that has expired."""
        answer = cast(Link, self._connection.call("GET", f"{_PATH}/{quote(id, safe='')}", Link))
        require(answer["id"] == id)
        return answer
