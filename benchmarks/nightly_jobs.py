"""Nightly predictions by this process beside the same by Dask's workers, in one run, on the same rows."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from time import perf_counter

import pyarrow as pa
import pyarrow.parquet as pq

from service.bundles.bundle_files import read_card
from service.jobs import job_runner
from service.jobs.engines import Answer, Dask, Engine, Local
from service.jobs.inputs import open_source
from service.store.store import Store
from service.training.credit import write_clients

BUNDLE = Path(__file__).parents[1] / "bundles" / "credit-default"
TIMES = (1, 10)
"""How often a batch is scored: ten times stands for a model that is ten times slower."""


@dataclass(frozen=True)
class Night:
    """How long a night took: by this process, and by so many workers once they were there."""

    times: int
    workers: int
    local_seconds: float
    dask_seconds: float

    @property
    def ratio(self) -> float:
        return self.local_seconds / self.dask_seconds


def compare(rows: int, workers: list[int]) -> Iterator[Night]:
    """Measure the same rows by this process and by each number of workers, as they are and as if the model were slow."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "rows.parquet"
        _write(file, rows)
        for times in TIMES:
            local = _seconds(file, Local(), times)
            for count in workers:
                with Dask(None, workers=count) as engine:
                    yield Night(times, count, local, _seconds(file, engine, times))


def _write(file: Path, rows: int) -> None:
    """Write the bundled clients, again and again, each with a key of its own."""
    write_clients(file)
    clients = pq.read_table(file)
    many = pa.concat_tables([clients] * -(-rows // clients.num_rows)).slice(0, rows)
    keys = many.schema.get_field_index("client_id")
    pq.write_table(many.set_column(keys, "client_id", pa.array(range(rows))), file, row_group_size=100_000)


def _seconds(file: Path, engine: Engine, times: int) -> float:
    card = read_card(BUNDLE)
    source = open_source(str(file), job_runner.needs(card, "client_id"))
    work = job_runner.predictions(BUNDLE, card, source, "client_id")
    store = Store(f"sqlite:///{tempfile.mkdtemp(dir=file.parent)}/night.db")
    try:
        store.prepare()
        start = perf_counter()
        work = replace(work, answer=partial(_again, work.answer, times))
        job_runner.carry_out(store, card, work, engine=engine, keep=1, advance=lambda _rows: None)
        return perf_counter() - start
    finally:
        store.close()


def _again(answer: Answer, times: int, batch: pa.RecordBatch) -> tuple[pa.RecordBatch, pa.RecordBatch]:
    for _ in range(times - 1):
        answer(batch)
    return answer(batch)
