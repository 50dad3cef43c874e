"""Turns a batch of records into text: enriched records for the output, refused ones for the failed file."""

from dataclasses import dataclass

from pipeline.columns import Columns
from pipeline.formats.records import Record
from pipeline.formats.rendering import (
    JsonLinesRenderer,
    NewCsvRenderer,
    NumberedRenderer,
    SplicedCsvRenderer,
    render_failure,
)
from pipeline.input_source import Source
from pipeline.patient_client import PatientClient

Renderer = JsonLinesRenderer | NewCsvRenderer | NumberedRenderer | SplicedCsvRenderer


@dataclass(frozen=True)
class EnrichedBatch:
    """The text of a batch: `enriched` for the output, `failed` for the failed file. `read` is the size of its input."""

    enriched: bytes
    failed: bytes
    records: int
    failures: int
    read: int


def renderer_for(source: Source, target_format: str, added: list[str]) -> Renderer:
    """Return the renderer from the format of the source to the format of the target."""
    if target_format == "parquet" and source.format == "parquet":
        return NumberedRenderer(added)
    if target_format != "csv":
        as_columns = target_format in {"parquet", "xlsx"}
        return JsonLinesRenderer(added, spliced=source.format == "jsonl", as_columns=as_columns, kinds=source.kinds)
    if source.csv is not None:
        return SplicedCsvRenderer(source.csv.header, added, source.csv.separator, source.csv.line_end, source.style)
    return NewCsvRenderer(source.names or [], added)


class BatchEnricher:
    """Enriches batches of one source. Threads share it."""

    def __init__(self, client: PatientClient, columns: Columns, source: Source, renderer: Renderer) -> None:
        self.source = source
        self._client = client
        self._columns = columns
        self._renderer = renderer

    @property
    def header(self) -> bytes:
        """What the output begins with."""
        return self._renderer.header

    def stop(self) -> None:
        """End the calls that are running in other threads."""
        self._client.stop()

    def enrich(self, records: list[Record]) -> EnrichedBatch:
        """Return the text of some records. Raises PipelineError."""
        spliced = self.source.format == "jsonl"
        reasons = [self._reason_to_skip(record) for record in records]
        rows = [
            self._columns.row(record.values or {}, self.source.format, self.source.style, self.source.moments)
            for record, reason in zip(records, reasons, strict=True)
            if not reason
        ]
        predictions = iter(self._client.predictions(rows))
        enriched, failed = [], []
        for record, reason in zip(records, reasons, strict=True):
            prediction = reason or next(predictions)
            if isinstance(prediction, str):
                failed.append(render_failure(record, prediction + self._advice(record), spliced=spliced))
            else:
                enriched.append(self._renderer.text(record, self._columns.cells(prediction)))
        read = sum(record.size for record in records)
        return EnrichedBatch(b"".join(enriched), b"".join(failed), len(records), len(failed), read)

    def _advice(self, record: Record) -> str:
        """Return the option of the command that may solve the refusal of a record, as a sentence, or an empty text."""
        return self._columns.advice(record.values or {}, self.source.style) if self.source.csv else ""

    def _reason_to_skip(self, record: Record) -> str:
        """Return why the service is not asked about a record, or an empty text."""
        return record.reason or self._columns.reason_not_free(record.values or {}) or self._renderer.reason_to_refuse(record)
