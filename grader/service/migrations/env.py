"""Runs migrations in the connection that :meth:`grader.service.database.Database.migrate` passes."""

from alembic import context

from grader.service.database import TABLES

context.configure(connection=context.config.attributes["connection"], target_metadata=TABLES, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
