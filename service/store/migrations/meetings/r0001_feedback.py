"""Feedback: what people say of answers, and what came of it."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "feedback",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("idempotency_key", sa.String(128), nullable=False, unique=True),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("created", sa.String(32), nullable=False),
        sa.Column("model", sa.String(64), nullable=False),
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("verdict", sa.String(16), nullable=False),
        sa.Column("meeting", sa.String(64)),
        sa.Column("reason", sa.String(100)),
        sa.Column("name", sa.String(100)),
        sa.Column("person", sa.String(64)),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reply", sa.Text),
        sa.Column("reviewed", sa.String(32)),
        sa.CheckConstraint("verdict IN ('agree', 'disagree', 'unsure')", name="feedback_verdict_known"),
        sa.CheckConstraint("state IN ('new', 'accepted', 'rejected', 'done')", name="feedback_state_known"),
    )
    op.create_index("feedback_model", "feedback", ["model", "id"])
