"""python -m service.jobs predict | features | pictures | runs | rollback: the nightly jobs and their history."""

import argparse
import os
import sys
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tqdm import tqdm

from service.bundles.bundle_files import read_card
from service.bundles.versions.bundle_folder import default_folder
from service.errors import BrokenBundle, BrokenStorage, InvalidFile, ModelFailed, StorageUnavailable, UnknownModel
from service.jobs import features, job_runner, run_files
from service.jobs.engines import Dask, Engine, Local, WrongEngine
from service.jobs.job_parser import build_parser
from service.jobs.job_runner import Job
from service.jobs.run_files import WrongOutput
from service.jobs.sources.inputs import is_table, open_source
from service.jobs.sources.partitions import WrongInput
from service.jobs.sources.source import RequiredColumns, Source
from service.model_process.process_limits import ProcessLimits, set_process_limits
from service.schemas import Card, Run
from service.settings import Settings, read_settings
from service.store import lookups, run_history
from service.store.external_table import refuse_store_file
from service.store.run_history import NoEarlierRun, Overtaken
from service.store.store import Store
from wire.cells.text_options import text_options
from wire.settings_reader import WrongSettings

if TYPE_CHECKING:
    from service.jobs.pictures.picture_sources import PictureSource

_REPORTED_ERRORS = (
    WrongSettings,
    WrongInput,
    WrongOutput,
    WrongEngine,
    BrokenStorage,
    InvalidFile,
    StorageUnavailable,
    ModelFailed,
)
"""Their messages are sentences for the person who starts the job."""
_LOCK_TIMEOUT_SECONDS = 60.0
_REASONS_SHOWN = 5
_WHOLE_RATE = 10


def main(arguments: list[str] | None = None) -> None:
    """Run one command. A command that fails prints one sentence and ends with exit code 1."""
    options = _parser().parse_args(arguments)
    try:
        settings = read_settings(os.environ)
        set_process_limits(ProcessLimits(settings.model_memory_bytes, Path(settings.environments)))
        store = Store(settings.database_url, _LOCK_TIMEOUT_SECONDS, settings.database_seconds)
        try:
            options.act(options, settings, store)
        finally:
            store.close()
    except _REPORTED_ERRORS as error:
        sys.exit(str(error))
    except BrokenBundle as error:
        sys.exit(f"The model {options.model} cannot be used: {error}.")
    except NoEarlierRun:
        sys.exit(f"There is no run of {options.model} before the one that is served.")
    except job_runner.JobRunning:
        sys.exit(f"Another job of this kind writes for {options.model} now. Nothing was done.")
    except Overtaken:
        sys.exit(f"Another job of this kind writes for {options.model} now and has continued this run. This job stopped.")
    except KeyboardInterrupt:
        sys.exit("Stopped. Start the same command again to continue this run.")


def _parser() -> argparse.ArgumentParser:
    acts = {"predict": _predict, "features": _features, "pictures": _pictures, "runs": _list, "rollback": _roll_back}
    return build_parser(acts)


def _predict(options: argparse.Namespace, settings: Settings, store: Store) -> None:
    bundle, card = _find_bundle(settings, options.model)
    key = options.key or _key_name(card)
    source = _open_source(options, settings, job_runner.required_columns(card, key))
    job = job_runner.prediction_job(bundle, card, source, key)
    _run(options, settings, store, card, job=job, source=source)


def _features(options: argparse.Namespace, settings: Settings, store: Store) -> None:
    _, card = _find_bundle(settings, options.model)
    _key_name(card)
    features.feature_function(card)
    source = _open_source(options, settings, features.required_columns(options.key))
    job = features.feature_job(card, source, options.key)
    _run(options, settings, store, card, job=job, source=source)


def _pictures(options: argparse.Namespace, settings: Settings, store: Store) -> None:
    from service.jobs.pictures import picture_job
    from service.jobs.pictures.measured_before import MeasuredBefore
    from service.jobs.pictures.picture_sources import open_pictures
    from service.jobs.pictures.thread_engine import Threads

    _, card = _find_bundle(settings, options.model)
    fields = picture_job.stored_fields(card)
    key = options.key or _key_name(card)
    required = picture_job.required_columns(key)
    source = open_pictures(options.input, key, lambda: _open_source(options, settings, required))
    store.prepare()
    before = MeasuredBefore(store, card.name, options.computed, fields)
    job = picture_job.picture_job(card, source, key, before)
    _run(options, settings, store, card, job=job, source=source, local=Threads())
    if before.found:
        _print(f"unchanged: {before.found:,} pictures were measured before\n")


