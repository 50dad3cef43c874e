"""The tables of what people write, after the last migration."""

from sqlalchemy import CheckConstraint, Column, Float, Index, Integer, MetaData, String, Table, Text

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
Index("feedback_meeting", feedback.c.meeting)

meetings = Table(
    "meetings",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("idempotency_key", String(128), nullable=False, unique=True),
    Column("digest", String(64), nullable=False),
    Column("created", String(32), nullable=False),
    Column("changed", String(32), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("presenter_token", String(64), nullable=False),
    Column("presenter_hash", String(64), nullable=False, unique=True),
    Column("audience_code", String(64), nullable=False),
    Column("audience_hash", String(64), nullable=False, unique=True),
    Column("title", String(128), nullable=False),
    Column("cases", Integer, nullable=False),
    Column("content", Text, nullable=False),
    Column("state_revision", Integer, nullable=False),
    Column("state_case", String(32)),
    Column("phase", String(16), nullable=False),
    Column("show", String(16)),
    Column("audience", String(16), nullable=False),
    CheckConstraint("phase IN ('waiting', 'guess', 'answer')", name="meeting_phase_known"),
    CheckConstraint("audience IN ('follow', 'alone')", name="meeting_audience_known"),
)
"""`content` is JSON. Secrets are looked up by their SHA-256: the time of a look-up then says nothing about a secret."""

guesses = Table(
    "guesses",
    metadata,
    Column("meeting", String(64), primary_key=True),
    Column("case_id", String(32), primary_key=True),
    Column("person", String(64), primary_key=True),
    Column("label", Text),
    Column("decision", Text),
    Column("value", Float),
    Column("changed", String(32), nullable=False),
)
"""The last guess of each person. One of `label`, `decision` (both JSON) and `value` is not null."""

presenter_tokens = Table(
    "presenter_tokens",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("expires", String(32), nullable=False),
    CheckConstraint("kind IN ('link', 'session')", name="presenter_token_kind_known"),
)
"""A link opens one session; a session is the secret of a presenter. The tokens themselves are not stored."""

links = Table(
    "links",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("created", String(32), nullable=False),
    Column("content", Text, nullable=False),
)
"""`digest` is the SHA-256 of the content; `created` is when the content was last stored."""

Index("links_created", links.c.created)
