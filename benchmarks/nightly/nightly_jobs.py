"""Compares nightly predictions by this process and by Dask workers, in one run, on the same rows."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from time import perf_counter

import pyarrow as pa
import pyarrow.parquet as pq

from service.bundles.bundle_files import read_card
from service.bundles.versions.bundle_folder import default_folder
from service.jobs import job_runner
from service.jobs.engines import BatchFunction, Dask, Engine, Local
from service.jobs.sources.inputs import open_source
from service.store.store import Store
from service.training.credit import write_clients

BUNDLES, MODEL = Path(__file__).parents[2] / "bundles", "credit-default"
REPEATS = (1, 10)
"""How many times each batch is scored: ten times stands for a model that is ten times slower."""


@dataclass(frozen=True)
class EngineComparison:
    """The seconds of one job in this process, and on some workers after their start."""

    repeats: int
    workers: int
    local_seconds: float
    dask_seconds: float

    @property
    def ratio(self) -> float:
        return self.local_seconds / self.dask_seconds


def compare_engines(rows: int, workers: list[int]) -> Iterator[EngineComparison]:
    """Measure the same rows in this process and on each number of workers, with a fast and with a slow model."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "rows.parquet"
        _write_rows(file, rows)
        for repeats in REPEATS:
            local = _measure(file, Local(), repeats)
            for count in workers:
                with Dask(None, workers=count) as engine:
                    yield EngineComparison(repeats, count, local, _measure(file, engine, repeats))


def _write_rows(file: Path, rows: int) -> None:
    """Write the bundled clients as many times as needed, with distinct keys."""
    write_clients(file)
    clients = pq.read_table(file)
    table = pa.concat_tables([clients] * -(-rows // clients.num_rows)).slice(0, rows)
    index = table.schema.get_field_index("client_id")
    pq.write_table(table.set_column(index, "client_id", pa.array(range(rows))), file, row_group_size=100_000)


def _measure(file: Path, engine: Engine, repeats: int) -> float:
    """Return the seconds of one job over the file."""
    bundle = default_folder(BUNDLES, MODEL)
    card = read_card(bundle)
    source = open_source(str(file), job_runner.required_columns(card, "client_id"))
    job = job_runner.prediction_job(bundle, card, source, "client_id")
    store = Store(f"sqlite:///{tempfile.mkdtemp(dir=file.parent)}/benchmark.db")
    try:
        store.prepare()
        start = perf_counter()
        job = replace(job, function=partial(_score_repeatedly, job.function, repeats))
        job_runner.run_job(store, card, job, engine=engine, max_runs=1, advance=lambda _rows: None)
        return perf_counter() - start
    finally:
        store.close()


def _score_repeatedly(function: BatchFunction, repeats: int, batch: pa.RecordBatch) -> tuple[pa.RecordBatch, pa.RecordBatch]:
    for _ in range(repeats - 1):
        function(batch)
    return function(batch)
