"""One run: input → service → output, from the card to the summary."""

import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from client import Client, ServiceError
from pipeline.checkpoint import Ledger, Progress
from pipeline.columns import Columns
from pipeline.errors import Stopped, Unusable, VersionChanged
from pipeline.formats import parquet
from pipeline.formats.records import Record
from pipeline.formats.rendering import JsonLines, NewCsv, Numbered, SplicedCsv, failure
from pipeline.input_source import STANDARD, Source, format_of, identity, opened, skipping
from pipeline.ordered_batches import answered
from pipeline.patient_client import Asking
from pipeline.stdout_writer import Outlet

_DEADLINE_SECONDS = 60.0

Report = Callable[[Progress, int | None], None]
Renderer = JsonLines | NewCsv | Numbered | SplicedCsv


@dataclass(frozen=True)
class Summary:
    """`records` and `failed` count the whole run; `resumed_after` of them were done by a run that was stopped."""

    records: int
    enriched: int
    failed: int
    resumed_after: int
    seconds: float
    version: str
    failed_file: str

    @property
    def records_per_second(self) -> float:
        return (self.records - self.resumed_after) / self.seconds if self.seconds else 0.0


@dataclass(frozen=True)
class Answer:
    """A batch, ready to be written."""

    good: bytes
    bad: bytes
    records: int
    failed: int
    read: int


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
    batch_records: int = 500,
    threads: int = 4,
    give_up_seconds: float = 120.0,
    overwrite: bool = False,
    report: Report = lambda _progress, _total: None,
    tell: Callable[[str], None] = lambda _sentence: None,
) -> Summary:
    """Add the predictions of `model` to every record of `source`, and write them to `target` in the same order.

    Both are JSON lines, CSV or Parquet by their ending, or `-`. `fields` maps a field of the model to the column that has
    it. Called again after it was stopped, it goes on. Raises PipelineError.
    """
    began = time.monotonic()
    source, target = str(source), str(target)
    places = (format_of(source, standard_format), format_of(target, standard_format))
    about: dict[str, Any] = {"model": model, "fields": dict(fields or {}), "prefix": prefix, "formats": list(places)}
    about |= {} if failed is None else {"failed": str(Path(failed).absolute())}
    about |= {} if source == STANDARD else identity(source)
    try:
        with closing(_outlet(source, target, failed)) as outlet:
            old = outlet.unfinished(overwrite=overwrite)
            begun_with = old.version if old is not None and old.identity == about else None
            asking = Asking(_client(url, api_key), model, begun_with, give_up_seconds, tell)
            columns = Columns(asking.card, dict(fields or {}), prefix)
            with opened(source, places[0], columns, names_needed=places[1] == "csv") as origin:
                run = _Run(asking, columns, origin, outlet, _renderer(origin, places[1], columns.added))
                resumed_after = _begin(outlet, old, Progress(about, asking.card["version"]), overwrite=overwrite)
                if not outlet.progress.complete:
                    run.write(batch_records, threads, report)
                if isinstance(outlet, Ledger):
                    _publish(outlet, source, places, columns)
    except BrokenPipeError:
        raise Stopped("Nobody reads the output any longer.") from None
    except OSError as error:
        raise Stopped(f"The run cannot go on: {error.strerror or error}.") from None
    return _summary(outlet, resumed_after, time.monotonic() - began)


def _summary(outlet: Ledger | Outlet, resumed_after: int, seconds: float) -> Summary:
    progress = outlet.progress
    return Summary(
        records=progress.records,
        enriched=progress.records - progress.failed,
        failed=progress.failed,
        resumed_after=resumed_after,
        seconds=seconds,
        version=progress.version,
        failed_file=outlet.failed_file if progress.failed else "",
    )


def _client(url: str, api_key: str | None) -> Client:
    try:
        return Client(url, api_key, deadline_seconds=_DEADLINE_SECONDS)
    except ServiceError as fault:
        raise Unusable(fault.detail) from None


