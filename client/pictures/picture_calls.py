"""Client.pictures: a picture as the service keeps it."""

from client import arguments
from client.connection import Connection
from client.transport import build_query

_PATH, _PNG, _MAX_SECONDS = "/v1/pictures", "image/png", 15.0


class PictureCalls:
    """Prepare pictures. Every method raises a `ServiceError` (see client/errors.py)."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @arguments.check_types
    def prepare(self, content: bytes, media_type: str) -> bytes:
        """Return a picture as the service keeps it: a PNG, upright, of at most 512 pixels, without metadata.

        As a data URL, it is the value of a field of the type `image`. The service stores nothing. Raises Refused for a file
        that is no picture, with the code `broken_picture`, `picture_too_large` or `unsupported_picture` in its errors.
        """
        return self._send(_PATH, content, media_type)

    @arguments.check_types
    def show_as_seen(self, content: bytes, width: int, height: int, colours: str, media_type: str = _PNG) -> bytes:
        """Return what a model sees of a picture: a PNG of this width and height, in `grey` or `rgb`."""
        path = f"{_PATH}{build_query(width=str(width), height=str(height), colours=colours)}"
        return self._send(path, content, media_type)

    def _send(self, path: str, content: bytes, media_type: str) -> bytes:
        arguments.check_media_type(media_type)
        with self._connection.send_file(path, content, media_type, _PNG, max_seconds=_MAX_SECONDS) as (_, pieces):
            return b"".join(pieces)
