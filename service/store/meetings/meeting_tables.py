"""The tables of what people write, after the last migration."""

from sqlalchemy import CheckConstraint, Column, Index, MetaData, String, Table, Text

metadata = MetaData()

feedback = Table(
    "feedback",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("idempotency_key", String(128), nullable=False, unique=True),
    Column("digest", String(64), nullable=False),
    Column("created", String(32), nullable=False),
    Column("model", String(64), nullable=False),
    Column("version", String(64), nullable=False),
    Column("verdict", String(16), nullable=False),
    Column("meeting", String(64)),
    Column("reason", String(100)),
    Column("name", String(100)),
    Column("person", String(64)),
    Column("content", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("reply", Text),
    Column("reviewed", String(32)),
    CheckConstraint("verdict IN ('agree', 'disagree', 'unsure')", name="feedback_verdict_known"),
    CheckConstraint("state IN ('new', 'accepted', 'rejected', 'done')", name="feedback_state_known"),
)
"""`digest` is the checksum of the request with this key. `content` (the row, what was shown, the prediction, the comment)
and `reply` are JSON, so they are exact: PostgreSQL takes no NUL in a text."""

Index("feedback_model", feedback.c.model, feedback.c.id)
