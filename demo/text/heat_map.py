"""A heat map: the patches of a picture in colours, over the picture, as HTML for pages and SVG for documents."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from demo.text.markup import concatenate
from demo.text.picture_html import MAX_ENLARGED, build_picture, is_picture, read_size
from demo.text.translation import Translation

Region = Sequence[int]
"""Left, top, width and height, in pixels of the picture that the model sees."""
_MAX_OPACITY, _MIN_OPACITY = 0.7, 0.04
_OUTLINE = 0.012
"""The width of the outline, as a part of the picture's width."""
_THIRDS = 3


@dataclass(frozen=True)
class HeatMap:
    """A picture as people see it, and what each patch of it contributes. The model sees `width` × `height` pixels."""

    picture: str
    width: int
    height: int
    patches: Sequence[tuple[Region, float]]
    strongest: Region | None = None


def build_content(heat_map: HeatMap) -> Markup:
    """Return the picture, its patches and the outline of the strongest part, in units of the model's pixels.

    A picture of other proportions has the margins that the model sees.
    """
    parts = []
    if is_picture(heat_map.picture):
        picture = Markup(
            '<image href="{}" width="{}" height="{}" preserveAspectRatio="xMidYMid meet" image-rendering="{}"/>'
        )
        size = read_size(heat_map.picture)
        rendering = "pixelated" if size and max(size) <= MAX_ENLARGED else "auto"
        parts.append(picture.format(heat_map.picture, heat_map.width, heat_map.height, rendering))
    for (left, top, width, height), contribution, opacity in _list_patches(heat_map):
        parts.append(
            Markup('<rect x="{}" y="{}" width="{}" height="{}" class="{}" fill-opacity="{:.2f}"/>').format(
                left, top, width, height, "d-up" if contribution > 0 else "d-down", opacity
            )
        )
    if heat_map.strongest:
        parts.append(_build_outline(heat_map.strongest, heat_map.width * _OUTLINE))
    return concatenate(parts)


def _build_outline(region: Region, line: float) -> Markup:
    """Return a white line beside a black one: one of them is seen on any picture."""
    rectangle = Markup('<rect x="{}" y="{}" width="{}" height="{}" fill="none" stroke="{}" stroke-width="{:.2f}"/>')
    return rectangle.format(*region, "#FFFFFF", line * 2) + rectangle.format(*region, "#14181D", line)


def build_html(heat_map: HeatMap, description: str) -> Markup:
    """Return a heat map as a part of a page. Streamlit's pages take no SVG."""
    parts = []
    if is_picture(heat_map.picture):
        parts.append(build_picture(heat_map.picture, "seen", ""))
    for region, contribution, opacity in _list_patches(heat_map):
        side = "up" if contribution > 0 else "down"
        style = Markup("{};opacity:{:.2f}").format(_build_place(heat_map, region), opacity)
        parts.append(Markup('<i class="{}" style="{}"></i>').format(side, style))
    if heat_map.strongest:
        parts.append(Markup('<i class="frame" style="{}"></i>').format(_build_place(heat_map, heat_map.strongest)))
    return Markup('<div class="heat-map" role="img" aria-label="{}" style="aspect-ratio:{}/{}">{}</div>').format(
        description, heat_map.width, heat_map.height, concatenate(parts)
    )


def _build_place(heat_map: HeatMap, region: Region) -> Markup:
    left, top, width, height = region
    return Markup("left:{:.2f}%;top:{:.2f}%;width:{:.2f}%;height:{:.2f}%").format(
        100 * left / heat_map.width,
        100 * top / heat_map.height,
        100 * width / heat_map.width,
        100 * height / heat_map.height,
    )


def _list_patches(heat_map: HeatMap) -> list[tuple[Region, float, float]]:
    """Return region, contribution and opacity of the patches that can be seen."""
    largest = max([1e-12, *(abs(contribution) for _, contribution in heat_map.patches)])
    patches = [(region, each, _MAX_OPACITY * abs(each) / largest) for region, each in heat_map.patches]
    return [patch for patch in patches if patch[-1] >= _MIN_OPACITY]


def describe_place(size: tuple[int, int], region: Region, tr: Translation) -> str:
    """Return where a part of a picture of this width and height is, in words."""
    left, top, width, height = region
    column = _third(left + width / 2, size[0])
    row = _third(top + height / 2, size[1])
    places = (
        (tr.text("upper left"), tr.text("upper middle"), tr.text("upper right")),
        (tr.text("middle left"), tr.text("middle"), tr.text("middle right")),
        (tr.text("lower left"), tr.text("lower middle"), tr.text("lower right")),
    )
    return places[row][column]


def _third(position: float, size: int) -> int:
    return min(_THIRDS - 1, int(position / size * _THIRDS))
