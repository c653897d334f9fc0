"""Uploaded versions belong to a course."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Change the tables."""
    with op.batch_alter_table("version") as table:
        table.add_column(sa.Column("course_id", sa.String(), nullable=True))
        table.create_index("ix_version_course_id", ["course_id"])
        table.create_foreign_key("fk_version_course_id", "course", ["course_id"], ["id"], ondelete="SET NULL")
