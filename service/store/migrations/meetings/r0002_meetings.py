"""Meetings, the guesses of their audience, and the tokens of presenters."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "meetings",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("idempotency_key", sa.String(128), nullable=False, unique=True),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("created", sa.String(32), nullable=False),
        sa.Column("changed", sa.String(32), nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("presenter_token", sa.String(64), nullable=False),
        sa.Column("presenter_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("audience_code", sa.String(64), nullable=False),
        sa.Column("audience_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("title", sa.String(128), nullable=False),
        sa.Column("cases", sa.Integer, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("state_revision", sa.Integer, nullable=False),
        sa.Column("state_case", sa.String(32)),
        sa.Column("phase", sa.String(16), nullable=False),
        sa.Column("show", sa.String(16)),
        sa.Column("audience", sa.String(16), nullable=False),
        sa.CheckConstraint("phase IN ('waiting', 'guess', 'answer')", name="meeting_phase_known"),
        sa.CheckConstraint("audience IN ('follow', 'alone')", name="meeting_audience_known"),
    )
    op.create_table(
        "guesses",
        sa.Column("meeting", sa.String(64), primary_key=True),
        sa.Column("case_id", sa.String(32), primary_key=True),
        sa.Column("person", sa.String(64), primary_key=True),
        sa.Column("label", sa.Text),
        sa.Column("decision", sa.Text),
        sa.Column("value", sa.Float),
        sa.Column("changed", sa.String(32), nullable=False),
    )
    op.create_table(
        "presenter_tokens",
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("expires", sa.String(32), nullable=False),
        sa.CheckConstraint("kind IN ('link', 'session')", name="presenter_token_kind_known"),
    )
    op.create_index("feedback_meeting", "feedback", ["meeting"])
