"""`python -m service.training.adverts`: draws the adverts again and invents their clicks again."""

import argparse
import csv
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageStat

from service.training.adverts.advert_texts import make_text, read_goods
from service.training.adverts.clicks import Advert, write_showings
from service.training.adverts.drawing import draw_advert
from service.training.adverts.motifs import PHOTOGRAPHS, VARIANTS, make_background
from service.training.recipe import DATA

FONTS = Path("/usr/share/fonts/truetype/dejavu")
SEED = 1808
ADVERTS_OF_A_VARIANT = 3


def main(arguments: list[str] | None = None) -> None:
    """Write `adverts/*.jpg`, `adverts.csv` and `advert_showings.csv` into a folder."""
    parser = argparse.ArgumentParser(prog="python -m service.training.adverts", description="Draws the adverts.")
    parser.add_argument("--photographs", type=Path, required=True, help="the folder skimage/data of scikit-image")
    parser.add_argument(
        "--fonts", type=Path, default=Path("/usr/share/fonts/truetype/dejavu"), help="a folder of DejaVu fonts"
    )
    parser.add_argument("--to", type=Path, default=DATA, metavar="FOLDER")
    options = parser.parse_args(arguments)
    pictures = options.to / "adverts"
    pictures.mkdir(parents=True, exist_ok=True)
    rows = draw_all(options.photographs, options.fonts, pictures)
    with (options.to / "adverts.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    write_showings([Advert.of_row(row) for row in rows], options.to / "advert_showings.csv")


def draw_all(photographs: Path, fonts: Path, pictures: Path) -> list[dict[str, Any]]:
    """Draw every advert into the folder `pictures`; return a row of `adverts.csv` for each."""
    random, goods = np.random.default_rng(SEED), read_goods()
    rows: list[dict[str, Any]] = []
    for motif, photograph in PHOTOGRAPHS.items():
        for variant in range(VARIANTS):
            background = make_background(photographs, motif, variant, random)
            for copy in range(ADVERTS_OF_A_VARIANT):
                text = make_text(goods, motif, variant + copy, random)
                drawing = draw_advert(background.picture, text, fonts, random)
                number = 1000 + len(rows) + 1
                drawing.picture.save(pictures / f"{number}.jpg", quality=78, optimize=True)
                rows.append(
                    {
                        "advert_id": number,
                        "lines": " | ".join(drawing.lines),
                        "language": text.language,
                        "price": "" if text.price is None else f"{text.price:.2f}",
                        "currency": text.currency,
                        "text_share": f"{drawing.text_share:.3f}",
                        "brightness": f"{_brightness(drawing.picture):.3f}",
                        "motif": motif,
                        "variant": background.variant,
                        "photograph": photograph.file,
                    }
                )
    return rows


def _brightness(picture: Image.Image) -> float:
    return float(ImageStat.Stat(picture.convert("L")).mean[0]) / 255


if __name__ == "__main__":
    main()
