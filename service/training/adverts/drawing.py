"""Draws an advert: a background, a panel on it, and the texts, whose lines and places are noted as they are drawn."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from service.training.adverts.advert_texts import AdvertText

Colour = tuple[int, int, int]
Box = tuple[float, float, float, float]

FACES = (
    ("DejaVuSans-Bold.ttf", "DejaVuSans.ttf"),
    ("DejaVuSansCondensed-Bold.ttf", "DejaVuSansCondensed.ttf"),
    ("DejaVuSerif-Bold.ttf", "DejaVuSerif.ttf"),
)
"""Of the headline, and of the lines."""
SIZES = {"extra": 18, "headline": 44, "line": 22, "price": 46, "call": 22, "small_print": 15}
MIN_SIZE = 14
"""Pixels. Smaller letters are not fair: a person on a phone cannot read them either."""
PALETTES: tuple[tuple[Colour, Colour, Colour, Colour], ...] = (
    ((255, 255, 255), (24, 24, 32), (200, 30, 45), (255, 255, 255)),
    ((18, 32, 60), (255, 255, 255), (255, 196, 0), (20, 20, 20)),
    ((250, 240, 215), (60, 36, 20), (20, 110, 80), (255, 255, 255)),
    ((20, 20, 20), (245, 245, 245), (0, 150, 210), (255, 255, 255)),
    ((20, 90, 70), (255, 255, 255), (255, 225, 120), (30, 30, 30)),
    ((235, 60, 80), (255, 255, 255), (255, 255, 255), (150, 20, 40)),
    ((255, 214, 60), (30, 30, 30), (30, 30, 30), (255, 255, 255)),
    ((225, 232, 240), (60, 70, 90), (70, 80, 150), (255, 255, 255)),
)
"""Panel, text, button, text of the button."""


@dataclass
class Drawing:
    """A picture in work, with the lines of text on it so far."""

    picture: Image.Image
    fonts: Path
    face: tuple[str, str]
    lines: list[str]
    boxes: list[Box]

    @property
    def text_share(self) -> float:
        """The boxes of the lines as a part of the picture (0–1)."""
        area = sum((right - left) * (bottom - top) for left, top, right, bottom in self.boxes)
        return area / (self.picture.width * self.picture.height)

    def font(self, role: str, scale: float) -> ImageFont.FreeTypeFont:
        is_heavy = role in ("headline", "price", "call")
        size = max(MIN_SIZE, round(SIZES[role] * scale))
        return ImageFont.truetype(self.fonts / self.face[0 if is_heavy else 1], size)

    def write(self, text: str, at: tuple[float, float], font: ImageFont.FreeTypeFont, colour: Colour) -> None:
        """Write a line with its top left corner at `at`, and note it."""
        draw = ImageDraw.Draw(self.picture)
        draw.text(at, text, fill=colour, font=font)
        self.lines.append(text)
        self.boxes.append(draw.textbbox(at, text, font=font))


def draw_advert(picture: Image.Image, text: AdvertText, fonts: Path, random: np.random.Generator) -> Drawing:
    """Draw `text` on a copy of `picture`, in a layout and colours drawn at random."""
    if not text.headline:
        return Drawing(picture.copy(), fonts, FACES[0], [], [])
    palette = PALETTES[int(random.integers(len(PALETTES)))]
    region = _region(picture, random)
    opacity = int(random.choice([255, 235, 205]))
    panel = Image.new("RGBA", picture.size, (0, 0, 0, 0))
    ImageDraw.Draw(panel).rounded_rectangle(region, radius=int(random.choice([0, 12])), fill=(*palette[0], opacity))
    drawn = Image.alpha_composite(picture.convert("RGBA"), panel).convert("RGB")
    drawing = Drawing(drawn, fonts, FACES[int(random.integers(len(FACES)))], [], [])
    _fill(drawing, text, region, palette)
    return drawing


def _region(picture: Image.Image, random: np.random.Generator) -> Box:
    """Return where the panel is: a band below or above, a side, or a card."""
    width, height = picture.size
    share, first = random.uniform(0.46, 0.6), random.random() < 0.5
    kind = int(random.integers(3))
    if kind == 0 or (kind == 1 and width < 600):
        return (0, 0, width, height * share) if first else (0, height * (1 - share), width, height)
    if kind == 1:
        return (0, 0, width * share, height) if first else (width * (1 - share), 0, width, height)
    return (width * 0.07, height * (1 - share) / 2, width * 0.93, height * (1 + share) / 2)


def _fill(drawing: Drawing, text: AdvertText, region: Box, palette: tuple[Colour, Colour, Colour, Colour]) -> None:
    """Write the texts below one another, as large as the region allows. What does not fit at all is left out."""
    parts = [("extra", text.extra), ("headline", text.headline), *(("line", line) for line in text.lines)]
    parts += [("price", text.price_text), ("call", text.call), ("small_print", text.small_print)]
    parts = [(role, content) for role, content in parts if content]
    width, height = region[2] - region[0] - 40, region[3] - region[1] - 28
    scale = 1.1
    while (laid_out := _wrap(drawing, parts, width, scale))[1] > height:
        scale *= 0.94
        if scale < 0.55:
            parts.pop(next(index for index in range(len(parts) - 1, -1, -1) if parts[index][0] != "price"))
            scale = 0.8
    left, top = region[0] + 20, region[1] + 14 + (height - laid_out[1]) / 2
    for role, line, font in laid_out[0]:
        step = _height(role, font)
        if role == "call":
            right = left + font.getlength(line) + 28
            button = (left, top + 4, right, top + step - 6)
            ImageDraw.Draw(drawing.picture).rounded_rectangle(button, radius=8, fill=palette[2])
            drawing.write(line, (left + 14, top + 4 + (step - 10 - font.size * 1.2) / 2), font, palette[3])
        else:
            drawing.write(line, (left, top), font, palette[1])
        top += step


def _wrap(
    drawing: Drawing, parts: list[tuple[str, str]], width: float, scale: float
) -> tuple[list[tuple[str, str, ImageFont.FreeTypeFont]], float]:
    """Break the texts into lines of at most `width` pixels; return the lines and their height together."""
    lines: list[tuple[str, str, ImageFont.FreeTypeFont]] = []
    for role, content in parts:
        font, line = drawing.font(role, scale), ""
        for word in content.split(" ") if role in ("headline", "line", "small_print") else [content]:
            longer = f"{line} {word}".strip()
            if line and font.getlength(longer) > width:
                lines.append((role, line, font))
                longer = word
            line = longer
        lines.append((role, line, font))
    fits = all(font.getlength(line) <= width for _, line, font in lines)
    return lines, sum(_height(role, font) for role, _, font in lines) if fits else float("inf")


def _height(role: str, font: ImageFont.FreeTypeFont) -> float:
    return font.size * (1.9 if role == "call" else 1.34)
