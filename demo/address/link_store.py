"""What is too long for an address, or may not stand in one: the service holds it under an id."""

from collections import OrderedDict
from threading import Lock

from client import Client, Refused, ServiceError
from wire.error_codes import UNKNOWN_LINK

MAX_LENGTH = 65_536
"""The service takes no longer content."""
_MAX_KNOWN = 1_000


class LinkStore:
    """Texts by id. What this demo has stored or read before is not asked again: opening a link sends no write."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._known: OrderedDict[str, str] = OrderedDict()
        """Text → id."""
        self._lock = Lock()

    def put(self, text: str) -> str | None:
        """Store letters of an address; return their id, or None if they are too many or the service does not take them."""
        if len(text) > MAX_LENGTH:
            return None
        with self._lock:
            known = self._known.get(text)
        if known:
            return known
        try:
            link = self._client.links.create(text)
        except ServiceError:
            return None
        self._remember(text, link["id"])
        return link["id"]

    def get(self, link_id: str) -> str | None:
        """Return the text of an id; None if there is no such link. Raises ServiceError if the service does not answer."""
        try:
            link = self._client.links.read(link_id)
        except Refused as error:
            if error.code == UNKNOWN_LINK:
                return None
            raise
        self._remember(link["content"], link_id)
        return link["content"]

    def _remember(self, text: str, link_id: str) -> None:
        with self._lock:
            self._known[text] = link_id
            while len(self._known) > _MAX_KNOWN:
                self._known.popitem(last=False)
