"""Sends a picture of the visitor to the service once. The row keeps what the service answers: a small PNG."""

import base64

import streamlit as st

from client import Busy, Field, Refused, ServiceError
from demo.fields.arrays.array_field import digest_array
from demo.session import query_errors, shared_resources
from demo.text.picture_html import is_picture, read_media_type, read_size
from demo.text.translation import Translation
from wire.error_codes import TOO_LARGE
from wire.media_types import MAX_PICTURE_BYTES, find_picture_type
from wire.row_values import data_url

_SEEN, _MAX_SEEN = "pictures_as_seen", 20
_LARGE, _BROKEN, _UNSUPPORTED = "picture_too_large", "broken_picture", "unsupported_picture"


class RefusedPicture(Exception):
    """A picture that cannot be used. The message says why, in the reader's language."""


def prepare_picture(content: bytes, tr: Translation) -> str:
    """Return a picture as the service keeps it, as a data URL. Raises RefusedPicture."""
    try:
        png = shared_resources.client().pictures.prepare(content, find_picture_type(content) or "image/unknown")
    except ServiceError as error:
        raise RefusedPicture(f"{_describe(error, tr)} {tr.text('The previous picture stays.')}") from error
    return data_url(png)


def show_as_seen(picture: str, field: Field) -> str:
    """Return what the model sees of a picture, as a data URL; empty if it sees the picture as it is, or on an error."""
    width, height = field.get("width") or 0, field.get("height") or 0
    if not is_picture(picture) or read_size(picture) == (width, height):
        return ""
    seen: dict[str, str] = st.session_state.setdefault(_SEEN, {})
    key = f"{width} {height} {field.get('colours')} {digest_array(picture)}"
    if key not in seen:
        if query_errors.find_unreachable():
            return ""
        try:
            shown = _ask_as_seen(picture, width, height, field.get("colours", "rgb"))
        except (Refused, ValueError):
            shown = ""  # the answer would be the same again
        except ServiceError as error:
            query_errors.add_error(error)
            return ""
        st.session_state[_SEEN] = dict(list(seen.items())[-_MAX_SEEN:]) | {key: shown}
    return str(st.session_state[_SEEN][key])


def _ask_as_seen(picture: str, width: int, height: int, colours: str) -> str:
    """Raises ServiceError, ValueError."""
    content = base64.b64decode(picture.partition(",")[2])
    pictures = shared_resources.client().pictures
    png = pictures.show_as_seen(content, width, height, colours, read_media_type(picture))
    return data_url(png)


def _describe(error: ServiceError, tr: Translation) -> str:
    if not isinstance(error, Refused):
        busy = tr.text("The model service is busy. Please try again in a moment.")
        return busy if isinstance(error, Busy) else tr.text("The picture could not be sent. Please try again in a moment.")
    max_mb = tr.number(MAX_PICTURE_BYTES // 2**20)
    too_large = tr.text("This picture is too large: at most {n} MB and 24 million pixels (WebP: 12 million).", n=max_mb)
    sentences = {
        TOO_LARGE: too_large,
        _LARGE: too_large,
        _BROKEN: tr.text("This file is damaged, or it is no picture."),
        _UNSUPPORTED: tr.text(
            "This format cannot be read. Possible: PNG, JPEG, WebP, BMP, TIFF and GIF, without animation."
        ),
    }
    codes = [error.code, *(each["code"] for each in error.errors)]
    known = next((sentences[code] for code in codes if code in sentences), "")
    return known or tr.text("The model service did not accept this picture.")
