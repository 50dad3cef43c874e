"""Promises of the tables of what people write: older databases keep their content, and migrations make what is declared."""

from contextlib import closing

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from service.store.meetings.feedback_records import find_feedback
from service.store.meetings.meeting_tables import metadata
from service.store.schema import MEETINGS
from service.store.store import Store

ENTRY = (
    "INSERT INTO feedback VALUES ('20260101-a', 'a-key-of-some-length', 'd', '2026-01-01T00:00:00.000Z', 'm', 'v', 'agree',"
    " NULL, NULL, 'Anna', NULL, '{}', 'new', NULL, NULL)"
)


def test_a_database_of_the_first_tables_is_migrated_and_keeps_its_feedback(url: str) -> None:
    with closing(Store(url, schema=MEETINGS)) as old:
        old.database.create_missing_file()
        with old.database.writing() as connection:
            MEETINGS.upgrade(connection, "0001")
            connection.execute(text(ENTRY))
        old.database.write_mark()
    with closing(Store(url, schema=MEETINGS)) as store:
        record = find_feedback(store, "20260101-a")
        assert record is not None
        assert (record.name, record.state) == ("Anna", "new")
        with store.reading() as connection:
            assert MEETINGS.version(connection) == MEETINGS.newest


def test_the_migrations_make_the_tables_that_are_declared(url: str) -> None:
    with closing(Store(url, schema=MEETINGS)) as store:
        store.prepare()
        with store.reading() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            found = compare_metadata(context, metadata)
    assert [each for each in found if each[0] != "remove_table" or each[1].name != MEETINGS.version_table] == []
