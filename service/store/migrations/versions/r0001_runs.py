"""Runs, the predictions that they stored, the rows that they refused."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "runs",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("model", sa.String(64), nullable=False),
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("started", sa.String(32), nullable=False),
        sa.Column("finished", sa.String(32)),
        sa.Column("rows", sa.BigInteger, nullable=False),
        sa.Column("refused", sa.BigInteger, nullable=False),
        sa.Column("seconds", sa.Float, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.CheckConstraint(
            "state IN ('running', 'failed', 'published', 'superseded', 'withdrawn', 'discarded')",
            name="runs_state_known",
        ),
    )
    published = sa.text("state = 'published'")
    op.create_index(
        "runs_one_published",
        "runs",
        ["model", "kind"],
        unique=True,
        sqlite_where=published,
        postgresql_where=published,
    )
    op.create_table(
        "stored_predictions",
        sa.Column("run", sa.String(40), sa.ForeignKey("runs.id"), primary_key=True),
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("place", sa.BigInteger, nullable=False),
        sa.Column("row", sa.Text, nullable=False),
        sa.Column("prediction", sa.Text, nullable=False),
        sa.Column("computed_at", sa.String(32), nullable=False),
    )
    op.create_table(
        "refused_rows",
        sa.Column("run", sa.String(40), sa.ForeignKey("runs.id"), primary_key=True),
        sa.Column("place", sa.BigInteger, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("key", sa.String(64)),
        sa.Column("field", sa.Text, nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("message", sa.Text, nullable=False),
    )
