"""The tables, as they are after the last migration.

Tables of other rooms (meetings, feedback)
will stand beside these.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    text,
)

NEWEST = "0002"
"""The last migration: what a database must be at to be used."""

metadata = MetaData()

runs = Table(
    "runs",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("model", String(64), nullable=False),
    Column("version", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("started", String(32), nullable=False),
    Column("finished", String(32)),
    Column("rows", BigInteger, nullable=False),
    Column("refused", BigInteger, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("source", Text, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("digest", String(64), nullable=False),
    CheckConstraint(
        "state IN ('running', 'failed', 'published', 'superseded', 'withdrawn', 'discarded')", name="runs_state_known"
    ),
)
"""`source` says what was read; `position` rows of it are done, and `digest` is the checksum of their content."""

Index(
    "runs_one_published",
    runs.c.model,
    runs.c.kind,
    unique=True,
    sqlite_where=text("state = 'published'"),
    postgresql_where=text("state = 'published'"),
)
"""Never two published runs of one model: answers are read through the state, so it is the switch."""

stored_predictions = Table(
    "stored_predictions",
    metadata,
    Column("run", String(40), ForeignKey("runs.id"), primary_key=True),
    Column("key", String(64), primary_key=True),
    Column("place", BigInteger, nullable=False),
    Column("row", Text, nullable=False),
    Column("prediction", Text, nullable=False),
    Column("computed_at", String(32), nullable=False),
)
"""`row` and `prediction` are JSON as it was written: a number comes back to the last bit. `place`: the input's row."""

stored_features = Table(
    "stored_features",
    metadata,
    Column("run", String(40), ForeignKey("runs.id"), primary_key=True),
    Column("key", String(64), primary_key=True),
    Column("place", BigInteger, nullable=False),
    Column("fields", Text, nullable=False),
    Column("computed_at", String(32), nullable=False),
)
"""`fields` is JSON, field → value or null. `place`: the input's first row of this key."""

refused_rows = Table(
    "refused_rows",
    metadata,
    Column("run", String(40), ForeignKey("runs.id"), primary_key=True),
    Column("place", BigInteger, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("key", String(64)),
    Column("field", Text, nullable=False),
    Column("code", String(64), nullable=False),
    Column("message", Text, nullable=False),
)
"""Why a row of the input was not scored; a row may have several reasons, `number` counts them."""
