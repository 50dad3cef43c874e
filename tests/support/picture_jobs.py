"""Nightly pictures: a card that takes features of pictures, pictures of every kind, and a measurement without networks."""

import hashlib
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image
from sqlalchemy import select

from service.bundles.bundle_files import write_card
from service.jobs.pictures.picture_table import picture_schema
from service.picture_features import picture_features
from service.picture_features.picture_features import PictureFeatures
from service.schemas import Card, Category, Classification, Entity, Input, Label, Scoring
from service.store.store import Store
from service.store.tables import refused_rows, stored_features, stored_pictures

MODEL = "adverts"
KEY = "advert_id"
_FIELDS: dict[str, dict[str, Any]] = {
    "text_share": {"type": "number", "minimum": 0.0, "maximum": 1.0},
    "words": {"type": "integer", "minimum": 0, "maximum": 50},
    "language": {"type": "category", "categories": tuple(map(Category, ("pl", "en", "none")))},
    "has_price": {"type": "boolean"},
    "price": {"type": "number", "nullable": True},
    "brightness": {"type": "number"},
}
CARD = Card(
    name=MODEL,
    title="Adverts",
    question="?",
    inputs=(
        *(Input(name=name, from_="store", **field) for name, field in _FIELDS.items()),
        Input(name="hour", type="integer"),
    ),
    output=Classification(labels=(Label("more"), Label("usual")), focus="more"),
    scoring=Scoring(scorer="onnx", gate_rows=0, gate_difference=0),
    entity=Entity(key=KEY, features="pictures"),
    version="toy",
)


def write_bundle(folder: Path) -> Path:
    """Write the card as a bundle, of which nightly pictures need no more; return the folder of bundles."""
    (folder / MODEL).mkdir(parents=True)
    write_card(folder / MODEL, CARD)
    return folder


def measure(image: Image.Image, digest: str) -> PictureFeatures:
    """Measure a picture without networks: its brightness, and as `words` its first pixel."""
    fields = dict.fromkeys(picture_features.FIELDS, 0.5) | {
        "words": int(np.asarray(image)[0, 0, 0]) // 10,
        "language": "none",
        "has_price": False,
        "price": None,
        "brightness": round(float(np.asarray(image).mean()) / 255, 4),
    }
    details = {"digest": digest, "width": image.width, "height": image.height, "texts": [], "colours": []}
    return PictureFeatures(fields, details, picture_features.preview(image))


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """The sizes of the pictures that were measured, without networks."""
    sizes: list[tuple[int, int]] = []

    def note(image: Image.Image, digest: str) -> PictureFeatures:
        sizes.append(image.size)
        return measure(image, digest)

    monkeypatch.setattr("service.jobs.pictures.picture_batch.compute", note)
    return sizes


def plain(value: int, size: tuple[int, int] = (60, 40)) -> Image.Image:
    return Image.new("RGB", size, (value, value, value))


def file_of(picture: Image.Image, form: str = "PNG", **options: Any) -> bytes:
    file = io.BytesIO()
    picture.save(file, form, **options)
    return file.getvalue()


def write_pictures(folder: Path, count: int) -> Path:
    """Write pictures p00.png, p01.png, …, each of its own brightness."""
    folder.mkdir(parents=True)
    for index in range(count):
        (folder / f"p{index:02}.png").write_bytes(file_of(plain(10 * index)))
    return folder


def contents(store: Store, run: str) -> dict[str, tuple[Any, ...]]:
    """Return key → fields, digest, details and preview of what a run stored."""
    joined = stored_features.join(
        stored_pictures,
        (stored_features.c.run == stored_pictures.c.run) & (stored_features.c.key == stored_pictures.c.key),
    )
    columns = (stored_features.c.key, stored_features.c.fields, stored_pictures.c.digest)
    query = select(*columns, stored_pictures.c.details, stored_pictures.c.preview).select_from(joined)
    with store.reading() as connection:
        rows = connection.execute(query.where(stored_features.c.run == run)).all()
    return {key: (json.loads(fields), *more) for key, fields, *more in rows}


def refusals(store: Store, run: str) -> Iterator[tuple[str | None, str, str]]:
    """Yield key, field and code of the refused pictures of a run."""
    query = select(refused_rows.c.key, refused_rows.c.field, refused_rows.c.code).where(refused_rows.c.run == run)
    with store.reading() as connection:
        yield from [(key, field, code) for key, field, code in connection.execute(query)]


def write_measured(folder: Path, file: Path) -> Path:
    """Write what `measure` gives for the pictures of a folder as a file of `--output`; return it."""
    schema = picture_schema(CARD, KEY)
    rows = []
    for path in sorted(folder.glob("*.png")):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        features = measure(Image.open(path), digest)
        more = {"digest": digest, "method": picture_features.METHOD, "details": json.dumps(features.details)}
        rows.append({name: features.fields.get(name) for name in schema.names} | {KEY: path.stem} | more)
    pq.write_table(pa.Table.from_pylist(rows, schema), file, row_group_size=4)
    return file
