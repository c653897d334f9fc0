"""The Dask workers of a cluster."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from grader.service.moments import Moment

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Change the tables."""
    op.create_table(
        "cluster_machine",
        sa.Column("worker_id", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("slots", sa.Integer(), nullable=False),
        sa.Column("isolation", sa.String(), nullable=False),
        sa.Column("memory_mb", sa.Integer(), nullable=True),
        sa.Column("gpus", sa.Integer(), nullable=False),
        sa.Column("is_working", sa.Boolean(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("seen", Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("worker_id", "address", name=op.f("pk_cluster_machine")),
    )
