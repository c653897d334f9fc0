"""The messages that were sent to other systems, with their times, and the systems that fail."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from grader.service.moments import Moment

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Change the tables."""
    for name in ("target", "digest", "trying"):
        op.add_column("delivery", sa.Column(name, sa.String(), nullable=False, server_default=""))
    op.add_column("delivery", sa.Column("stamp", Moment(timezone=True), nullable=True))
    op.add_column("delivery", sa.Column("detail", sa.Text(), nullable=False, server_default=""))
    op.drop_column("delivery", "lease_until")
    op.create_table(
        "delivery_pause",
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("until", Moment(timezone=True), nullable=True),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("since", Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("target", name=op.f("pk_delivery_pause")),
    )
