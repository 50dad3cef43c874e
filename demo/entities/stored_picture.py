"""The picture of a stored key as HTML: the texts that were found on it, outlined and read, and its main colours."""

import base64
import math
import re
from collections.abc import Sequence

from markupsafe import Markup

from client import StoredPicture
from demo.text.markup import build_footer, build_paragraph, concatenate
from demo.text.translation import Translation

_COLOUR = re.compile(r"#[0-9a-f]{6}")
_MIN_SHARE = 0.05
"""A colour that covers less is not shown."""
_MAX_TEXTS = 40
"""A picture of a page of a newspaper would make a long list."""


def build_stored_picture(picture: StoredPicture, preview: bytes, tr: Translation) -> Markup:
    """Return the preview (a JPEG) with an outline around each found text, the texts as they were read, and the colours."""
    texts = picture["texts"][:_MAX_TEXTS]
    source = Markup("data:image/jpeg;base64,{}").format(base64.b64encode(preview).decode("ascii"))
    marks = concatenate(_build_marks(text["box"], number, picture) for number, text in enumerate(texts, start=1))
    image = Markup('<div class="found"><img src="{}" alt="{}" width="{}" height="{}">{}</div>').format(
        source, _describe(picture, tr), picture["width"], picture["height"], marks
    )
    return Markup('<figure class="stored-picture">{}{}{}</figure>').format(
        image, _build_reading([text["text"] for text in texts], tr), _build_colours(picture, tr)
    )


def _describe(picture: StoredPicture, tr: Translation) -> str:
    """Return the picture in words, for readers who do not see it."""
    if not picture["texts"]:
        return tr.text("Picture of this case, without text")
    texts = " · ".join(text["text"] for text in picture["texts"][:_MAX_TEXTS])
    return tr.text("Picture of this case. Text on it: {texts}", texts=texts)


def _build_marks(box: Sequence[Sequence[float]], number: int, picture: StoredPicture) -> Markup:
    """Return the outline of a text, turned as the text is, and its number at the start of the line."""
    width, height = picture["width"], picture["height"]
    (left, top), (right, at_right), (below, bottom) = ((x * width, y * height) for x, y in (box[0], box[1], box[3]))
    style = (
        f"left:{100 * left / width:.2f}%;top:{100 * top / height:.2f}%;"
        f"width:{100 * math.hypot(right - left, at_right - top) / width:.2f}%;"
        f"height:{100 * math.hypot(below - left, bottom - top) / height:.2f}%;"
        f"transform:rotate({math.atan2(at_right - top, right - left):.4f}rad)"
    )
    return Markup('<span class="outline" aria-hidden="true" style="{}"><b>{}</b></span>').format(style, number)


def _build_reading(texts: list[str], tr: Translation) -> Markup:
    if not texts:
        return build_paragraph("read-title", tr.text("No text was found on this picture."))
    items = concatenate(Markup("<li><bdi>{}</bdi></li>").format(text) for text in texts)
    return build_paragraph("read-title", tr.text("Read on the picture")) + Markup('<ol class="read">{}</ol>').format(items)


def _build_colours(picture: StoredPicture, tr: Translation) -> Markup:
    """Return the main colours with their shares; each has its share in words beside it."""
    shown = [each for each in picture["colours"] if each["share"] >= _MIN_SHARE and _COLOUR.fullmatch(each["colour"])]
    swatches = concatenate(
        Markup('<span class="swatch" style="background:{}"></span>{} ').format(each["colour"], tr.percent(each["share"]))
        for each in shown
    )
    size = tr.text("{width} × {height} pixels", width=tr.number(picture["width"]), height=tr.number(picture["height"]))
    colours = Markup('<p class="foot colours">{}</p>').format(swatches) if shown else Markup()
    return colours + build_footer([size])
