"""Columns for marks that the server has made, the members of courses in course systems, and which submission was sent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from grader.service.moments import Moment

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Change the tables."""
    op.add_column("delivery", sa.Column("about", sa.String(), nullable=False, server_default=""))
    op.add_column("lti_context", sa.Column("members_read", Moment(timezone=True), nullable=True))
    op.add_column("lti_context", sa.Column("members_problem", sa.Text(), nullable=False, server_default=""))
    op.add_column("lti_resource", sa.Column("own_item", sa.Text(), nullable=False, server_default=""))
    op.add_column("lti_resource", sa.Column("item_state", sa.String(), nullable=False, server_default=""))
