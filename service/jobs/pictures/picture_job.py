"""Nightly pictures: each file → the stored fields of its key, with what was found on it and a preview."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from functools import partial

import pyarrow as pa

from service.jobs.job_runner import Job
from service.jobs.pictures.measured_before import MeasuredBefore
from service.jobs.pictures.picture_batch import RAW, measure_batch
from service.jobs.pictures.picture_sources import PATH, PictureSource
from service.jobs.pictures.picture_table import PICTURES
from service.jobs.pictures.raw_pictures import RawPicture
from service.jobs.sources.partitions import LoadedPartition, Partition, WrongInput
from service.jobs.sources.source import RequiredColumns
from service.picture_features.picture_features import FIELDS, METHOD
from service.schemas import Card

_BATCH_PICTURES = 4
"""So few, because a picture takes a second: a killed job loses at most these, and at the end no core waits for long."""
_BATCH_BYTES = 16 * 2**20


def required_columns(key: str) -> RequiredColumns:
    """Return the columns that the job needs of a CSV."""
    return RequiredColumns([PATH, key], frozenset(), key)


def stored_fields(card: Card) -> frozenset[str]:
    """Return the fields that are stored of each picture. Raises WrongInput if the card takes none, or unknown ones."""
    if card.entity is None or card.entity.features != PICTURES:
        raise WrongInput(f"The card of {card.name} names no features of pictures.")
    names = [field.name for field in card.inputs if field.from_ == "store"]
    if unknown := [name for name in names if name not in FIELDS]:
        raise WrongInput(f"The card of {card.name} names a feature that this program cannot measure: {unknown[0][:64]!r}.")
    return frozenset(names)


def picture_job(card: Card, source: PictureSource, key: str, before: MeasuredBefore) -> Job:
    """Return the job of measuring the pictures of a source."""
    identity = {"input": source.name, "key": key, "pictures": METHOD, "pictures a batch": _BATCH_PICTURES}

    def read_partitions(_max_batches: int | None) -> Iterator[Partition]:
        for pictures in _in_batches(source.pictures()):
            yield LoadedPartition((_raw_batch(pictures, before),))

    return Job(
        "features",
        json.dumps(identity | {"bytes a batch": _BATCH_BYTES}),
        read_partitions,
        partial(measure_batch, card=card),
        positions_in_batch=True,
    )


def _in_batches(pictures: Iterable[RawPicture]) -> Iterator[list[RawPicture]]:
    batch: list[RawPicture] = []
    size = 0
    for picture in pictures:
        length = len(picture.content or b"")
        if batch and (len(batch) == _BATCH_PICTURES or size + length > _BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(picture)
        size += length
    if batch:
        yield batch


def _raw_batch(pictures: list[RawPicture], before: MeasuredBefore) -> pa.RecordBatch:
    """Return a batch as RAW, with what was measured before. A picture of which all is known has no bytes."""
    digests = [None if each.content is None else hashlib.sha256(each.content).hexdigest() for each in pictures]
    known = before.find([digest for digest in digests if digest is not None])
    rows = []
    for picture, digest in zip(pictures, digests, strict=True):
        found = known.get(digest or "")
        row = {"key": picture.key, "digest": digest, "content": picture.content}
        row |= {"field": picture.field, "code": picture.code, "message": picture.message}
        if found:
            row |= {"fields": found.fields, "details": found.details, "preview": found.preview}
            row["content"] = None if found.preview else picture.content
        rows.append(row)
    return pa.RecordBatch.from_pylist(rows, RAW)
