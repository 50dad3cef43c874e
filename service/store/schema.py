"""The tables of one store: its migrations, and the version of them that a database has."""

import threading
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from service.errors import BrokenStorage

_MIGRATIONS = Path(__file__).parent / "migrations"
_UPGRADE = threading.Lock()
"""Alembic keeps the running migration in module variables: two at once in a process would mix their connections."""


@dataclass(frozen=True)
class Schema:
    """The tables of one store. PostgreSQL holds several schemas in one database, SQLite has a file for each."""

    migrations: str
    """The folder of the migrations."""
    newest: str
    """The last migration. The program uses a database only if it has this version."""
    version_table: str

    def version(self, connection: Connection) -> str | None:
        """Return the version in a database, or None if it has none of these tables.

        Raises BrokenStorage for the database of a newer or of another program.
        """
        tables = inspect(connection).get_table_names()
        if self.version_table not in tables:
            if not tables or VERSION_TABLES & set(tables):
                return None
            raise BrokenStorage("The database belongs to another program: it has tables, and none of them says its version.")
        version = connection.scalar(text(f"SELECT version_num FROM {self.version_table}"))  # noqa: S608 - a constant
        if version is None or not (version == self.newest or self._is_known(version)):
            raise BrokenStorage("The database was made by a newer program, or by another one. This one does not touch it.")
        return str(version)

    def upgrade(self, connection: Connection, version: str = "head") -> None:
        """Create the tables, or bring them to a version, inside the transaction of the connection."""
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
        config.set_main_option("version_locations", str(_MIGRATIONS / self.migrations).replace("%", "%%"))
        config.set_main_option("path_separator", "newline")
        config.attributes.update(connection=connection, version_table=self.version_table)
        with _UPGRADE:
            command.upgrade(config, version)

    def _is_known(self, version: str) -> bool:
        from alembic.script import ScriptDirectory

        directory = ScriptDirectory(str(_MIGRATIONS), version_locations=[str(_MIGRATIONS / self.migrations)])
        return version in {script.revision for script in directory.walk_revisions()}


RUNS = Schema("versions", "0004", "alembic_version")
"""The runs of nightly jobs and what they stored."""
MEETINGS = Schema("meetings", "0003", "meetings_version")
"""What people write: feedback, meetings, guesses, links."""
VERSION_TABLES = {RUNS.version_table, MEETINGS.version_table}
"""A database with one of these tables is ours."""
