"""python -m service.jobs predict | features | runs | rollback: what is done at night, and its history.

A builder: it reads settings.
"""

import argparse
import os
import sys
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import get_args

from tqdm import tqdm

from service.bundles.bundle_files import read_card
from service.errors import BrokenBundle, BrokenStorage, InvalidFile, ModelFailed, StorageUnavailable
from service.jobs import features, job_runner, run_files
from service.jobs.engines import Dask, Engine, Local, WrongEngine
from service.jobs.inputs import Source, Wanted, open_source
from service.jobs.job_runner import Work
from service.jobs.partitions import WrongInput
from service.jobs.run_files import WrongOutput
from service.schemas import Card, Run, RunKind
from service.settings import Settings, read_settings
from service.store import run_history
from service.store.external_table import refuse_own_file
from service.store.run_history import NothingBefore, Overtaken
from service.store.store import Store
from wire.settings_reader import WrongSettings

_TOLD = (
    WrongSettings,
    WrongInput,
    WrongOutput,
    WrongEngine,
    BrokenStorage,
    InvalidFile,
    StorageUnavailable,
    ModelFailed,
)
"""Their messages are sentences for whoever started the job."""
_PATIENCE_SECONDS = 60.0
_REASONS_SHOWN = 5


def main(arguments: list[str] | None = None) -> None:
    """Do what is asked. Ends with a sentence and exit code 1 where it cannot be done."""
    asked = _parser().parse_args(arguments)
    try:
        settings = read_settings(os.environ)
        store = Store(settings.database_url, _PATIENCE_SECONDS)
        try:
            asked.act(asked, settings, store)
        finally:
            store.close()
    except _TOLD as error:
        sys.exit(str(error))
    except BrokenBundle as error:
        sys.exit(f"The model {asked.model} cannot be used: {error}.")
    except NothingBefore:
        sys.exit(f"There is no run of {asked.model} before the one that is served.")
    except job_runner.Busy:
        sys.exit(f"Another job of this kind writes for {asked.model} now. Nothing was done.")
    except Overtaken:
        sys.exit(f"Another job of this kind writes for {asked.model} now, and has gone on in the place of this one.")
    except KeyboardInterrupt:
        sys.exit("Stopped. The same command goes on where this one stopped.")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m service.jobs", description="Nightly jobs and their history.")
    kinds = parser.add_subparsers(required=True, metavar="predict | features | runs | rollback")
    predict = kinds.add_parser("predict", help="score an input and serve its predictions")
    predict.set_defaults(act=_predict)
    predict.add_argument("--key", help="the column that holds the key; as in the card when not said")
    slow = kinds.add_parser("features", help="compute features from card statements and serve them")
    slow.set_defaults(act=_features)
    slow.add_argument("--key", help="the column that holds the client; `client` when not said")
    for job in (predict, slow):
        job.add_argument("--model", required=True)
        job.add_argument(
            "--input",
            required=True,
            help="a Parquet file or folder, file.csv, sqlite:///file.db#table, postgresql://…#table",
        )
        job.add_argument("--decimal", choices=["point", "comma"], help="how a CSV writes numbers; recognised when not said")
        job.add_argument("--charset", default="", help="the encoding of a CSV; UTF-8 when not said")
        job.add_argument("--output", type=Path, metavar="FOLDER", help="write what is stored there too, as Parquet")
        job.add_argument("--engine", choices=["local", "dask"], default="local", help="who does the work: see docs/dask.md")
        job.add_argument("--scheduler", metavar="ADDRESS", help="a Dask cluster, tcp://…; else processes of this machine")
    runs = kinds.add_parser("runs", help="list the runs, the newest first")
    runs.set_defaults(act=_list)
    runs.add_argument("--model")
    runs.add_argument("--kind", choices=get_args(RunKind))
    rollback = kinds.add_parser("rollback", help="serve the run before again")
    rollback.set_defaults(act=_roll_back)
    rollback.add_argument("--model", required=True)
    rollback.add_argument("--kind", choices=get_args(RunKind), default="predictions")
    return parser


