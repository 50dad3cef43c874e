"""The options of `python -m service.jobs`."""

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, get_args

from service.schemas import RunKind
from service.store.store import Store
from wire.cells.text_options import add_text_options

Act = Callable[[argparse.Namespace, Any, Store], None]
_TABLES = "sqlite:///file.db#table, postgresql://…#table, s3://bucket/…, sftp://…"


def build_parser(acts: Mapping[str, Act]) -> argparse.ArgumentParser:
    """Return the parser of the command; `acts` has the function of each kind."""
    parser = argparse.ArgumentParser(prog="python -m service.jobs", description="Nightly jobs and their history.")
    kinds = parser.add_subparsers(required=True, metavar="predict | features | pictures | runs | rollback")
    predict = kinds.add_parser("predict", help="score an input and serve its predictions")
    predict.set_defaults(act=acts["predict"])
    predict.add_argument("--key", help="the column that holds the key; the default is in the card")
    features = kinds.add_parser("features", help="compute features from card statements and serve them")
    features.set_defaults(act=acts["features"])
    features.add_argument("--key", help="the column that holds the client; the default is `client`")
    pictures = kinds.add_parser("pictures", help="measure pictures, read the texts on them, and serve the features")
    pictures.set_defaults(act=acts["pictures"])
    pictures.add_argument("--key", help="the column that holds the key of a picture; the default is in the card")
    pictures.add_argument(
        "--computed",
        type=Path,
        metavar="FILE",
        help="features.parquet of an earlier --output: its pictures are not measured",
    )
    for job in (predict, features):
        _add_job_options(job, "a Parquet file or folder, file.csv, file.csv.gz, file.xlsx, " + _TABLES)
    _add_job_options(pictures, "a folder of pictures, a CSV with the column path, a Parquet file with their bytes")
    runs = kinds.add_parser("runs", help="list the runs, the newest first")
    runs.set_defaults(act=acts["runs"])
    runs.add_argument("--model")
    runs.add_argument("--kind", choices=get_args(RunKind))
    rollback = kinds.add_parser("rollback", help="serve the previous run again")
    rollback.set_defaults(act=acts["rollback"])
    rollback.add_argument("--model", required=True)
    rollback.add_argument("--kind", choices=get_args(RunKind), default="predictions")
    return parser


def _add_job_options(job: argparse.ArgumentParser, inputs: str) -> None:
    """Add the options that all jobs with an input have."""
    job.add_argument("--model", required=True)
    job.add_argument("--input", required=True, help=inputs)
    add_text_options(job)
    job.add_argument("--output", type=Path, metavar="FOLDER", help="also write what is stored to this folder, as Parquet")
    job.add_argument(
        "--allow-shrink", action="store_true", help="serve the run although it has less than half of the served rows"
    )
    job.add_argument("--engine", choices=["local", "dask"], default="local", help="where the batches run: see docs/dask.md")
    job.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="the address of a Dask cluster, tcp://…; the default is processes of this machine",
    )
