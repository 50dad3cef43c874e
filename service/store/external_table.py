"""Reads a table of another database in pages, as the input of a nightly job. Writes nothing there."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, MetaData, Table, func, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, NoSuchTableError

from service.errors import BrokenStorage
from service.store.database import parse_url, reading_engine

_PLAIN_TYPES = (int, float, str, bool)


def refuse_store_file(address: str, store_url: str) -> None:
    """Raise BrokenStorage if an input is the SQLite file of the store, to which the job writes, under any name."""
    if "://" not in address:
        return
    urls = [parse_url(address.rpartition("#")[0] or address), parse_url(store_url)]
    files = [Path(url.database or "") for url in urls if url.get_backend_name() == "sqlite"]
    if len(files) == len(urls) and all(file.exists() for file in files) and files[0].samefile(files[1]):
        raise BrokenStorage(
            "The input is the file of the store, to which the job writes. Copy the table to another file first."
        )


class ForeignTable:
    """A table by address and name, `table` or `schema.table`. Raises BrokenStorage with a sentence."""

    def __init__(self, url: str, name: str, answer_seconds: float) -> None:
        schema, _, table = name.rpartition(".")
        self._engine = reading_engine(url, answer_seconds)
        _check_reachable(self._engine)
        try:
            self._table = Table(table, MetaData(), schema=schema or None, autoload_with=self._engine)
            with self._engine.connect() as connection:
                self.rows = int(connection.scalar(select(func.count()).select_from(self._table)) or 0)
        except NoSuchTableError:
            raise BrokenStorage(f"The database has no table {name[:64]!r}.") from None
        except DBAPIError as error:
            raise BrokenStorage("The database of the input cannot be read.") from error
        self.name = f"{make_url(url).render_as_string(hide_password=True)}#{name}"
        self.columns = [column.name for column in self._table.columns]

    def pages(self, columns: list[str], *, order: str, size: int) -> Iterator[list[tuple[Any, ...]]]:
        """Yield the rows in the order of one column, in pages of `size` rows. Only one page is in memory."""
        query = select(*(self._table.c[name] for name in columns)).order_by(self._table.c[order])
        try:
            with self._engine.connect().execution_options(yield_per=size) as connection, connection.execute(query) as result:
                for page in result.partitions():
                    yield [tuple(map(_plain, row)) for row in page]
        except DBAPIError as error:
            raise BrokenStorage("The table of the input cannot be read to its end.") from error


def _check_reachable(engine: Engine) -> None:
    """Raise BrokenStorage if nothing answers at the address, or refuses the user."""
    try:
        engine.connect().close()
    except DBAPIError as error:
        raise BrokenStorage(
            "The database of the input cannot be reached, or it refuses the user. Check that it runs, and the host, the "
            "port, the name and the password of the address."
        ) from error


def _plain(value: Any) -> Any:
    """Return a value as Arrow and JSON take it."""
    if isinstance(value, Decimal):
        return int(value) if value.is_finite() and value == value.to_integral_value() else float(value)
    return value if value is None or isinstance(value, _PLAIN_TYPES) else str(value)