def _outlet(source: str, target: str, failed: str | Path | None) -> Ledger | Outlet:
    side = None if failed is None else Path(failed)
    outlet = Outlet(side) if target == STANDARD else Ledger(Path(target), side, resumable=source != STANDARD)
    if source != STANDARD and any(file.exists() and file.samefile(source) for file in outlet.files):
        raise Unusable(f"{Path(source).name} would be written over: the output and the failed records need other names.")
    return outlet


def _begin(outlet: Ledger | Outlet, old: Progress | None, new: Progress, *, overwrite: bool) -> int:
    """Begin, or go on with a run that was stopped; return how many records that one had done."""
    same = old is not None and (old.identity, old.version) == (new.identity, new.version)
    if old is None or (overwrite and not same):
        outlet.begin(new, overwrite=overwrite)
        return 0
    if old.identity != new.identity:
        raise Unusable(f"{outlet.name} was begun with another input or other options. Say --overwrite to begin again.")
    if not same:
        raise VersionChanged(
            f"The run began with version {old.version[:12]}, the service now serves {new.version[:12]}. "
            "One file has one version: say --overwrite to begin again."
        )
    outlet.resume(old)
    return old.records


def _renderer(origin: Source, target_format: str, added: list[str]) -> Renderer:
    if target_format == "parquet" and origin.format == "parquet":
        return Numbered(added)
    if target_format != "csv":
        return JsonLines(added, spliced=origin.format == "jsonl", as_columns=target_format == "parquet")
    if origin.csv is not None:
        return SplicedCsv(origin.csv.header, added, origin.csv.separator, origin.csv.line_end)
    return NewCsv(origin.names or [], added)


class _Run:
    """The part of a run that repeats: batches of records become text."""

    def __init__(
        self, asking: Asking, columns: Columns, origin: Source, outlet: Ledger | Outlet, renderer: Renderer
    ) -> None:
        self._asking = asking
        self._columns = columns
        self._origin = origin
        self._outlet = outlet
        self._renderer = renderer

    def write(self, batch_records: int, threads: int, report: Report) -> None:
        outlet = self._outlet
        progress = outlet.progress
        if progress.written_bytes == 0:
            outlet.append(self._renderer.header, b"", 0, 0, 0)
        records = skipping(self._origin.records, progress.records)
        with answered(records, self._answer, threads=threads, batch_records=batch_records) as answers:
            try:
                for answer in answers:
                    outlet.append(answer.good, answer.bad, answer.records, answer.failed, answer.read)
                    report(outlet.progress, self._origin.total)
            finally:
                self._asking.stop()
                outlet.checkpoint()

    def _answer(self, records: list[Record]) -> Answer:
        spliced = self._origin.format == "jsonl"
        from_text = self._origin.format == "csv"
        reasons = [self._reason(record) for record in records]
        rows = [
            self._columns.row(record.values or {}, from_text=from_text)
            for record, reason in zip(records, reasons, strict=True)
            if not reason
        ]
        predictions = iter(self._asking.predictions(rows))
        good, bad = [], []
        for record, reason in zip(records, reasons, strict=True):
            prediction = reason or next(predictions)
            if isinstance(prediction, str):
                bad.append(failure(record, prediction, spliced=spliced))
            else:
                good.append(self._renderer.text(record, self._columns.cells(prediction)))
        read = sum(record.size for record in records)
        return Answer(b"".join(good), b"".join(bad), len(records), len(bad), read)

    def _reason(self, record: Record) -> str:
        """Return why a record is not even asked about, or nothing."""
        return record.reason or self._columns.taken(record.values or {}) or self._renderer.refused(record)


def _publish(ledger: Ledger, source: str, places: tuple[str, str], columns: Columns) -> None:
    """Put the whole output in its place; Parquet is made of what was written, in one go."""
    written = final = ledger.complete()
    if places[1] == "parquet" and written.exists():
        final = written.with_name(written.name + ".parquet")
        if places[0] == "parquet":
            parquet.join(Path(source), written, columns.kinds, final)
            if not identity(source).items() <= ledger.progress.identity.items():
                final.unlink()
                raise Unusable(f"{Path(source).name} was changed while the run went on. Say --overwrite to begin again.")
        else:
            parquet.convert(written, columns.kinds, final)
    ledger.publish(final)
