"""Why a submission could not be graded."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Change the tables."""
    op.add_column("submission", sa.Column("reason", sa.Text(), nullable=False, server_default=""))
    op.drop_column("submission", "is_cancelled")
