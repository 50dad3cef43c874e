"""How long people wait for the receipt of their feedback while a nightly job writes at full speed."""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from client import Client
from tests.support.feedback_ledger import entry_for
from tests.support.server_process import running, service_program

PEOPLE, A_SECOND, SECONDS = 8, 50, 12
MAX_MILLISECONDS = 300
COPIES = 20


def test_fifty_entries_a_second_are_acknowledged_in_time_beside_a_night(
    bundles: Path, clients_file: Path, url: str, tmp_path: Path
) -> None:
    clients = pq.read_table(clients_file)
    keys = clients.column("client_id").to_numpy()
    nights = [clients.set_column(0, "client_id", pa.array(keys + number * 10**6)) for number in range(COPIES)]
    pq.write_table(pa.concat_tables(nights), tmp_path / "night.parquet")
    job = [sys.executable, "-m", "service.jobs", "predict", "--model", "credit-default"]
    program = service_program(bundles, SERVICE_DATABASE_URL=url)
    with running(program), ThreadPoolExecutor(PEOPLE) as people:
        client, entry = Client(program.url), entry_for(program.url)

        def give(_: int) -> float:
            start = time.monotonic()
            client.feedback.give(entry, client.feedback.new_key())
            return time.monotonic() - start

        give(0)
        environment = program.environment
        with subprocess.Popen([*job, "--input", str(tmp_path / "night.parquet")], env=environment) as night:
            start, calls = time.monotonic(), []
            for number in range(A_SECOND * SECONDS):
                time.sleep(max(0.0, start + number / A_SECOND - time.monotonic()))
                calls.append(people.submit(give, number))
            waits = np.array([call.result() for call in calls]) * 1000
            night.kill()
    slow = float(np.percentile(waits, 99))
    sys.stdout.write(
        f"{len(waits)} entries: median {np.median(waits):.1f} ms, 99 of 100 {slow:.1f} ms, longest {waits.max():.1f} ms\n"
    )
    assert slow < MAX_MILLISECONDS
