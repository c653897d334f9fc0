"""The kinds of transactions, as execution options of connections: the engines of both databases prepare a transaction by them."""

from __future__ import annotations

IS_WRITING = "grader_is_writing"  # nothing else writes meanwhile, except transactions of workers on PostgreSQL
IS_REPEATABLE = "grader_is_repeatable"  # a power failure may discard it
IS_MIGRATING = "grader_is_migrating"

SNAPSHOT = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
"""Options for PostgreSQL with which a transaction sees one state, as it does on SQLite in WAL mode."""
