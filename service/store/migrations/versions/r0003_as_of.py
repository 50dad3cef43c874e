"""From when the data of stored predictions and features are."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    for table in ("stored_predictions", "stored_features"):
        op.add_column(table, sa.Column("as_of", sa.String(10)))
