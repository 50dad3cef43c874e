"""The features that nightly jobs store beside predictions."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "stored_features",
        sa.Column("run", sa.String(40), sa.ForeignKey("runs.id"), primary_key=True),
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("place", sa.BigInteger, nullable=False),
        sa.Column("fields", sa.Text, nullable=False),
        sa.Column("computed_at", sa.String(32), nullable=False),
    )
