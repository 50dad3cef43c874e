"""Promise of the two stores of a service: both are made at the same moment at the first start, and each is whole."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Barrier

from service.store.database import meetings_url
from service.store.schema import MEETINGS, RUNS, Schema
from service.store.store import Store
from tests.support.databases import sqlite_url

ROUNDS = 8


def test_two_stores_that_are_made_at_once_have_their_tables(tmp_path: Path) -> None:
    for number in range(ROUNDS):
        folder = tmp_path / str(number)
        folder.mkdir()
        start = Barrier(2)

        def make(schema: Schema, url: str, start: Barrier = start) -> str | None:
            with closing(Store(url, 2.0, 10.0, schema)) as store:
                start.wait()
                store.prepare()
                with store.reading() as connection:
                    return schema.version(connection)

        url = sqlite_url(folder)
        with ThreadPoolExecutor(2) as threads:
            versions = list(threads.map(make, [RUNS, MEETINGS], [url, meetings_url(url)]))
        assert versions == [RUNS.newest, MEETINGS.newest]
