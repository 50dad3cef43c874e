"""One row in every spelling, and all ways into the product for it: JSON, CSV, Arrow, Parquet, xlsx, jobs, pipeline, page."""

import io
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pyarrow as pa
from starlette.testclient import TestClient

from client import Card, Client, Refused
from demo.files import scored_file
from demo.files.scored_file import ScoredFile
from pipeline.batch_enricher import BatchEnricher, renderer_for
from pipeline.columns import Columns
from pipeline.formats.records import parse_line
from pipeline.input_source import open_source
from pipeline.patient_client import PatientClient
from service.bundles.bundle_files import read_card
from service.jobs.batch_scoring import score_batch
from service.jobs.job_runner import required_columns
from service.jobs.sources.inputs import open_source as open_job_source
from service.jobs.sources.inputs import read
from tests.support.every_field_type import MODEL
from tests.support.in_process_client import client_of
from tests.support.row_files import MEDIA, ask, text_of
from tests.support.workbooks import workbook
from wire.cells.text_options import TextOptions

NO_TYPE = object()
"""A typed column cannot hold such a value beside others."""
MESSAGES = {
    "missing_field": "missing",
    "wrong_type": "Expected",
    "not_finite": "finite",
    "out_of_range": "from",
    "unknown_category": "One of",
    "too_long": "At most",
}


@dataclass(frozen=True)
class Spelling:
    """One value: in JSON, as the cell of a CSV, and with a type of Arrow; and the codes of its refusal."""

    json: Any
    cell: str
    typed: Any
    codes: str = ""
    accepted: Any = NO_TYPE
    """The JSON value that is scored, if it is not `json`."""


TYPES = pa.schema(
    [
        ("weight", pa.float64()),
        ("age", pa.float64()),
        ("coat", pa.string()),
        ("indoor", pa.bool_()),
        ("born", pa.timestamp("us")),
        ("seen", pa.timestamp("ms", tz="Europe/Warsaw")),
        ("note", pa.string()),
    ]
)
Outcome = tuple[float | None, set[tuple[str, str]]]
"""The value of the prediction, or None with the fields and codes of the refusal."""


@dataclass(frozen=True)
class Ways:
    """All ways into the product for one row of spellings."""

    row: dict[str, Spelling]
    app: TestClient
    bundle: Path
    folder: Path

    @cached_property
    def client(self) -> Client:
        return client_of(self.app)

    @cached_property
    def card(self) -> Card:
        return self.client.card(MODEL)

    @property
    def json(self) -> dict[str, Any]:
        return {name: spelling.json for name, spelling in self.row.items()}

    def by_client(self) -> Outcome:
        try:
            return self.client.predict(MODEL, [self.json])["predictions"][0]["value"], set()
        except Refused as refusal:
            return None, {(error["pointer"].rpartition("/")[2], error["code"]) for error in refusal.errors}

    def csv(self, separator: str, decimal: str) -> bytes:
        cells = {name: spelling.cell for name, spelling in self.row.items()}
        if decimal == ",":
            cells |= {name: cells[name].replace(".", ",") for name in ("weight", "age")}
        return text_of(["id", *cells], [["1", *cells.values()]], separator)

    def table(self) -> pa.Table | None:
        """Return the row with the types of Arrow; None if a value has none."""
        if any(spelling.typed is NO_TYPE for spelling in self.row.values()):
            return None
        columns = {
            name: [datetime.combine(value, datetime.min.time()) if type(value) is date else value]
            for name, value in ((name, spelling.typed) for name, spelling in self.row.items())
        }
        return pa.table(columns, TYPES).add_column(0, "id", pa.array([1]))

    def workbook(self, *, typed: bool) -> bytes:
        """Return the row as cells of a sheet, typed or as texts. Excel has no time zones and no infinite numbers."""
        cells = [spelling.typed if typed else spelling.cell for spelling in self.row.values()]
        in_utc = [cell.replace(tzinfo=None) if isinstance(cell, datetime) else cell for cell in cells]
        return workbook([["id", *self.row], [1, *in_utc]], has_name=False)

    def by_file(self, body: bytes, kind: str, options: TextOptions) -> Outcome:
        query = "?" + urlencode({name: value for name, value in asdict(options).items() if value})
        answer = ask(self.app, MODEL, body, kind, "json", query=query)
        assert answer.status_code == 200, answer.text
        (prediction,), errors = answer.json()["predictions"], answer.json()["errors"]
        return prediction and prediction["value"], {(error["column"], error["code"]) for error in errors}

    def by_job(self, body: bytes, kind: str, options: TextOptions) -> Outcome:
        source = self.folder / f"job.{kind}"
        source.write_bytes(body)
        card = read_card(self.bundle)
        columns = [*self.row, "id"]
        required = required_columns(card, "id")
        opened = open_job_source(str(source), replace(required, text=options))
        (batch,) = read(opened, columns)
        how: Any = {"style": opened.style, "typed": opened.typed, "latest_day": "2030-01-01"}
        scored, refused = score_batch(self.bundle, batch, key="id", version=card.version, **how)
        value = parse_line(scored["prediction"][0].as_py().encode())["value"] if scored.num_rows else None
        return value, {(each["field"], each["code"]) for each in refused.to_pylist()}

    def by_pipeline(self, body: bytes, kind: str, options: TextOptions) -> tuple[float | None, str]:
        """Return the value, or the reason as a sentence."""
        source = self.folder / f"pipeline.{kind}"
        source.write_bytes(body)
        patient_client = PatientClient(self.client, MODEL, None, 600.0, lambda _sentence: None)
        columns = Columns(self.card, {}, "")
        with open_source(str(source), kind, columns, options, names_needed=False) as opened:
            enricher = BatchEnricher(patient_client, columns, opened, renderer_for(opened, kind, columns.added))
            batch = enricher.enrich(list(opened.records))
        if batch.failures:
            return None, parse_line(batch.failed)["reason"]
        if kind == "xlsx":
            return parse_line(batch.enriched)["value"], ""
        if kind == "parquet":
            return dict(zip(columns.added, parse_line(batch.enriched)["added"], strict=True))["value"], ""
        answer = batch.enriched.decode().rpartition(opened.csv.separator if opened.csv else "")[0]
        return float(answer.split(opened.csv.separator if opened.csv else "")[-3].replace(",", ".")), ""

    def by_page(self, body: bytes, text: TextOptions, kind: str) -> dict[str, Any]:
        """Return the row that the page Files opens in Try."""
        options: Any = {name: value for name, value in asdict(text).items() if value}
        with self.client.score_file(MODEL, io.BytesIO(body), MEDIA[kind], **options) as (recognised, pieces):
            table = scored_file.read_answer(pieces, lambda _rows: None)
        return scored_file.model_row(self.card, ScoredFile.of_answer("rows", recognised, self.card, table), 1)
