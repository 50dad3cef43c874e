"""The input of a picture: the picture itself, the camera, and the zone for a file. The camera opens on demand alone."""

from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from urllib.parse import urlsplit

import streamlit as st
from markupsafe import Markup

from client import Value
from demo.fields.field_type import FieldType
from demo.session.cases import Case
from demo.text.markup import build_paragraph
from demo.text.picture_html import build_picture
from demo.text.translation import Translation
from demo.uploads import picture_upload, upload_zone
from demo.uploads.picture_upload import RefusedPicture
from wire.media_types import MAX_PICTURE_BYTES

_SCRIPT = Path(__file__).parents[1] / "assets" / "camera.html"
_SECURE_HOSTS = {"localhost", "127.0.0.1", "::1"}
_CAMERA, _NUMBER = "open_camera", "number_of_pictures"
"""In the session state: the key of the picture whose camera is open, and how many pictures were taken."""


def draw_picture_input(kind: FieldType, case: Case, title: str, key: str, tr: Translation) -> None:
    """Draw a picture and the ways to another one. A new picture changes the case before the page runs again."""
    name = kind.field["name"]
    number = st.session_state.setdefault(_NUMBER, 0)  # the widgets of the next picture are new, so they are empty

    def take(widget_key: str) -> None:
        upload = st.session_state.get(widget_key)
        if upload is None:
            return
        case.entry_notes.pop(name, None)
        st.session_state[_NUMBER] = number + 1
        try:
            case.row = case.row | {name: picture_upload.prepare_picture(upload.getvalue(), tr)}
            case.missing_arrays = [each for each in case.missing_arrays if each != name]
            st.session_state.pop(_CAMERA, None)
        except RefusedPicture as error:
            case.entry_notes[name] = str(error)

    with st.container(key=f"picture-input-{name}"):
        with st.container(key=f"picture-shown-{name}"):
            st.html(build_paragraph("picture-title", title) + kind.build_large(case.row[name], tr))
            st.html(_build_seen(kind, case.row[name], tr))
            if case.entry_notes.get(name):
                st.html(Markup('<p class="fault" role="alert">{}</p>').format(case.entry_notes[name]))
        with st.container(key=f"picture-ways-{name}"):
            _draw_camera(key, f"{key}/camera/{number}", take, tr)
            label, widget_key = tr.text("A picture from this device"), f"{key}/upload/{number}"
            upload_zone.draw_zone(label, MAX_PICTURE_BYTES // 2**20, widget_key, tr, partial(take, widget_key))


def _build_seen(kind: FieldType, picture: Value, tr: Translation) -> Markup:
    """Return the picture as the model sees it; nothing if it is the picture itself."""
    seen = picture_upload.show_as_seen(str(picture), kind.field)
    if not seen:
        return Markup("<span></span>")
    size = {"width": tr.number(kind.field.get("width", 0)), "height": tr.number(kind.field.get("height", 0))}
    sentence = (
        tr.text("The model sees {width} × {height} grey pixels.", **size)
        if kind.field.get("colours") == "grey"
        else tr.text("The model sees {width} × {height} pixels.", **size)
    )
    return Markup('<div class="picture-seen">{}<p>{}</p></div>').format(build_picture(seen, "thumbnail", ""), sentence)


def _draw_camera(key: str, widget_key: str, take: Callable[[str], None], tr: Translation) -> None:
    is_open = st.session_state.get(_CAMERA) == key
    if not _has_camera():
        st.caption(tr.text("The camera needs https. A phone can take a photo when you choose a file."))
        return

    def toggle() -> None:
        st.session_state[_CAMERA] = None if is_open else key

    st.button(
        tr.text("Close the camera") if is_open else tr.text("Take a photo"),
        on_click=toggle,
        icon=":material/close:" if is_open else ":material/photo_camera:",
        key=f"{key}/open-camera",
    )
    if is_open:
        st.camera_input(tr.text("Camera"), key=widget_key, on_change=partial(take, widget_key))
        texts = {"Take Photo": tr.text("Take the photo"), "Clear photo": tr.text("Another photo")}
        element = Markup('<i id="camera-texts" hidden data-take="{}" data-clear="{}" data-allow="{}"></i>')
        allow = tr.text("Allow this page to use the camera: the browser asks at the top.")
        st.html(element.format(*texts.values(), allow))
        st.html(_read_script(), unsafe_allow_javascript=True)


def _has_camera() -> bool:
    """Return whether a browser lets the page use a camera: it does so over https, and on the machine itself."""
    address = urlsplit(st.context.url or "http://localhost")
    return address.scheme == "https" or (address.hostname or "") in _SECURE_HOSTS


@cache
def _read_script() -> str:
    return _SCRIPT.read_text(encoding="utf-8")
