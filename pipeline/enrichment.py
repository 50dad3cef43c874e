"""Runs an enrichment from the card to the summary: opens input and output, begins or resumes, publishes."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from client import Client, ServiceError
from pipeline.batch_enricher import BatchEnricher, renderer_for
from pipeline.checkpoint import Checkpoint, Progress
from pipeline.columns import Columns
from pipeline.errors import Stopped, Unusable, VersionChanged
from pipeline.formats import packed, parquet
from pipeline.input_source import STANDARD, format_of, identity, open_source, records_after
from pipeline.ordered_batches import process_in_order
from pipeline.patient_client import PatientClient
from pipeline.stdout_writer import StdoutWriter
from wire.cells.text_options import TextOptions
from wire.cells.text_style import DateOrder, Missing, Sign, Thousands

_DEADLINE_SECONDS = 60.0

Report = Callable[[Progress, int | None], None]
Output = Checkpoint | StdoutWriter


@dataclass(frozen=True)
class Summary:
    """What a run did. Of the `records`, the first `resumed_after` were done by an earlier run that was stopped."""

    records: int
    enriched: int
    failed: int
    resumed_after: int
    seconds: float
    version: str
    failed_file: str
    matched: dict[str, str] = field(default_factory=dict)
    """Field → column of a CSV, for the fields whose column has another name."""

    @property
    def records_per_second(self) -> float:
        return (self.records - self.resumed_after) / self.seconds if self.seconds else 0.0


def enrich(
    model: str,
    source: str | Path,
    target: str | Path,
    *,
    url: str = "http://127.0.0.1:8000",
    api_key: str | None = None,
    fields: Mapping[str, str] | None = None,
    prefix: str = "",
    failed: str | Path | None = None,
    standard_format: str = "jsonl",
    decimal: Sign | None = None,
    thousands: Thousands | None = None,
    dates: DateOrder | None = None,
    missing: Missing = "empty",
    sheet: str | None = None,
    charset: str = "",
    batch_records: int = 500,
    threads: int = 4,
    give_up_seconds: float = 120.0,
    overwrite: bool = False,
    report: Report = lambda _progress, _total: None,
    notify: Callable[[str], None] = lambda _sentence: None,
) -> Summary:
    """Add the predictions of `model` to every record of `source`, and write them to `target` in the same order.

    Both are JSON lines, CSV, Parquet or Excel by their ending, or `-`. `fields` maps a field of the model to its column;
    `decimal` to `charset` are the options of the command. It resumes a run that was stopped. `report` gets the progress
    after each batch, `notify` a sentence before a repeated request. Raises PipelineError.
    """
    began = time.monotonic()
    source, target = str(source), str(target)
    formats = (format_of(source, standard_format, is_input=True), format_of(target, standard_format, is_input=False))
    options = TextOptions(decimal, thousands, dates, missing, sheet, charset)
    identified = _identity(model, source, formats, options, dict(fields or {}), prefix=prefix, failed=failed)
    with _stopped_by_os_errors(), closing(_open_output(source, target, failed)) as output:
        old = output.load(overwrite=overwrite)
        begun_with = old.version if old is not None and old.identity == identified else None
        client = PatientClient(_client(url, api_key), model, begun_with, give_up_seconds, notify)
        labels = client.labels() if formats[0] in {"csv", "xlsx"} else {}
        columns = Columns(client.card, dict(fields or {}), prefix, labels)
        with open_source(source, formats[0], columns, options, names_needed=formats[1] == "csv") as opened:
            renderer = renderer_for(opened, formats[1], columns.added)
            new = Progress(identified, client.card["version"])
            resumed_after = _begin(output, old, new, overwrite=overwrite)
            if not output.progress.complete:
                _append(output, BatchEnricher(client, columns, opened, renderer), batch_records, threads, report)
            if isinstance(output, Checkpoint):
                _publish(output, source, formats, columns)
    return _summary(output, resumed_after, time.monotonic() - began, columns.matched)


@contextmanager
def _stopped_by_os_errors() -> Iterator[None]:
    """Raise Stopped with a sentence instead of an error of the operating system."""
    try:
        yield
    except BrokenPipeError:
        raise Stopped("The reader of the output has closed it.") from None
    except OSError as error:
        raise Stopped(f"The run cannot go on: {error.strerror or error}.") from None


def _identity(
    model: str,
    source: str,
    formats: tuple[str, str],
    options: TextOptions,
    fields: dict[str, str],
    *,
    prefix: str,
    failed: str | Path | None,
) -> dict[str, Any]:
    """Return what an earlier run must have in common with this one, so that this one may resume it."""
    whole: dict[str, Any] = {"model": model, "fields": fields, "prefix": prefix, "formats": list(formats)}
    whole |= {} if failed is None else {"failed": str(Path(failed).absolute())}
    whole |= {} if options == TextOptions() else {"values": asdict(options)}
    return whole | ({} if source == STANDARD else identity(source))


def _summary(output: Output, resumed_after: int, seconds: float, matched: dict[str, str]) -> Summary:
    progress = output.progress
    return Summary(
        records=progress.records,
        enriched=progress.records - progress.failed,
        failed=progress.failed,
        resumed_after=resumed_after,
        seconds=seconds,
        version=progress.version,
        failed_file=output.failed_file if progress.failed else "",
        matched=matched,
    )


def _client(url: str, api_key: str | None) -> Client:
    try:
        return Client(url, api_key, deadline_seconds=_DEADLINE_SECONDS)
    except ServiceError as fault:
        raise Unusable(fault.detail) from None


def _open_output(source: str, target: str, failed: str | Path | None) -> Output:
    failed_path = None if failed is None else Path(failed)
    output = (
        StdoutWriter(failed_path)
        if target == STANDARD
        else Checkpoint(Path(target), failed_path, resumable=source != STANDARD)
    )
    if source != STANDARD and any(file.exists() and file.samefile(source) for file in output.files):
        raise Unusable(f"{Path(source).name} would be written over: the output and the failed records need other names.")
    return output


def _begin(output: Output, old: Progress | None, new: Progress, *, overwrite: bool) -> int:
    """Begin a run or resume a stopped one; return how many records the stopped one had done."""
    same = old is not None and (old.identity, old.version) == (new.identity, new.version)
    if old is None or (overwrite and not same):
        output.begin(new, overwrite=overwrite)
        return 0
    if old.identity != new.identity:
        raise Unusable(
            f"{output.progress_file} was begun with another input or other options. Say --overwrite to begin again."
        )
    if not same:
        raise VersionChanged(
            f"The run began with version {old.version[:12]}, the service now serves {new.version[:12]}. "
            "One file has one version: say --overwrite to begin again."
        )
    output.resume(old)
    return old.records


def _append(output: Output, enricher: BatchEnricher, batch_records: int, threads: int, report: Report) -> None:
    """Append every record that the output does not have yet."""
    if output.progress.written_bytes == 0:
        output.append(enricher.header, b"", 0, 0, 0)
    records = records_after(enricher.source.records, output.progress.records)
    with process_in_order(records, enricher.enrich, threads=threads, batch_records=batch_records) as batches:
        try:
            for batch in batches:
                output.append(batch.enriched, batch.failed, batch.records, batch.failures, batch.read)
                report(output.progress, enricher.source.total)
        finally:
            enricher.stop()
            output.save()


def _publish(checkpoint: Checkpoint, source: str, formats: tuple[str, str], columns: Columns) -> None:
    """Move the complete output to OUT. Parquet and Excel are made now, from the text that was written."""
    written = final = checkpoint.complete()
    if formats[1] == "xlsx" and written.exists():
        final = written.with_name(written.name + ".xlsx")
        packed.write_workbook(written, columns.added, final)
    if formats[1] == "parquet" and written.exists():
        final = written.with_name(written.name + ".parquet")
        if formats[0] == "parquet":
            parquet.join(Path(source), written, columns.kinds, final)
            if not identity(source).items() <= checkpoint.progress.identity.items():
                final.unlink()
                raise Unusable(f"{Path(source).name} was changed while the run went on. Say --overwrite to begin again.")
        else:
            parquet.convert(written, columns.kinds, final)
    checkpoint.publish(final)
