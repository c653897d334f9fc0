"""PostgreSQL tidies the table of submissions early: a fifth of a million rows, its usual limit, would make the queue slow."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Change the tables."""
    if op.get_context().dialect.name != "postgresql":
        return
    parts = ("vacuum", "analyze")
    values = [f"autovacuum_{part}_scale_factor = 0, autovacuum_{part}_threshold = 2000" for part in parts]
    op.execute(f"ALTER TABLE submission SET ({', '.join(values)})")
