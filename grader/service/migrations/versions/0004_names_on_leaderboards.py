"""Students choose whether a leaderboard shows their name."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Change the tables."""
    with op.batch_alter_table("membership") as table:
        table.add_column(sa.Column("shows_name", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("membership") as table:
        table.alter_column("shows_name", server_default=None)
