"""python -m pipeline enrich --model MODEL IN OUT"""

import argparse
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from pipeline.checkpoint import Progress
from pipeline.enrichment import Summary, enrich
from pipeline.errors import PipelineError
from pipeline.settings import read_settings
from tabular.scratch_folder import remove_leftovers
from wire.cells.text_options import add_text_options, text_options
from wire.settings_reader import WrongSettings

_SOME_FAILED = 1
_UNUSABLE = 2
_INTERRUPTED = 130
_NOTICE_SECONDS = 5.0
_EXIT_CODES = (
    "Exit codes: 0 all enriched; 1 finished, some records failed; 2 input, output or options cannot be used; "
    "3 stopped, the same command goes on; 4 the service has another version by now; 130 interrupted."
)


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    sys.stderr = sys.stderr or Path(os.devnull).open("w")  # noqa: SIM115 - closed when the program ends
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    remove_leftovers()
    try:
        settings = read_settings(os.environ)
        with _ProgressBar() as progress_bar:
            summary = enrich(
                options.model,
                options.source,
                options.target,
                url=settings.service_url,
                api_key=settings.api_key,
                fields=dict(options.field),
                prefix=options.prefix,
                failed=options.failed,
                standard_format=options.format,
                **asdict(text_options(options)),
                batch_records=options.batch_records,
                threads=options.threads,
                give_up_seconds=options.give_up_seconds,
                overwrite=options.overwrite,
                report=progress_bar.show,
                notify=_at_intervals(progress_bar.print_line),
            )
    except WrongSettings as error:
        _print_line(f"pipeline: {error}")
        return _UNUSABLE
    except PipelineError as error:
        _print_line(f"pipeline: {error}")
        return error.exit_code
    except KeyboardInterrupt:
        _print_line("pipeline: Interrupted. The same command goes on from here, if it reads and writes files.")
        return _INTERRUPTED
    for field, column in summary.matched.items():
        _print_line(f"pipeline: field {field} from the column {column}")
    _print_line(_sentence(summary))
    return _SOME_FAILED if summary.failed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m pipeline", description="Adds a model's predictions to records.")
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("enrich", help="a file or a stream of records", epilog=_EXIT_CODES)
    command.add_argument("source", metavar="IN", help=".jsonl, .csv, .csv.gz, .csv.zip, .csv.zst, .xlsx, .parquet, or -")
    command.add_argument("target", metavar="OUT", help=".jsonl, .csv, .xlsx, .parquet, or - for standard output")
    command.add_argument("--model", required=True)
    add_text_options(command)
    command.add_argument("--prefix", default="", help="what the names of the added columns begin with")
    command.add_argument(
        "--failed", metavar="FILE", help="where refused records go (OUT.failed.jsonl; standard error for -)"
    )
    command.add_argument("--format", choices=["jsonl", "csv"], default="jsonl", help="the format of - (jsonl)")
    command.add_argument("--batch-records", type=_positive, default=500, help="records a request (500)")
    command.add_argument("--threads", type=_positive, default=4, help="requests at once (4)")
    command.add_argument("--give-up-seconds", type=_positive, default=120, help="how long to repeat a request (120)")
    command.add_argument("--overwrite", action="store_true", help="replace OUT if it exists")
    return parser


def _positive(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= 1_000_000:  # noqa: PLR2004
        raise argparse.ArgumentTypeError("a whole number above 0")
    return int(text)


class _ProgressBar:
    """A progress bar if standard error is a terminal, else nothing."""

    def __enter__(self) -> "_ProgressBar":
        self._bar = None
        if sys.stderr.isatty():
            from tqdm import tqdm

            self._bar = tqdm(unit="", unit_scale=True, file=sys.stderr)
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def show(self, progress: Progress, total: int | None) -> None:
        if self._bar is not None:
            self._bar.total = total
            self._bar.set_postfix(records=progress.records, failed=progress.failed, refresh=False)
            self._bar.update(progress.read - self._bar.n)

    def print_line(self, sentence: str) -> None:
        if self._bar is not None:
            self._bar.write(sentence, file=sys.stderr)
        else:
            _print_line(sentence)


def _at_intervals(notify: Callable[[str], None]) -> Callable[[str], None]:
    """Return a function that prints at most one sentence in 5 seconds, because many threads may wait for the service."""
    last = -_NOTICE_SECONDS

    def notify_if_due(sentence: str) -> None:
        nonlocal last
        if time.monotonic() - last >= _NOTICE_SECONDS:
            last = time.monotonic()
            notify(f"pipeline: {sentence}")

    return notify_if_due


def _print_line(sentence: str) -> None:
    sys.stderr.write(sentence + "\n")
    sys.stderr.flush()


def _sentence(summary: Summary) -> str:
    parts = [f"{summary.records:,} records", f"{summary.enriched:,} enriched", f"{summary.failed:,} failed"]
    if summary.resumed_after:
        parts.append(f"{summary.resumed_after:,} of them done before")
    parts += [f"{summary.seconds:.1f} s", f"{summary.records_per_second:,.0f} records/s", f"version {summary.version[:12]}"]
    return "pipeline: " + ", ".join(parts) + (f". Failed records: {summary.failed_file}" if summary.failed_file else "")


if __name__ == "__main__":
    sys.exit(main())