def _open_source(options: argparse.Namespace, settings: Settings, required: RequiredColumns) -> Source:
    if is_table(options.input):
        refuse_store_file(options.input, settings.database_url)
    columns = dict(options.field)
    if unknown := columns.keys() - {*required.names, *required.labels}:
        raise WrongInput(f"There is no field {min(unknown)}: see --field.")
    form = replace(
        required,
        text=text_options(options),
        charset=options.charset,
        columns=columns,
        database_seconds=settings.database_seconds,
    )
    return open_source(options.input, form)


def _run(
    options: argparse.Namespace,
    settings: Settings,
    store: Store,
    card: Card,
    *,
    job: Job,
    source: "Source | PictureSource",
    local: Engine | None = None,
) -> None:
    if options.output:
        run_files.check_folder(options.output)
    bar = tqdm(total=source.rows, desc=card.name, unit=" rows", unit_scale=True, file=sys.stderr, disable=None)
    with bar, _engine(options, local or Local()) as engine:
        try:
            run = job_runner.run_job(
                store,
                card,
                job,
                engine=engine,
                max_runs=settings.max_runs,
                advance=bar.update,
                allow_shrink=options.allow_shrink,
            )
        except job_runner.NoUsableRows as fault:
            if options.output:
                run_files.write_refused(store, fault.run, options.output)
            raise
    if options.output:
        key = options.key if job.kind == "predictions" and options.key else _key_name(card)
        run_files.write_run(store, run, card, key, options.output)
    rate = (run.rows + run.refused) / run.seconds if run.seconds else 0.0
    shown = f"{rate:,.{0 if rate >= _WHOLE_RATE else 1}f}" if rate else "—"
    _print(
        f"{run.model} {run.version[:12]}: run {run.id} is served. {run.rows:,} {run.kind} stored, {run.refused:,} refused, "
    )
    _print(f"{run.seconds:,.1f} s, {shown} a second.\n")
    if source.ignored_files:
        _print(f"ignored: {source.ignored_files:,} files with names that begin with . or _\n")
    for field, column in source.matched.items():
        _print(f"field {field}: column {column}\n")
    for field, code, rows in lookups.count_refusals(store, run.id)[:_REASONS_SHOWN]:
        _print(f"refused: {field or 'row'} {code}, {rows:,} rows\n")


def _engine(options: argparse.Namespace, local: Engine) -> AbstractContextManager[Engine]:
    if options.engine == "dask":
        return Dask(options.scheduler)
    if options.scheduler:
        raise WrongEngine("--scheduler is the address of a Dask cluster. It needs --engine dask.")
    return nullcontext(local)


def _key_name(card: Card) -> str:
    if card.entity is None:
        raise WrongInput(f"The card of {card.name} names no entity, so there is no key for stored rows.")
    return card.entity.key


def _list(options: argparse.Namespace, _settings: Settings, store: Store) -> None:
    after = None
    while True:
        page = run_history.list_runs(store, options.model, after, options.kind)
        for run in page.items:
            _print(_format_run(run) + "\n")
        after = page.next
        if after is None:
            return


def _roll_back(options: argparse.Namespace, _settings: Settings, store: Store) -> None:
    _print(f"Served again: {_format_run(run_history.roll_back(store, options.kind, options.model))}\n")


def _find_bundle(settings: Settings, name: str) -> tuple[Path, Card]:
    """Return the bundle of the default version of a model. Raises WrongInput, BrokenBundle."""
    try:
        folder = default_folder(Path(settings.bundles), name)
    except UnknownModel:
        raise WrongInput(f"There is no model {name[:64]!r}.") from None
    except OSError:
        raise WrongInput("The folder of the bundles cannot be read.") from None
    return folder, read_card(folder)


def _format_run(run: Run) -> str:
    figures = f"{run.rows:>9,} rows {run.refused:>7,} refused {run.seconds:>8,.1f} s"
    what = f"{run.model:<20} {run.version[:12]}  {run.kind:<11} {run.state:<10}"
    return f"{run.id}  {what} {figures}  {run.started} … {run.finished or ''}"


def _print(text: str) -> None:
    sys.stdout.write(text)


if __name__ == "__main__":
    main()
