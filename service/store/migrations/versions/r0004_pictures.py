"""The pictures whose features nightly jobs stored: what was found on them, and a preview."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "stored_pictures",
        sa.Column("run", sa.String(40), sa.ForeignKey("runs.id"), primary_key=True),
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("method", sa.String(64), nullable=False),
        sa.Column("details", sa.Text, nullable=False),
        sa.Column("preview", sa.LargeBinary, nullable=False),
    )
    op.create_index("stored_pictures_digest", "stored_pictures", ["digest"])
