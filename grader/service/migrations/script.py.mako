"""${message}."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import grader.service.moments

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    """Change the tables."""
    ${upgrades if upgrades else "pass"}
