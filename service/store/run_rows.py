"""The tables that hold what a run stored, and the rows that a job adds to them."""

from typing import Any

from sqlalchemy import Connection, Table, insert, select

from service.schemas import RunKind
from service.store.tables import stored_features, stored_pictures, stored_predictions

KEYS_PER_STATEMENT = 5000
STORED: dict[RunKind, Table] = {"predictions": stored_predictions, "features": stored_features}
"""The table that holds the results of a run of each kind, one row for each key."""
TABLES: dict[RunKind, tuple[Table, ...]] = {
    "predictions": (stored_predictions,),
    "features": (stored_pictures, stored_features),
}
"""All tables with rows of a run of each kind, except the refused rows."""
KINDS = {table: kind for kind, tables in TABLES.items() for table in tables}


def insert_rows(
    connection: Connection, kind: RunKind, run: str, computed: list[dict[str, Any]]
) -> tuple[int, list[dict[str, Any]]]:
    """Store the computed rows of a run. Return how many, and the reasons of those whose key the run already has.

    Features of a picture have the columns of `stored_pictures` too.
    """
    accepted, duplicates = _first_of_each_key(connection, STORED[kind], run, computed)
    for table in TABLES[kind]:
        own = [column.name for column in table.c if column.name != "run"]
        rows = [{"run": run} | {name: row.get(name) for name in own} for row in accepted]
        if table is stored_pictures:
            rows = [row for row in rows if row["digest"] is not None]
        if rows:
            connection.execute(insert(table), rows)
    return len(accepted), duplicates


def _first_of_each_key(
    connection: Connection, table: Table, run: str, computed: list[dict[str, Any]]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    first_rows: dict[str, int] = {}
    for start in range(0, len(computed), KEYS_PER_STATEMENT):
        keys = [row["key"] for row in computed[start : start + KEYS_PER_STATEMENT]]
        known = select(table.c.key, table.c.place).where(table.c.run == run, table.c.key.in_(keys))
        first_rows |= {row.key: row.place for row in connection.execute(known)}
    accepted, duplicates = [], []
    for row in computed:
        first = first_rows.setdefault(row["key"], row["place"])
        if first == row["place"]:
            accepted.append(row)
            continue
        reason = {"code": "duplicate_key", "message": f"Row {first:,} already has this key."}
        duplicates.append({"place": row["place"], "number": 1, "key": row["key"], "field": "", **reason})
    return accepted, duplicates