def _predict(asked: argparse.Namespace, settings: Settings, store: Store) -> None:
    bundle, card = _bundle(settings, asked.model)
    key = asked.key or _key(card)
    source = _source(asked, settings, job_runner.needs(card, key))
    work = job_runner.predictions(bundle, card, source, key)
    _carry_out(asked, settings, store, card, work=work, source=source)


def _features(asked: argparse.Namespace, settings: Settings, store: Store) -> None:
    _, card = _bundle(settings, asked.model)
    _key(card)
    source = _source(asked, settings, features.needs(asked.key))
    work = features.features(card, source, asked.key)
    _carry_out(asked, settings, store, card, work=work, source=source)


def _source(asked: argparse.Namespace, settings: Settings, wanted: Wanted) -> Source:
    refuse_own_file(asked.input, settings.database_url)
    return open_source(asked.input, replace(wanted, decimal=asked.decimal, charset=asked.charset))


def _carry_out(
    asked: argparse.Namespace, settings: Settings, store: Store, card: Card, *, work: Work, source: Source
) -> None:
    if asked.output:
        run_files.check_folder(asked.output)
    bar = tqdm(total=source.rows, desc=card.name, unit=" rows", unit_scale=True, file=sys.stderr, disable=None)
    with bar, _engine(asked) as engine:
        try:
            run = job_runner.carry_out(store, card, work, engine=engine, max_runs=settings.max_runs, advance=bar.update)
        except job_runner.NothingUsable as fault:
            if asked.output:
                run_files.write_refused(store, fault.run, asked.output)
            raise
    if asked.output:
        key = asked.key if work.kind == "predictions" and asked.key else _key(card)
        run_files.write(store, run, card, key, asked.output)
    rate = f"{(run.rows + run.refused) / run.seconds:,.0f}" if run.seconds else "—"
    _say(
        f"{run.model} {run.version[:12]}: run {run.id} is served. {run.rows:,} {run.kind} stored, {run.refused:,} refused, "
    )
    _say(f"{run.seconds:,.1f} s, {rate} a second.\n")
    for field, code, rows in run_history.reasons(store, run.id)[:_REASONS_SHOWN]:
        _say(f"refused: {field or 'row'} {code}, {rows:,} rows\n")


def _engine(asked: argparse.Namespace) -> AbstractContextManager[Engine]:
    if asked.engine == "dask":
        return Dask(asked.scheduler)
    if asked.scheduler:
        raise WrongEngine("--scheduler is the address of a Dask cluster: say --engine dask as well.")
    return nullcontext(Local())


def _key(card: Card) -> str:
    if card.entity is None:
        raise WrongInput(f"The card of {card.name} names no entity: there is no key to find what is stored by.")
    return card.entity.key


def _list(asked: argparse.Namespace, _settings: Settings, store: Store) -> None:
    after = None
    while True:
        page = run_history.list_runs(store, asked.model, after, asked.kind)
        for run in page.items:
            _say(_line(run) + "\n")
        after = page.next
        if after is None:
            return


def _roll_back(asked: argparse.Namespace, _settings: Settings, store: Store) -> None:
    _say(f"Served again: {_line(run_history.roll_back(store, asked.kind, asked.model))}\n")


def _bundle(settings: Settings, name: str) -> tuple[Path, Card]:
    """Return the bundle whose card has this name. Raises WrongInput, BrokenBundle."""
    for folder in sorted(Path(settings.bundles).glob("*")):
        if folder.name == name and folder.is_dir():
            return folder, read_card(folder)
    raise WrongInput(f"There is no model {name[:64]!r}.")


def _line(run: Run) -> str:
    figures = f"{run.rows:>9,} rows {run.refused:>7,} refused {run.seconds:>8,.1f} s"
    what = f"{run.model:<20} {run.version[:12]}  {run.kind:<11} {run.state:<10}"
    return f"{run.id}  {what} {figures}  {run.started} … {run.finished or ''}"


def _say(text: str) -> None:
    sys.stdout.write(text)


if __name__ == "__main__":
    main()
