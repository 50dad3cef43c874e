"""Measures one batch of pictures with a pure function, which threads and Dask workers can run."""

from typing import Any

import msgspec
import pyarrow as pa

from service.errors import Fault, InvalidInput
from service.jobs.batch_scoring import REFUSED
from service.jobs.sources.partitions import IDENTITY, WrongInput
from service.picture_features.picture_features import MAX_SIDE, METHOD, compute, preview
from service.picture_features.text_recognition import NotInstalled
from service.pictures.picture_file import WrongPicture, open_picture
from service.rows.checks import Checks
from service.rows.strict_json import encode
from service.schemas import Card, Row

RAW = pa.schema(
    [
        ("key", pa.string()),
        ("digest", pa.string()),
        ("content", pa.large_binary()),
        ("field", pa.string()),
        ("code", pa.string()),
        ("message", pa.string()),
        ("fields", pa.string()),
        ("details", pa.string()),
        ("preview", pa.large_binary()),
    ],
    metadata={IDENTITY: "key,digest,code"},
)
"""A picture as it was read: key, SHA-256 and bytes, or why there are none (`field`, `code`, `message`).

`fields`, `details` and `preview` are what was measured before. Whatever that is, the batch is the same.
"""
MEASURED = pa.schema(
    [
        ("place", pa.int64()),
        ("key", pa.string()),
        ("fields", pa.string()),
        ("digest", pa.string()),
        ("method", pa.string()),
        ("details", pa.string()),
        ("preview", pa.large_binary()),
    ]
)
"""`place`: the picture in the batch, from 1. `fields` and `details` are JSON, `preview` is a JPEG."""


def measure_batch(batch: pa.RecordBatch, card: Card) -> tuple[pa.RecordBatch, pa.RecordBatch]:
    """Return what is stored of a batch of pictures (RAW → MEASURED), and the reasons of refused pictures (REFUSED).

    A picture is stored with the fields that the card takes from the store. Raises WrongInput if a package is missing.
    """
    checks = _field_checks(card)
    measured: list[dict[str, Any]] = []
    refused: list[dict[str, Any]] = []
    for place, row in enumerate(batch.to_pylist(), start=1):
        faults = [Fault(row["field"], row["code"], row["message"])] if row["code"] else []
        found = None if faults else _measure(row, checks, faults)
        if found:
            more = {name: row[name] for name in ("key", "digest")}
            measured.append({"place": place, "method": METHOD, **more, **found})
        for number, fault in enumerate(faults, start=1):
            reason = {"field": fault.field or "", "code": fault.code, "message": fault.message}
            refused.append({"place": place, "number": number, "key": row["key"], **reason})
    return pa.RecordBatch.from_pylist(measured, MEASURED), pa.RecordBatch.from_pylist(refused, REFUSED)


def _measure(row: dict[str, Any], checks: Checks, faults: list[Fault]) -> dict[str, Any] | None:
    """Return fields, details and preview of a picture, or None after adding to `faults` why it is refused."""
    small = row["preview"]
    try:
        if row["fields"]:
            values, details = msgspec.json.decode(row["fields"]), row["details"]
            small = small or preview(open_picture(row["content"], MAX_SIDE))
        else:
            features = compute(open_picture(row["content"], MAX_SIDE), row["digest"])
            values, details, small = features.fields, encode(features.details).decode(), features.preview
    except WrongPicture as error:
        faults.append(Fault("picture", error.code, str(error)))
        return None
    except NotInstalled as error:
        raise WrongInput(str(error)) from error
    fields: Row = {field.name: values[field.name] for field in checks.fields}
    try:
        checks.columns([fields])
    except InvalidInput as refusal:
        faults.extend(refusal.faults)
        return None
    return {"fields": encode(fields).decode(), "details": details, "preview": small}


def _field_checks(card: Card) -> Checks:
    """Return the checks of the fields that are stored."""
    stored = tuple(field for field in card.inputs if field.from_ == "store")
    return Checks(msgspec.structs.replace(card, inputs=stored, rules=()))
