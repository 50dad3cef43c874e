"""The tables of the store after the last migration."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    text,
)

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
"""`source` names the input; `position` of its rows are done, and `digest` is the checksum of their content."""

Index(
    "runs_one_published",
    runs.c.model,
    runs.c.kind,
    unique=True,
    sqlite_where=text("state = 'published'"),
    postgresql_where=text("state = 'published'"),
)
"""A model has at most one published run of each kind. Look-ups read only rows of runs with the state `published`."""

stored_predictions = Table(
    "stored_predictions",
    metadata,
    Column("run", String(40), ForeignKey("runs.id"), primary_key=True),
    Column("key", String(64), primary_key=True),
    Column("place", BigInteger, nullable=False),
    Column("row", Text, nullable=False),
    Column("prediction", Text, nullable=False),
    Column("computed_at", String(32), nullable=False),
    Column("as_of", String(10)),
)
"""`row` and `prediction` are JSON texts, so numbers are exact to the last bit. `place` is the row of the input, from 1.
`as_of` is the month or the day of the data, as the input says it."""

stored_features = Table(
    "stored_features",
    metadata,
    Column("run", String(40), ForeignKey("runs.id"), primary_key=True),
    Column("key", String(64), primary_key=True),
    Column("place", BigInteger, nullable=False),
    Column("fields", Text, nullable=False),
    Column("computed_at", String(32), nullable=False),
    Column("as_of", String(10)),
)
"""`fields` is JSON: field → value or null. `place` is the first row of this key in the input, from 1.
`as_of` is the newest month of the data."""

stored_pictures = Table(
    "stored_pictures",
    metadata,
    Column("run", String(40), ForeignKey("runs.id"), primary_key=True),
    Column("key", String(64), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("method", String(64), nullable=False),
    Column("details", Text, nullable=False),
    Column("preview", LargeBinary, nullable=False),
)
"""The pictures of stored features. `digest` is the SHA-256 of the file, `method` the one by which it was measured, `details`
JSON, `preview` a small JPEG."""

Index("stored_pictures_digest", stored_pictures.c.digest)
"""A job asks for pictures that have been measured already."""

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
"""The reasons why rows of the input were refused. `number` counts the reasons of one row."""
