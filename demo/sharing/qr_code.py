"""A link as a QR code, drawn on this machine: no link leaves it."""

import base64
from collections.abc import Iterable
from itertools import groupby

import segno
from markupsafe import Markup

_QUIET_ZONE_MODULES = 4
"""The light border that ISO/IEC 18004 asks for; without it many cameras find no code."""
_DARK, _LIGHT = "#14181d", "#ffffff"
"""Always dark on light, also on a dark page: many cameras read no inverted code."""
_SVG = Markup(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" role="img" aria-label="{name}" '
    'shape-rendering="crispEdges"><path fill="{light}" d="M0 0h{size}v{size}h-{size}z"/>'
    '<path stroke="{dark}" d="{strokes}"/></svg>'
)


def draw_qr(url: str) -> Markup:
    """Return an SVG of the QR code of a link. It fills the width of its container and names the link for screen readers.

    Error correction M (15 % of the code may be hidden), or better if that needs no larger code. Raises ValueError for a
    text that no QR code can hold: above 2,331 bytes.
    """
    rows = list(segno.make_qr(url, error="m").matrix_iter(border=_QUIET_ZONE_MODULES))
    strokes = "".join(_draw_row(top, row) for top, row in enumerate(rows))
    return _SVG.format(size=len(rows), name=f"QR: {url}", light=_LIGHT, dark=_DARK, strokes=strokes)


def build_qr_image(url: str) -> Markup:
    """Return the QR code of a link as an `<img>`, for places that take no SVG, such as `st.html`. Raises ValueError."""
    source = base64.b64encode(draw_qr(url).encode()).decode()
    return Markup('<img class="qr" src="data:image/svg+xml;base64,{}" alt="{}">').format(source, f"QR: {url}")


def _draw_row(top: int, row: Iterable[int]) -> str:
    """Return a horizontal stroke, one module high, for each run of dark modules."""
    strokes, left = [], 0
    for is_dark, run in groupby(row):
        width = len(list(run))
        if is_dark:
            strokes.append(f"M{left} {top}.5h{width}")
        left += width
    return "".join(strokes)
